"""Numbers: one reading for every way of writing, and nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.directory.numbers import Regions, customer_number, normalise, unshown
from callcenter.domain.customer import CustomerNumber

MOBILE = "+989123456789"


@pytest.mark.parametrize(
    "raw",
    [
        "+989123456789",
        "+98 912 345 6789",
        "+98-912-345-67-89",
        "00989123456789",
        "0098 (912) 345 67 89",
        "989123456789",
        "09123456789",
        "0912 345 6789",
        "9123456789",
        "09123456789 ",
        "\t09123456789\r\n",
        "۰۹۱۲۳۴۵۶۷۸۹",
        "٠٩١٢٣٤٥٦٧٨٩",
        "+۹۸ ۹۱۲ ۳۴۵ ۶۷۸۹",
        "۹۸۹۱۲۳۴۵۶۷۸۹+",
        "\u202a+98 912 345 6789\u202c",
        "\u200e0912\u200f345\u20666789\u2069",
        "\u202e\u202d0912\u202b3456789\u202c",
        "\ufeff09123456789",
        "0912\u00a0345\u20116789",
        "sip:+989123456789@sip.example.com",
        "tel:+98-912-345-6789",
        '"09123456789"',
        "<+989123456789>",
        "0912.345.6789",
        "+98 (0) 912 345 6789",
        "0912 345 6789 ext. 12",
        "09123456789 داخلی ۱۲",
        "09123456789,,12",
    ],
)
def test_every_way_of_writing_is_one_number(raw: str) -> None:
    number = normalise(raw, "IR")
    assert (number.e164, number.national, number.region) == (MOBILE, "0912 345 6789", "IR")
    assert number.raw == raw
    assert not number.withheld
    assert not number.internal


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("054-123-4567", "IL", "+972541234567"),
        ("03-612-3456", "IL", "+97236123456"),
        ("02188887777", "IR", "+982188887777"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("1 212 555 0123", "US", "+12125550123"),
        ("011 44 20 7946 0018", "US", "+442079460018"),
        ("+44 (0)20 7946 0018", "IR", "+442079460018"),
        ("+39 06 6982", "IR", "+39066982"),
    ],
)
def test_numbers_of_other_countries(raw: str, region: str, e164: str) -> None:
    assert normalise(raw, region).e164 == e164


@pytest.mark.parametrize(
    "raw",
    [
        *("", " ", "\u200f", "anonymous", "Anonymous", "ANONYMOUS", '"Anonymous" ', "<unknown>"),
        *("Private", "private number", "Unknown", "Withheld", "restricted", "unavailable"),
        *("anonymous@anonymous.invalid", "sip:anonymous@anonymous.invalid", "no_number"),
        *("sip:anonymous@10.0.0.1", "ناشناس", "خصوصی", "شماره خصوصي", "חסוי", "מספר חסוי"),
        "-1",
        "asterisk",
    ],
)
def test_withheld_by_words(raw: str) -> None:
    number = normalise(raw, "IR")
    assert number.withheld
    assert number.e164 == ""
    assert number.digits == ""


@pytest.mark.parametrize("presentation", ["withheld", "unavailable"])
def test_withheld_by_presentation_even_when_the_number_is_there(presentation: str) -> None:
    number = normalise("09123456789", "IR", presentation)  # type: ignore[arg-type]  # parametrised
    assert number.withheld
    assert number.e164 == ""


@pytest.mark.parametrize("raw", ["1001", "7", "110", "۱۰۰۱", "*99", "12345", "sip:1001@pbx"])
def test_extensions_of_the_house_are_internal(raw: str) -> None:
    number = normalise(raw, "IR")
    assert number.internal
    assert number.e164 == ""


def test_how_long_extensions_are_can_be_said() -> None:
    assert normalise("123456", "IR", internal_digits=6).internal
    assert not normalise("123456", "IR").internal


@pytest.mark.parametrize("raw", ["alice", "sip:alice@example.com", "+", "1-800-FLOWERS", "9" * 25])
def test_what_is_no_number_has_neither_e164_nor_digits(raw: str) -> None:
    number = normalise(raw, "IR")
    assert (number.e164, number.digits, number.withheld) == ("", "", False)


def test_a_number_that_the_region_does_not_know_keeps_its_digits() -> None:
    number = normalise("02188887777", "XX")
    assert (number.e164, number.digits, number.region) == ("", "2188887777", "XX")


def test_the_line_decides_the_region_and_the_longest_beginning_counts() -> None:
    regions = Regions("IR", {"+972": "IL", "+97": "AE"})
    assert regions.of("+97236123456") == "IL"
    assert regions.of("+9714") == "AE"
    assert regions.of("") == "IR"


def test_a_customers_number_is_kept_as_written_beside_its_e164() -> None:
    kept = customer_number("\u202a۰۹۱۲ ۳۴۵ ۶۷۸۹\u202c", "IR", "موبایل")
    assert isinstance(kept, CustomerNumber)
    assert (kept.raw, kept.e164, kept.label) == ("۰۹۱۲ ۳۴۵ ۶۷۸۹", MOBILE, "موبایل")


@pytest.mark.parametrize(
    ("raw", "why"), [("1001", "too short"), ("private", "withheld"), ("abc", "no telephone number")]
)
def test_what_no_customer_can_have_is_said(raw: str, why: str) -> None:
    kept = customer_number(raw, "IR")
    assert isinstance(kept, str)
    assert why in kept


_numberlike = st.text(
    st.sampled_from("0123456789۰۱۲۹٠٩+-() .x#,;:*\u200e\u202a\u2069\u200fabsip@"), max_size=30
)


@given(
    st.one_of(st.text(max_size=60), _numberlike),
    st.sampled_from(["IR", "IL", "US", "GB", "IT", "XX", ""]),
)
@example("\ud800", "IR")
@example("٫٬", "IR")
@example("000000", "IR")
@example("00000000", "IR")
def test_reading_never_raises_and_reading_again_changes_nothing(raw: str, region: str) -> None:
    number = normalise(raw, region)
    assert number == normalise(raw, region)
    bare = unshown(raw, region)
    assert bare == (replace(number, national="") if number.e164 else number)
    if number.withheld or number.internal:
        assert number.e164 == ""
    if number.e164:
        assert number.e164.startswith("+")
        assert number.e164[1:].isdigit()
        again = normalise(number.e164, region)
        assert (again.e164, again.digits, again.region) == (
            number.e164,
            number.digits,
            number.region,
        )
        assert normalise(number.national, number.region or region).digits.isdigit()


@given(st.from_regex(r"9[0-9]{9}", fullmatch=True))
def test_marks_and_separators_never_matter(digits: str) -> None:
    plain = normalise("0" + digits, "IR")
    for marked in (
        "\u202a" + "0" + digits + "\u202c",
        " ".join("0" + digits),
        "0" + digits[:3] + "-" + digits[3:],
    ):
        assert normalise(marked, "IR").e164 == plain.e164
