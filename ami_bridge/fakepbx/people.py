"""Who works in the invented centre and who calls it. All of them are made up.

British and American numbers are of the ranges kept free for fiction; Iranian and Israeli ones have
no such range and are drawn at random from mobile and city blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from .plan import Party


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent: his phone's number, his name, the queues he is signed in to."""

    number: str
    name: str
    queues: tuple[str, ...]

    @property
    def device(self) -> str:
        """His phone, which is also the interface that the queues ring."""
        return f"PJSIP/{self.number}"


AGENTS = (
    Agent("1001", "سارا احمدی", ("support", "vip")),
    Agent("1002", "رضا کریمی", ("support",)),
    Agent("1003", "מיכל לוי", ("support", "sales")),
    Agent("1004", "דניאל כהן", ("sales",)),
    Agent("1005", "نگار حسینی", ("sales", "vip")),
    Agent("1006", "Emma Clarke", ("support", "billing")),
    Agent("1007", "امیر رستمی", ("support",)),
    Agent("1008", "Zoe O'Brien", ("billing", "sales")),
    Agent("1009", "יעל מזרחי", ("billing", "support")),
    Agent("1010", "Tom Whitfield", ("sales", "support")),
    Agent("1011", "مریم جعفری", ("support", "vip")),
    Agent("1012", "אבי פרץ", ("billing", "vip")),
)

REASONS = (
    ("break", 150.0),
    ("lunch", 480.0),
    ("training", 300.0),
    ("prayer", 240.0),
    ("meeting", 360.0),
)
"""Why agents pause, and for how many seconds on average in a demo's shortened day."""

_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fa": (
        ("علی", "فاطمه", "محمد", "زهرا", "حسین", "لیلا", "پرویز", "شیرین", "کاوه", "مهسا"),
        ("رضایی", "محمدی", "موسوی", "صادقی", "نوری", "قاسمی", "شریفی", "یزدانی"),
    ),
    "he": (
        ("נועה", "יוסף", "תמר", "אורי", "רחל", "איתן", "שירה", "משה", "דנה", "עומר"),
        ("ביטון", "פרידמן", "אזולאי", "שפירא", "גולן", "ברק", "אוחיון", "רוזן"),
    ),
    "en": (
        ("Olivia", "Jack", "Amelia", "George", "Grace", "Henry", "Ruby", "Samuel"),
        ("Turner", "Hughes", "Bennett", "Foster", "Murphy", "Patel", "Sinclair", "D'Arcy"),
    ),
}

_TAGS = ("vip", "new", "wholesale", "late payer", "warranty")
_PLANS = ("basic", "plus", "business")


@dataclass(frozen=True, slots=True)
class Caller:
    """An invented person. ``known`` people stand in the directory, the others are strangers."""

    name: str
    language: str
    numbers: tuple[str, ...]
    known: bool
    tags: tuple[str, ...] = ()
    plan: str = "basic"
    since: int = 2020
    shows_name: bool = False
    dialled_as: str = ""

    def party(self) -> Party:
        """What the line shows when this person calls."""
        number = self.dialled_as or self.numbers[0]
        return Party(number, self.name if self.shows_name else "")

    def customer(self) -> dict[str, Any]:
        """The person as a directory has him: plain values only."""
        return {
            "name": self.name,
            "numbers": list(self.numbers),
            "language": self.language,
            "tags": list(self.tags),
            "fields": {"plan": self.plan, "customer_since": f"{self.since}-01-15"},
        }


WITHHELD = (Party(""), Party("anonymous", "Anonymous"))
"""How a hidden number arrives: as nothing at all, or as the word that SIP puts there."""


def invent(random: Random, count: int = 90) -> list[Caller]:
    """``count`` callers: about half Iranian, a third Israeli, the rest British and American.

    Three of four are known customers; the last two share one landline, as families do.
    """
    callers: list[Caller] = []
    used: set[str] = set()
    while len(callers) < count - 2:
        language = random.choices(("fa", "he", "en"), (50, 30, 20))[0]
        number = _number(random, language)
        if number in used:
            continue
        used.add(number)
        numbers: tuple[str, ...] = (number,)
        second = _number(random, language)
        if random.random() < 0.25 and second not in used:
            used.add(second)
            numbers = (number, second)
        # Some lines send the international prefix in digits and not as a plus.
        digits = "00" + number[1:] if random.random() < 0.1 else ""
        callers.append(
            Caller(
                _name(random, language),
                language,
                numbers,
                random.random() < 0.75,
                tuple(random.sample(_TAGS, random.choice((0, 0, 1, 1, 2)))),
                random.choice(_PLANS),
                random.randint(2014, 2025),
                random.random() < 0.3,
                digits,
            )
        )
    household = "+982188776655"
    for name in ("ناصر کمالی", "پروانه کمالی"):
        callers.append(Caller(name, "fa", (household,), True))
    return callers


def _name(random: Random, language: str) -> str:
    first, last = _NAMES[language]
    return f"{random.choice(first)} {random.choice(last)}"


def _number(random: Random, language: str) -> str:
    def digits(count: int) -> str:
        return "".join(random.choice("0123456789") for _ in range(count))

    if language == "fa":
        if random.random() < 0.7:
            return f"+98912{random.randint(1, 9)}{digits(6)}"
        return f"+98212{random.randint(2, 9)}{digits(6)}"
    if language == "he":
        if random.random() < 0.75:
            return f"+97254{random.randint(2, 7)}{digits(6)}"
        return f"+9723{random.randint(5, 6)}{digits(6)}"
    if random.random() < 0.6:
        return f"+447700900{digits(3)}"
    return f"+120255501{digits(2)}"
