"""Free fields of a file: which type a column is, and its values as that type.

A type is guessed only if every value of the column is written in the one form of that type, so
that nothing is lost: ``007`` and ``1.50`` are texts.
"""

from __future__ import annotations

import datetime
import re

from callcenter.domain.customer import FieldKind, FieldType, FieldValue

from .letters import digits_folded

MOST_CHOICES = 12
"""More different values than these are no choice but a text."""

TIMES_EACH = 3
"""A choice is a text whose values come this often each, on the average."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,6})?")
_DATE = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_LINK = re.compile(r"https?://[^\s]+", re.IGNORECASE)


class Guess:
    """Sees every value of a column and says what type it is."""

    def __init__(self) -> None:
        self._seen = 0
        self._fits: set[FieldType] = {"number", "date", "link"}
        self._different: set[str] = set()

    def see(self, value: str) -> None:
        """One value, as it stands in the file; empty ones say nothing."""
        if not value:
            return
        self._seen += 1
        self._fits = {each for each in self._fits if typed(value, each) is not None}
        if len(self._different) <= MOST_CHOICES:
            self._different.add(value)

    def kind(self, key: str, label: str, told: FieldType | None) -> FieldKind:
        """The field; ``told`` is the type that its header names, which counts."""
        kind = told or self._type()
        choices = tuple(sorted(self._different)) if kind == "choice" else ()
        return FieldKind(key, label, kind, choices)

    def choices(self) -> set[str]:
        """Different values, ``MOST_CHOICES`` and one more at most."""
        return self._different

    def _type(self) -> FieldType:
        if self._seen and self._fits:
            return next(each for each in ("number", "date", "link") if each in self._fits)
        few = len(self._different) <= MOST_CHOICES
        if few and self._seen >= TIMES_EACH * max(2, len(self._different)):
            return "choice"
        return "text"


def typed(value: str, kind: FieldType) -> FieldValue | None:
    """The value as this type; None when it is not of it."""
    if kind == "number":
        return _number(digits_folded(value))
    if kind == "date":
        plain = digits_folded(value)
        if not _DATE.fullmatch(plain):
            return None
        try:
            return datetime.date.fromisoformat(plain).isoformat()
        except ValueError:
            return None
    if kind == "link":
        return value if _LINK.fullmatch(value) else None
    return value


def written(value: FieldValue) -> str:
    """The value as a file has it; ``typed`` gives it back."""
    return str(value)


def _number(plain: str) -> int | float | None:
    if not _NUMBER.fullmatch(plain) or plain == "-0":
        return None
    if "." not in plain:
        return int(plain)
    number = float(plain)
    return number if repr(number) == plain else None
