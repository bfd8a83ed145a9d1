"""One line of a file as a customer: what it says, and whether it can be.

A cell that is empty says nothing: it takes nothing away from a customer who is there already.
Several numbers or tags in one cell are parted by ``|``; a number may have its label before it, as
in ``mobile: 0912 345 6789``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from callcenter.domain.customer import Customer, CustomerNumber, FieldKind

from .csv_columns import Column, Row
from .csv_fields import typed
from .letters import folded, trimmed
from .numbers import customer_number

LONGEST = {"name": 200, "code": 100, "tier": 100, "organisation": 200, "notes": 20_000}
"""Letters that a cell may have; more is a broken file, not a name."""

_SCHEMES = frozenset({"tel", "sip", "sips", "callto"})
_LANGUAGES = {
    folded(word): code
    for code, words in {
        "fa": ("fa", "persian", "farsi", "فارسی"),
        "he": ("he", "iw", "hebrew", "עברית"),
        "en": ("en", "english", "انگلیسی", "אנגלית"),
        "ar": ("ar", "arabic", "عربی", "ערבית", "العربية"),
    }.items()
    for word in words
}


class Read(Struct, frozen=True):
    """The customer of a line (id 0), or why there is none."""

    line: int
    customer: Customer
    wrong: str = ""

    def number_keys(self) -> list[str]:
        """What its numbers are found by."""
        return [number.e164 or number.digits for number in self.customer.numbers]


def read_line(
    row: Row, columns: Sequence[Column | None], kinds: Mapping[str, FieldKind], region: str
) -> Read:
    """Reads one record. ``region`` is that of numbers without a country code."""
    customer = Customer(name="")
    if row.wrong:
        return Read(row.line, customer, row.wrong)
    wrong = ""
    for column, cell in zip(columns, row.cells, strict=False):
        value = trimmed(cell)
        if column is not None and value:
            wrong = wrong or _take(customer, column, value, kinds, region)
    if not wrong and not customer.name and not customer.organisation:
        wrong = "it has no name"
    return Read(row.line, customer, wrong)


def merged(old: Customer, said: Customer) -> tuple[Customer, list[str]]:
    """``old`` with what a line says, and the names of what that changes.

    Numbers are added and never taken away; a number that is there gets the line's label.
    """
    changes: dict[str, object] = {}
    for name in ("name", "code", "tier", "organisation", "language", "notes", "tags"):
        value = getattr(said, name)
        if value and value != getattr(old, name):
            changes[name] = value
    fields = {**old.fields, **said.fields}
    if fields != old.fields:
        changes["fields"] = fields
    numbers = {number.e164 or number.digits: number for number in old.numbers}
    for number in said.numbers:
        key = number.e164 or number.digits
        there = numbers.get(key)
        if there is None:
            numbers[key] = number
        elif number.label and number.label != there.label:
            numbers[key] = replace(there, label=number.label)
    if list(numbers.values()) != old.numbers:
        changes["numbers"] = list(numbers.values())
    return replace(old, **changes), list(changes)


def parted(cell: str) -> list[str]:
    """The items of a cell that holds several."""
    return [item for item in map(trimmed, cell.split("|")) if item]


def tags_of(cell: str) -> list[str]:
    """The tags of a cell: parted by ``|``, or by commas when it has none."""
    if "|" in cell:
        items = parted(cell)
    else:
        items = [trimmed(item) for item in cell.replace("،", ",").replace(";", ",").split(",")]
    return list(dict.fromkeys(item for item in items if item))


def _take(
    customer: Customer,
    column: Column,
    value: str,
    kinds: Mapping[str, FieldKind],
    region: str,
) -> str:
    """Puts a cell into the customer; the answer is why it cannot, empty when it can."""
    most = LONGEST.get(column.kind, 1_000)
    if len(value) > most:
        return f"the column «{column.label or column.kind}» has {len(value)} letters, {most} fit"
    if column.kind == "number":
        return _take_numbers(customer, column, value, region)
    if column.kind == "field":
        kind = kinds[column.key]
        known = typed(value, kind.type)
        if known is None:
            return f"«{value}» in the column «{kind.label}» is no {kind.type}"
        customer.fields[column.key] = known
    elif column.kind == "tags":
        customer.tags = tags_of(value)
    elif column.kind == "language":
        customer.language = _LANGUAGES.get(folded(value), value)
    else:
        setattr(customer, column.kind, value)
    return ""


def _take_numbers(customer: Customer, column: Column, value: str, region: str) -> str:
    taken = {number.e164 or number.digits for number in customer.numbers}
    for item in parted(value):
        label, colon, rest = item.rpartition(":")
        if not colon or folded(label) in _SCHEMES:
            label, rest = column.label, item
        number = customer_number(rest, region, trimmed(label))
        if not isinstance(number, CustomerNumber):
            return number
        if (number.e164 or number.digits) not in taken:
            taken.add(number.e164 or number.digits)
            customer.numbers.append(number)
    return ""
