"""Plain numbers, nothing but digits behind ``+`` or ``0``, read by what is known of their country.

Most numbers of a log are written so, and the library takes a fiftieth of a millisecond for each: it
looks for letters, extensions and prefixes that cannot be there. Here its tables are asked for what
depends on the country alone, once for each country. What is not plain (a national prefix behind
the country code, a length that the country has not) is left to the library; a test holds that both
say the same.
"""

from __future__ import annotations

import re
from functools import lru_cache

import phonenumbers
from msgspec import Struct

from callcenter.domain.customer import Number

FULL = re.compile(r"\+[1-9][0-9]{5,18}")
INSIDE = re.compile(r"0[1-9][0-9]{5,17}")
LONGEST_CODE = 3
"""Digits of a country code at most (ITU-T E.164)."""


class _Country(Struct, frozen=True):
    """What is known of a country code. ``region`` is empty where several share it; ``prefix``
    matches what is dialled before a number inside the country; ``lengths`` of whole numbers,
    without the code. ``home``: whether a ``0`` stands before each number inside, and no more;
    ``abroad`` matches what is dialled before one of another country, ``whole`` a number without
    the ``0``."""

    code: int
    region: str
    prefix: re.Pattern[str] | None
    lengths: frozenset[int]
    home: bool
    abroad: re.Pattern[str]
    whole: re.Pattern[str]


def plain(raw: str, region: str) -> Number | None:
    """The number as ``numbers.unshown`` gives it, None where that needs a closer look."""
    if FULL.fullmatch(raw):
        country = _abroad(raw[1 : 1 + LONGEST_CODE])
        if country is None:
            return None
        national = raw[1 + len(str(country.code)) :]
        if national[0] == "0" or (country.prefix is not None and country.prefix.match(national)):
            return None
    elif INSIDE.fullmatch(raw):
        country, national = _inside(region), raw[1:]
        if country is None or country.abroad.match(raw) or country.whole.fullmatch(raw):
            return None
    else:
        return None
    if len(national) not in country.lengths:
        return None
    own = country.region
    if not own:
        parsed = phonenumbers.PhoneNumber(country.code, int(national))
        own = phonenumbers.region_code_for_number(
            parsed
        ) or phonenumbers.region_code_for_country_code(country.code)
    return Number(raw, f"+{country.code}{national}", "", own, False, False, national)


@lru_cache(maxsize=1_000)
def _abroad(start: str) -> _Country | None:
    """The country whose code a number begins with; no code is the beginning of another."""
    for digits in range(1, LONGEST_CODE + 1):
        code = int(start[:digits])
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return _country(code)
    return None


@lru_cache(maxsize=300)
def _inside(region: str) -> _Country | None:
    """The country of a line, if its numbers are read by its tables alone."""
    code = phonenumbers.country_code_for_region(region)
    if phonenumbers.region_code_for_country_code(code) != region:
        return None
    country = _country(code)
    return country if country is not None and country.home else None


def _country(code: int) -> _Country | None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    known = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
    if known is None or known.general_desc is None:
        return None
    before = known.national_prefix_for_parsing
    return _Country(
        code=code,
        region=regions[0] if len(regions) == 1 else "",
        prefix=re.compile(before) if before else None,
        lengths=frozenset(known.general_desc.possible_length),
        home=known.national_prefix == before == "0" and not known.national_prefix_transform_rule,
        abroad=re.compile(known.international_prefix or "NonMatch"),
        whole=re.compile(known.general_desc.national_number_pattern or ""),
    )
