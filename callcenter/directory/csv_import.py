"""Customers from a CSV file: first looked over, then read in portions, each stored as one.

A line is a customer of ours when it has his code; without a code, when it has one of his numbers
and his name. Somebody else's number under another name, without a code to tell them apart, is a
double: it is reported and not stored, since nobody but a person can say whether they are one.
The functions read the file within the loop: they are for the command line, not for the service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from callcenter.domain.customer import Customer, FieldKind
from callcenter.ports.clock import Clock
from callcenter.ports.customers import Customers
from callcenter.ports.errors import StoreRefused, StoreUnavailable

from .csv_columns import Layout, check_text, layout_of, rows_of
from .csv_fields import Guess
from .csv_lines import Read, merged, read_line
from .csv_report import Line, Report
from .directory import search_words
from .letters import folded, trimmed, words_of

PORTION = 1_000
"""Lines of one transaction."""

Progress = Callable[[int, int], None]
OnLine = Callable[[Line], None]


async def import_csv(
    path: Path,
    customers: Customers,
    clock: Clock,
    region: str,
    *,
    dry_run: bool = False,
    shared_numbers: bool = False,
    progress: Progress | None = None,
    on_line: OnLine | None = None,
) -> Report:
    """Imports ``path`` and reports every line.

    ``shared_numbers``: lines with somebody else's number are new customers and no doubles.
    ``progress(done, all)`` counts lines. Raises ``BadFile`` when the file as such cannot be
    imported; when the store fails on the way, the report says up to which line it is stored.
    """
    lines = check_text(path)
    layout = layout_of(path)
    known = {kind.key: kind for kind in await customers.field_kinds()}
    kinds = _kinds(path, layout, known)
    report = Report(dry_run=dry_run)
    sorter = _Sorter(customers, clock.wall_ms(), shared_numbers)
    try:
        fresh = {key: kind for key, kind in kinds.items() if kind != known.get(key)}
        if fresh and not dry_run:
            await customers.save_field_kinds(fresh)
        reads = (read_line(row, layout.columns, kinds, region) for row in rows_of(path, layout))
        for portion in _portions(reads):
            found, changed = await sorter.sort(portion)
            if changed and not dry_run:
                await customers.save([(each, search_words(each)) for each in changed])
            if not dry_run:
                report.applied_to = portion[-1].line
            for line in found:
                report.add(line)
                if on_line is not None:
                    on_line(line)
            if progress is not None:
                progress(portion[-1].line, lines)
    except (StoreUnavailable, StoreRefused) as error:
        report.stopped = error.sentence
    return report


class _Sorter:
    """Says of each line what it is, with all lines before it in mind."""

    def __init__(self, customers: Customers, now: int, shared_numbers: bool) -> None:
        self._customers = customers
        self._now = now
        self._shared = shared_numbers
        # What the file itself has had so far, by line: codes, numbers, names, customers of ours.
        self._codes: dict[str, int] = {}
        self._numbers: dict[str, tuple[int, str]] = {}
        self._people: dict[tuple[str, str], int] = {}
        self._ids: dict[int, int] = {}

    async def sort(self, portion: Sequence[Read]) -> tuple[list[Line], list[Customer]]:
        """The findings of a portion, and the customers to store."""
        good = [read for read in portion if not read.wrong]
        by_code = await self._customers.by_codes([read.customer.code for read in good])
        keys = {key for read in good for key in read.number_keys()}
        by_number = await self._customers.by_numbers(sorted(keys))
        lines: list[Line] = []
        to_store: list[Customer] = []
        for read in portion:
            if read.wrong:
                lines.append(Line(read.line, "rejected", read.customer.name, read.wrong + "."))
                continue
            nameless = not read.customer.code and not read.number_keys()
            alike = await self._by_name(read.customer) if nameless else []
            alike += [other for key in read.number_keys() for other in by_number.get(key, ())]
            line, customer = self._find(read, by_code.get(read.customer.code), alike)
            lines.append(line)
            if customer is not None:
                to_store.append(customer)
        return lines, to_store

    def _find(
        self, read: Read, owner: Customer | None, alike: Sequence[Customer]
    ) -> tuple[Line, Customer | None]:
        said, name = read.customer, _name(read.customer)
        before = self._before(read)
        if before:
            return Line(read.line, "double", name, before), None
        if owner is None:
            # Who has one of the numbers under this name is he, unless his code says otherwise.
            same = (other for other in alike if folded(_name(other)) == folded(name))
            owner = next((other for other in same if not (other.code and said.code)), None)
        others = [other for other in alike if owner is None or other.id != owner.id]
        why = _shares(others[0]) if others else ""
        if owner is None:
            if others and not said.code and not self._shared:
                return Line(read.line, "double", name, why), None
            self._remember(read)
            return (
                Line(read.line, "new", name, why),
                replace(said, created_at=self._now, updated_at=self._now),
            )
        if owner.id in self._ids:
            first = self._ids[owner.id]
            return Line(read.line, "double", name, f"line {first} is the same customer."), None
        self._ids[owner.id] = read.line
        self._remember(read)
        customer, changed = merged(owner, said)
        if not changed:
            return Line(read.line, "unchanged", name), None
        told = f"{', '.join(changed)}." + (f" {why}" if why else "")
        return Line(read.line, "changed", name, told), replace(customer, updated_at=self._now)

    def _before(self, read: Read) -> str:
        """Why the line is a double of one before it in the file; empty when it is not."""
        said = read.customer
        if said.code:
            line = self._codes.get(said.code)
            return f"line {line} has the same code «{said.code}»." if line else ""
        name = folded(_name(said))
        for key in read.number_keys() or [""]:
            line = self._people.get((name, key))
            if line:
                return f"line {line} is the same customer."
            line, other = self._numbers.get(key, (0, ""))
            if line and not self._shared:
                return f"line {line} has the same number {key} under the name «{other}»."
        return ""

    def _remember(self, read: Read) -> None:
        said = read.customer
        if said.code:
            self._codes[said.code] = read.line
        for key in read.number_keys() or ([] if said.code else [""]):
            self._people.setdefault((folded(_name(said)), key), read.line)
            if key:
                self._numbers.setdefault(key, (read.line, _name(said)))

    async def _by_name(self, said: Customer) -> list[Customer]:
        """Customers of just this name that have neither code nor number, as the line."""
        words = words_of(_name(said))
        found = await self._customers.search(words, "", 50) if words else []
        return [
            other
            for other in found
            if not other.code and not other.numbers and folded(_name(other)) == folded(_name(said))
        ]


def _kinds(path: Path, layout: Layout, known: dict[str, FieldKind]) -> dict[str, FieldKind]:
    """The free fields of the file: as they are known, else as every value of theirs looks."""
    free = [
        (place, column)
        for place, column in enumerate(layout.columns)
        if column is not None and column.kind == "field"
    ]
    guesses = {column.key: Guess() for _, column in free}
    if not free:
        return {}
    for row in rows_of(path, layout):
        for place, column in free:
            if place < len(row.cells):
                guesses[column.key].see(trimmed(row.cells[place]))
    kinds: dict[str, FieldKind] = {}
    for _, column in free:
        kind = known.get(column.key)
        guess = guesses[column.key]
        if kind is None:
            kind = guess.kind(column.key, column.label, column.type)
        elif kind.type == "choice":
            kind = replace(kind, choices=tuple(sorted({*kind.choices, *guess.choices()})))
        kinds[column.key] = kind
    return kinds


def _portions(reads: Iterable[Read]) -> Iterator[list[Read]]:
    each = iter(reads)
    while portion := list(islice(each, PORTION)):
        yield portion


def _name(customer: Customer) -> str:
    return customer.name or customer.organisation


def _shares(other: Customer) -> str:
    code = f" ({other.code})" if other.code else ""
    return f"the number belongs to the customer «{_name(other)}»{code} too."
