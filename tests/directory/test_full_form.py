"""A number in full form is read by its country's tables as libphonenumber reads it."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.directory.full_form import in_full
from callcenter.directory.numbers import normalise

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


@given(
    st.one_of(
        st.builds(
            "+{}{}".format, st.sampled_from(CODES), st.from_regex(r"[0-9]{3,13}", fullmatch=True)
        ),
        st.from_regex(r"\+[0-9]{1,20}", fullmatch=True),
    ),
    st.sampled_from(["IR", "IL", "US", "GB", "IT", "XX", ""]),
)
@example("+9809121234567", "IR")
@example("+390612345678", "IT")
@example("+12125550123", "US")
@example("+14165550123", "US")
@example("+80012345678", "IR")
def test_what_is_read_by_tables_is_what_the_library_reads(raw: str, region: str) -> None:
    number = in_full(raw)
    if number is not None:
        assert number == replace(normalise(raw, region), national="")


@pytest.mark.parametrize("code", CODES)
def test_an_example_of_every_country_is_read_so_or_left_to_the_library(code: int) -> None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    given = [phonenumbers.example_number(region) for region in regions]
    given.append(phonenumbers.example_number_for_non_geo_entity(code))
    texts = [phonenumbers.format_number(each, 0) for each in given if each is not None]
    assert texts
    for text in texts:
        number = in_full(text)
        assert number is None or number == replace(normalise(text, "IR"), national="")


@pytest.mark.parametrize("raw", ["+989121234567", "+982188776655", "+972501234567", "+4930123456"])
def test_numbers_of_every_day_are_read_by_tables(raw: str) -> None:
    number = in_full(raw)
    assert number is not None
    assert number.e164 == raw


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "09121234567",
        "989121234567",
        "+98 9121234567",
        "+9809121234567",
        "+98912",
        "+989121234567#5",
        "+99912345678",
        "+390612345678",
        "+۹۸۹۱۲۱۲۳۴۵۶۷",
    ],
)
def test_what_is_not_plain_is_left_to_the_library(raw: str) -> None:
    assert in_full(raw) is None
