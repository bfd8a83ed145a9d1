"""How a figure of the benchmark is told and judged.

Only ratios taken in one run mean anything on a shared machine. So a reference runs beside every
subject, its spread is printed with it, and where the reference itself came out more than two times
apart the line says "too noisy" and judges nothing; so it does on a machine on which more than two
processes a core want to run, because what is large then suffers more than what is small.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from statistics import median

NOISY = 2.0
"""Spread of the reference (largest over smallest) beyond which nothing is judged."""
BUSY = 2.0
"""Processes for each core that want to run (load average) beyond which nothing is judged."""


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def spread(values: Sequence[float]) -> float:
    """The largest over the smallest."""
    return max(values) / max(min(values), 1e-12)


class Verdicts:
    """Prints every line and remembers what was missed."""

    def __init__(self) -> None:
        self.missed: list[str] = []
        self.unjudged: list[str] = []

    def title(self, text: str) -> None:
        """Begins a part; says how busy the machine is."""
        print(f"\n== {text} (load average {os.getloadavg()[0]:.2f})", flush=True)

    def figure(self, name: str, values: Sequence[float], unit: str) -> None:
        """A median with its spread."""
        print(
            f"   {name:<46} {median(values):9.2f} {unit} "
            f"({min(values):.2f} to {max(values):.2f}, {len(values)} rounds)",
            flush=True,
        )

    def delays(self, name: str, values: Sequence[float]) -> None:
        """Delays in ms with their sample count and how many samples lie behind the p99."""
        behind = len(values) - int(len(values) * 0.99)
        print(
            f"   {name:<34} p50 {quantile(values, 0.5):7.2f} ms  p99 {quantile(values, 0.99):7.2f}"
            f" ms  max {max(values):7.2f} ms  ({len(values)} samples, {behind} behind the p99)",
            flush=True,
        )

    def judge(
        self,
        name: str,
        value: float,
        limit: float,
        *,
        ref: Sequence[float] = (1.0,),
        at_least: bool = False,
        not_judged: str = "",
        timing: bool = True,
    ) -> None:
        """One verdict. ``ref`` are the reference's rounds; ``not_judged`` says why not.

        What is no matter of ``timing`` (a pop that is missing) is judged on any machine.
        """
        good = value >= limit if at_least else value <= limit
        if not not_judged and spread(ref) > NOISY:
            not_judged = f"too noisy, the reference spread {spread(ref):.1f} x"
        load = os.getloadavg()[0]
        if timing and not not_judged and load > BUSY * (os.cpu_count() or 1):
            not_judged = f"too noisy, the load average is {load:.1f}"
        word = f"not judged: {not_judged}" if not_judged else "reached" if good else "MISSED"
        if not_judged:
            self.unjudged.append(name)
        elif not good:
            self.missed.append(name)
        sign = ">=" if at_least else "<="
        print(f"   {name:<58} {value:8.2f} {sign} {limit:<6g} {word}", flush=True)
