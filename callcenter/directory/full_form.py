"""Numbers in full form, ``+`` and nothing but digits, read by what is known of their country.

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
LONGEST_CODE = 3
"""Digits of a country code at most (ITU-T E.164)."""


class _Country(Struct, frozen=True):
    """What is known of a country code. ``region`` is empty where several share it; ``prefix``
    matches what is dialled before a number inside the country; ``lengths`` of whole numbers,
    without the code."""

    digits: int
    code: int
    region: str
    prefix: re.Pattern[str] | None
    lengths: frozenset[int]


def in_full(raw: str) -> Number | None:
    """The number as ``numbers.unshown`` gives it, None where that needs a closer look."""
    if not FULL.fullmatch(raw):
        return None
    country = _country(raw[1 : 1 + LONGEST_CODE])
    if country is None:
        return None
    national = raw[1 + country.digits :]
    if len(national) not in country.lengths or national[0] == "0":
        return None
    if country.prefix is not None and country.prefix.match(national):
        return None
    region = country.region
    if not region:
        parsed = phonenumbers.PhoneNumber(country.code, int(national))
        region = phonenumbers.region_code_for_number(
            parsed
        ) or phonenumbers.region_code_for_country_code(country.code)
    return Number(raw, raw, "", region, False, False, national)


@lru_cache(maxsize=1_000)
def _country(start: str) -> _Country | None:
    """The country whose code a number begins with; no code is the beginning of another."""
    for digits in range(1, LONGEST_CODE + 1):
        code = int(start[:digits])
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(code)
        if regions is None:
            continue
        known = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, regions[0])
        if known is None or known.general_desc is None:
            return None
        before = known.national_prefix_for_parsing
        return _Country(
            digits=digits,
            code=code,
            region=regions[0] if len(regions) == 1 else "",
            prefix=re.compile(before) if before else None,
            lengths=frozenset(known.general_desc.possible_length),
        )
    return None
