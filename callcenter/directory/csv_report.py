"""What an import found, line by line, and up to where it was applied."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

Finding = Literal["new", "changed", "unchanged", "double", "rejected"]

KEPT_LINES = 10_000
"""Lines that a report holds; beyond it they are only counted (and given to ``on_line``)."""


class Line(Struct, frozen=True):
    """What became of one line; ``why`` is a sentence where there is something to say."""

    line: int
    what: Finding
    name: str
    why: str = ""

    def sentence(self) -> str:
        """The line for a person."""
        told = f"line {self.line}: {self.what}: {self.name or '(no name)'}"
        return f"{told}: {self.why}" if self.why else told


class Report(Struct, kw_only=True):
    """The whole file. ``lines`` are all but the unchanged and the plainly new.

    ``applied_to`` is the last line that is stored (0: none, as in a dry run). ``stopped`` is empty
    when the file was read to its end; else the sentence why not: then lines after ``applied_to``
    are not stored, and importing the file again goes on from there.
    """

    dry_run: bool
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    double: int = 0
    rejected: int = 0
    applied_to: int = 0
    stopped: str = ""
    lines: list[Line] = field(default_factory=list)

    def add(self, line: Line) -> None:
        """Counts a line and keeps it when it is worth reading."""
        setattr(self, line.what, getattr(self, line.what) + 1)
        plain = line.what in ("new", "unchanged") and not line.why
        if not plain and len(self.lines) < KEPT_LINES:
            self.lines.append(line)

    def summary(self) -> str:
        """The counts and what was done, for a person."""
        counts = (
            f"{self.new} new, {self.changed} changed, {self.unchanged} unchanged, "
            f"{self.double} double, {self.rejected} rejected"
        )
        if self.stopped:
            upto = f"up to line {self.applied_to}" if self.applied_to else "nothing"
            return f"{counts}. Stopped: {self.stopped} Stored: {upto}."
        if self.dry_run:
            return f"{counts}. Nothing was stored: this was a dry run."
        return f"{counts}. The whole file is stored, but for the double and rejected lines."
