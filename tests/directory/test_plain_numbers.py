"""A plain number is read by its country's tables as libphonenumber reads it."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.directory.numbers import normalise
from callcenter.directory.plain_numbers import plain

REGIONS = ["IR", "IL", "US", "GB", "JE", "DE", "IT", "AR", "BR", "RU", "AU", "XX", ""]
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


@given(
    st.one_of(
        st.builds(
            "+{}{}".format, st.sampled_from(CODES), st.from_regex(r"[0-9]{3,13}", fullmatch=True)
        ),
        st.from_regex(r"\+[0-9]{1,20}", fullmatch=True),
        st.from_regex(r"0[0-9]{5,12}", fullmatch=True),
    ),
    st.sampled_from(REGIONS),
)
@example("+9809121234567", "IR")
@example("+390612345678", "IT")
@example("+12125550123", "US")
@example("+14165550123", "US")
@example("+80012345678", "IR")
@example("09121234567", "IR")
@example("02188776655", "IR")
@example("0501234567", "IL")
@example("02079460123", "GB")
def test_what_is_read_by_tables_is_what_the_library_reads(raw: str, region: str) -> None:
    number = plain(raw, region)
    if number is not None:
        assert number == replace(normalise(raw, region), national="")


@pytest.mark.parametrize("code", CODES)
def test_an_example_of_every_country_is_read_so_or_left_to_the_library(code: int) -> None:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]
    given = [phonenumbers.example_number(region) for region in regions]
    given.append(phonenumbers.example_number_for_non_geo_entity(code))
    known = [each for each in given if each is not None]
    assert known
    for each in known:
        inside = phonenumbers.format_number(each, phonenumbers.PhoneNumberFormat.NATIONAL)
        bare = "".join(letter for letter in inside if letter.isdigit())
        for text in (phonenumbers.format_number(each, phonenumbers.PhoneNumberFormat.E164), bare):
            for region in regions:
                number = plain(text, region)
                assert number is None or number == replace(normalise(text, region), national="")


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("+989121234567", "IR", "+989121234567"),
        ("+982188776655", "IR", "+982188776655"),
        ("+972501234567", "IR", "+972501234567"),
        ("+4930123456", "IR", "+4930123456"),
        ("09121234567", "IR", "+989121234567"),
        ("02188776655", "IR", "+982188776655"),
        ("0501234567", "IL", "+972501234567"),
        ("030123456", "DE", "+4930123456"),
    ],
)
def test_numbers_of_every_day_are_read_by_tables(raw: str, region: str, e164: str) -> None:
    number = plain(raw, region)
    assert number is not None
    assert number.e164 == e164


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "9121234567",
        "00989121234567",
        "0912123456",
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
    assert plain(raw, "IR") is None


@pytest.mark.parametrize("region", ["JE", "IT", "US", "XX", ""])
def test_a_zero_is_left_to_the_library_where_it_is_not_simply_dialled_before(region: str) -> None:
    assert plain("02079460123", region) is None
