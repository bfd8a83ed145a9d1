"""The shape of a definition: what a figure's entry in the catalogue says."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from .counters import Scope

Unit = Literal["share", "ms", "count"]
Source = Literal["counters", "open_visits", "calls"]


class Names(Struct, frozen=True):
    """The name in English, Persian and Hebrew."""

    en: str
    fa: str
    he: str


class Variant(Struct, frozen=True):
    """One way of counting, by name. ``source`` is what it is counted from."""

    id: str
    formula: str
    source: Source = "counters"


class Definition(Struct, frozen=True, kw_only=True):
    """One measure. The first variant is the default, and the halves are those of the default.

    ``denominator`` is empty for a count or a duration. ``benchmark`` is empty where there is none.
    """

    id: str
    name: Names
    unit: Unit
    scopes: tuple[Scope, ...]
    numerator: str
    denominator: str = ""
    exclusions: str = ""
    variants: tuple[Variant, ...]
    benchmark: str = ""
    version: int = 1

    @property
    def formula(self) -> str:
        """The default variant's formula."""
        return self.variants[0].formula
