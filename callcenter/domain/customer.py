"""Customers, their numbers, and what a look-up says about them.

A ``Number`` is what came on a line or stood in a file, read once by ``directory.numbers``; a
``CustomerNumber`` is one that the directory keeps. Instants are epoch milliseconds UTC.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

FieldType = Literal["text", "number", "date", "choice", "link"]
FieldValue = str | int | float
Confidence = Literal["exact", "national", "suffix"]
CUSTOMER_SINCE = "customer_since"
"""The key of the field, ``YYYY-MM-DD``, that says since when somebody is a customer."""


class Number(Struct, frozen=True):
    """A telephone number as it came (``raw``) and as we understand it.

    ``e164`` is empty when it makes none; ``national`` is for people to read; ``region`` is the
    ISO code of the number's own country, else that of the line. ``withheld`` numbers are shown
    to nobody's directory; ``internal`` ones are extensions of the house. ``digits`` are the
    national significant digits (without trunk zero), by which numbers in unknown form compare.
    """

    raw: str
    e164: str = ""
    national: str = ""
    region: str = ""
    withheld: bool = False
    internal: bool = False
    digits: str = ""


class CustomerNumber(Struct, frozen=True):
    """One number of a customer: as it was written, its E.164 (may be empty) and a label."""

    raw: str
    e164: str = ""
    label: str = ""
    national: str = ""
    region: str = ""
    digits: str = ""


class Alert(Struct, frozen=True):
    """A warning that every agent shall see; ``until`` None stays until it is taken away."""

    text: str
    author: str
    at: int
    until: int | None = None


class FieldKind(Struct, frozen=True):
    """What a free field is: its key, the label people read, its type and, for a choice, which."""

    key: str
    label: str
    type: FieldType = "text"
    choices: tuple[str, ...] = ()


class Customer(Struct, kw_only=True):
    """Somebody who may call. ``id`` is 0 until the directory has given one.

    A date among ``fields`` is ``YYYY-MM-DD``; what a key means is told by its ``FieldKind``.
    """

    id: int = 0
    name: str
    code: str = ""
    tier: str = ""
    organisation: str = ""
    language: str = ""
    numbers: list[CustomerNumber] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    fields: dict[str, FieldValue] = field(default_factory=dict)
    alert: Alert | None = None
    notes: str = ""
    created_at: int = 0
    updated_at: int = 0


class Match(Struct, frozen=True):
    """One customer whom a number may mean; ``rule`` is a sentence's worth of why."""

    customer: Customer
    rule: str
    confidence: Confidence


class FollowUp(Struct, frozen=True, kw_only=True):
    """Something promised: for an agent or for a queue, due at an instant; ``done_at`` None open."""

    id: int = 0
    customer_id: int | None
    call_id: str
    text: str
    due_at: int
    by: str
    for_agent: str | None = None
    for_queue: str | None = None
    done_at: int | None = None
