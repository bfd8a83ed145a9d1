"""Counters by cell: adding them up, and replacing what a call contributed before.

The live figures and the stored ones are kept the same way. Whenever a call or a span has changed,
its former contribution is taken out and the new one put in; ``difference`` is exactly that change,
and a cell in which nothing is left is dropped, so the order of changes leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .counters import Cell, Counters, Scope
from .intervals import start_of


def difference(
    before: Mapping[Cell, Counters], after: Mapping[Cell, Counters]
) -> dict[Cell, Counters]:
    """What must be added to cells that hold ``before`` so that they hold ``after``.

    Sums in it may be negative. Cells that stay as they are are not in it.
    """
    change: dict[Cell, Counters] = {}
    for cell, counters in after.items():
        former = before.get(cell)
        if former == counters:
            continue
        moved = counters.copy() if former is None else counters - former
        if not moved.is_zero():
            change[cell] = moved
    for cell, counters in before.items():
        if cell not in after and not counters.is_zero():
            change[cell] = Counters() - counters
    return change


def apply(cells: dict[Cell, Counters], change: Mapping[Cell, Counters]) -> None:
    """Adds ``change`` to ``cells`` in place; cells that become zero are removed."""
    for cell, counters in change.items():
        held = cells.get(cell)
        if held is None:
            held = cells[cell] = Counters()
        held.add(counters)
        if held.is_zero():
            del cells[cell]


def fold(contributions: Iterable[Mapping[Cell, Counters]]) -> dict[Cell, Counters]:
    """The cells that these contributions make together."""
    cells: dict[Cell, Counters] = {}
    for contribution in contributions:
        apply(cells, contribution)
    return cells


def total(
    cells: Mapping[Cell, Counters],
    scope: Scope,
    ids: Iterable[str],
    from_ms: int,
    to_ms: int,
) -> Counters:
    """The sum over these queues or agents of the intervals that start within the period.

    ``ids`` is ``("",)`` for the whole centre. ``from_ms`` is in the period, ``to_ms`` is not.
    """
    wanted = frozenset(ids)
    summed = Counters()
    for cell, counters in cells.items():
        if cell.scope == scope and cell.id in wanted and from_ms <= cell.interval_ms < to_ms:
            summed.add(counters)
    return summed


def coarser(cells: Mapping[Cell, Counters], step_ms: int) -> dict[Cell, Counters]:
    """The same sums on a wider grid, whose step is a multiple of the finer one's."""
    wide: dict[Cell, Counters] = {}
    for cell, counters in cells.items():
        apply(wide, {cell._replace(interval_ms=start_of(cell.interval_ms, step_ms)): counters})
    return wide
