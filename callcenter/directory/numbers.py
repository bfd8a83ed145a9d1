"""Telephone numbers: what came on the line, read once, the same way everywhere.

Pure. Marks of direction and separators go, digits of all scripts become 0 to 9, ``00`` becomes
``+``, and libphonenumber's rules make E.164 of it for the region of the line. What it does not
know is kept as digits and never guessed into a country. Withheld numbers and extensions of the
house are recognised here, so that nobody looks them up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

import phonenumbers
from msgspec import Struct, field
from msgspec.structs import replace
from phonenumbers import PhoneNumberFormat

from callcenter.domain.customer import CustomerNumber, Number
from callcenter.domain.model import Presentation

from .letters import digits_folded, folded, visible
from .plain_numbers import plain

INTERNAL_DIGITS = 5
"""Numbers up to this length are extensions or short codes: no customer has one."""

MOST_DIGITS = 20
"""E.164 has 15 at most; with prefixes of carriers a few more. What is longer is no number."""

KEPT = 50_000
"""Numbers kept ready: a day of callers."""

# What lines and PBXs write in place of a number that is not shown. ``asterisk`` is what Asterisk
# itself puts when it has no caller number.
_WITHHELD = frozenset(
    folded(word)
    for word in (
        *("anonymous", "anonymous caller", "private", "private number", "private caller"),
        *("unknown", "unknown caller", "unknown number", "withheld", "number withheld"),
        *("restricted", "unavailable", "not available", "blocked", "hidden", "no number"),
        *("no caller id", "caller id blocked", "asterisk", "n/a", "none", "null"),
        *("ناشناس", "ناشناخته", "مخفی", "خصوصی", "بدون شماره", "شماره مخفی", "شماره خصوصی"),
        *("مجهول", "محجوب", "خاص", "رقم خاص", "غير معروف"),
        *("חסוי", "מספר חסוי", "פרטי", "לא ידוע", "לא מזוהה", "שיחה מזוהה כחסויה"),
    )
)
# Some carriers send these in place of a number that is not shown.
_WITHHELD_CODES = frozenset({"-1", "-2", "0", "00", "000"})

_URI = re.compile(r"^(?:sips?|tel|callto):", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?:\s*(?:;ext=|\bextension\b|\bext\b\.?|\bx|#|,+|;|داخلی|שלוחה)\s*[:.]?\s*\d{1,7})\s*$",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"[\s().\-/\\_·•*'\"‐-―−]+")
_POSSIBLE = phonenumbers.ValidationResult.IS_POSSIBLE
_DIGITS = re.compile(r"\+?[0-9]+")
_PLAIN = re.compile(rf"\+?[0-9]{{6,{MOST_DIGITS}}}")
"""What needs no cleaning, and is longer than any word or code for a withheld number."""


class Regions(Struct, frozen=True):
    """Which country's rules read a number: by line (the number dialled), else the site's.

    ``by_line`` is keyed by the beginning of a line's number; the longest one counts.
    """

    site: str
    by_line: Mapping[str, str] = field(default_factory=dict)

    def of(self, line: str) -> str:
        """The region of calls on ``line``."""
        fitting = [start for start in self.by_line if line.startswith(start)]
        return self.by_line[max(fitting, key=len)] if fitting else self.site


@lru_cache(maxsize=KEPT)
def normalise(
    raw: str,
    region: str,
    presentation: Presentation = "shown",
    internal_digits: int = INTERNAL_DIGITS,
) -> Number:
    """Reads ``raw`` by the rules of ``region`` (ISO, such as ``IR``). Never raises.

    A number without country code is the region's. Reading the ``e164`` of an answer again gives
    the same ``e164``.
    """
    number, parsed = _understood(raw, region, presentation, internal_digits)
    return number if parsed is None else replace(number, national=_shown(parsed, number, region))


def unshown(raw: str, region: str) -> Number:
    """As ``normalise``, but a number that was understood is not written as people read it, and
    nothing is kept: for millions of numbers that are looked up once and shown to nobody."""
    return plain(raw, region) or _understood(raw, region, "shown", INTERNAL_DIGITS)[0]


def _understood(
    raw: str, region: str, presentation: Presentation, internal_digits: int
) -> tuple[Number, phonenumbers.PhoneNumber | None]:
    plain = bool(_PLAIN.fullmatch(raw))
    if presentation != "shown" or (not plain and _is_withheld(raw)):
        return Number(raw=raw, region=region, withheld=True), None
    dialled = _international(raw) if plain else _dialled(raw)
    if not dialled:
        return Number(raw=raw, national=visible(raw), region=region), None
    bare = dialled.lstrip("+")
    if not dialled.startswith("+") and len(bare) <= internal_digits:
        return Number(raw=raw, national=bare, region=region, internal=True, digits=bare), None
    parsed = _parsed(dialled, region)
    if parsed is None or not _lasting(parsed, region):
        return Number(raw=raw, national=dialled, region=region, digits=bare.lstrip("0")), None
    own = phonenumbers.region_code_for_number(parsed) or (
        phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    )
    number = Number(
        raw=raw,
        e164=phonenumbers.format_number(parsed, PhoneNumberFormat.E164),
        region=own,
        digits=phonenumbers.national_significant_number(parsed),
    )
    return number, parsed


def customer_number(raw: str, region: str, label: str = "") -> CustomerNumber | str:
    """The number as the directory keeps it, or the reason (a clause) why it cannot.

    A number in a form that libphonenumber does not know is kept by its digits.
    """
    number = normalise(raw, region)
    written = visible(raw)
    if number.withheld:
        return f"«{written}» is what lines say when a number is withheld"
    if number.internal:
        return f"«{written}» is too short, like an extension of the house"
    if not number.digits:
        return f"«{written}» is no telephone number"
    return CustomerNumber(
        raw=written,
        e164=number.e164,
        label=label,
        national=number.national,
        region=number.region,
        digits=number.digits,
    )


def _is_withheld(raw: str) -> bool:
    plain = folded(raw).strip("<>\"' ")
    if not plain:
        return True
    user = _URI.sub("", plain).partition("@")[0]
    spaced = re.sub(r"[\s._-]+", " ", user).strip()
    # ``anonymous@anonymous.invalid`` is RFC 3323's; the host alone says it too.
    return (
        spaced in _WITHHELD
        or user in _WITHHELD
        or user in _WITHHELD_CODES
        or plain.endswith("anonymous.invalid")
    )


def _dialled(raw: str) -> str:
    """Digits with an optional plus in front; empty when there is more than a number."""
    text = digits_folded(visible(raw)).replace("＋", "+").strip("<>\"' ")
    text = _URI.sub("", text).partition("@")[0]
    text = _EXTENSION.sub("", text)
    # +44 (0)20 ...: the zero in brackets is for those who dial inside the country.
    if text.lstrip().startswith(("+", "00")):
        text = re.sub(r"\(\s*0\s*\)", "", text)
    plain = _SEPARATORS.sub("", text)
    # Some write the plus behind, as it looks from right to left.
    if plain.endswith("+") and not plain.startswith("+"):
        plain = "+" + plain[:-1]
    if not _DIGITS.fullmatch(plain) or len(plain) > MOST_DIGITS:
        return ""
    plain = _international(plain)
    return plain if plain != "+" else ""


def _international(digits: str) -> str:
    return "+" + digits[2:] if digits.startswith("00") and len(digits) > 8 else digits


def _lasting(parsed: phonenumbers.PhoneNumber, region: str) -> bool:
    """Whether its written form is read as the same number again: of mere zeros it is not."""
    if not phonenumbers.national_significant_number(parsed).startswith("0"):
        return True
    written = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    again = _parsed(written, region)
    return again is not None and again == parsed


def _parsed(dialled: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException:
        return None
    # New ranges are valid before the tables know them. A country code that was written, or the
    # trunk prefix of the line's country, leaves no doubt about what kind of number it is.
    trunk = phonenumbers.ndd_prefix_for_region(region, True)
    whole = dialled.startswith("+") or (trunk == "0" and dialled.startswith("0"))
    if whole and phonenumbers.is_possible_number_with_reason(parsed) == _POSSIBLE:
        return parsed
    return parsed if phonenumbers.is_valid_number(parsed) else None


def _shown(parsed: phonenumbers.PhoneNumber, number: Number, region: str) -> str:
    own = number.region
    inside = own == region or (not own and not region)
    form = PhoneNumberFormat.NATIONAL if inside else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, form))
