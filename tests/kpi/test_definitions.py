"""The catalogue and the arithmetic name the same figures, and every entry is whole."""

import re

import pytest

from kpi.definitions import DEFINITIONS, LETTERS
from kpi.measures import MEASURES

FROM_OUTSIDE_COUNTERS = {
    ("service_level", "live"),
    ("longest_wait", "now"),
    ("waiting", "now"),
    ("fcr_repeat", "days_7"),
    ("fcr_repeat", "hours_24"),
    ("fcr_flagged", "gross"),
    ("fcr_flagged", "net"),
}


def test_every_measure_is_defined_and_every_definition_is_measured() -> None:
    defined = {
        (entry.id, variant.id): variant.source
        for entry in DEFINITIONS.values()
        for variant in entry.variants
    }
    measured = {(measure, variant) for measure in MEASURES for variant in MEASURES[measure]}
    assert {each for each, source in defined.items() if source == "counters"} == measured
    assert set(defined) - measured == FROM_OUTSIDE_COUNTERS


@pytest.mark.parametrize("measure", MEASURES)
def test_the_default_variant_is_the_same_in_both(measure: str) -> None:
    assert DEFINITIONS[measure].variants[0].id == next(iter(MEASURES[measure]))


@pytest.mark.parametrize("entry", DEFINITIONS.values(), ids=DEFINITIONS)
def test_every_entry_is_whole_and_named_in_three_languages(entry) -> None:
    assert re.search("[A-Za-z]", entry.name.en)
    assert re.search("[\u0600-\u06ff]", entry.name.fa)
    assert re.search("[\u0590-\u05ff]", entry.name.he)
    assert entry.numerator
    assert entry.version == 1
    assert entry.formula == entry.variants[0].formula
    averages = ("speed_of_answer", "handle_time")
    assert bool(entry.denominator) == (entry.unit == "share" or entry.id in averages)
    assert len({variant.id for variant in entry.variants}) == len(entry.variants)


def test_an_id_is_of_one_definition_only() -> None:
    assert all(key == entry.id for key, entry in DEFINITIONS.items())
    assert len(DEFINITIONS) == 19


@pytest.mark.parametrize("measure", ["service_level", "abandon_rate"])
def test_every_letter_of_a_formula_is_explained(measure: str) -> None:
    for variant in DEFINITIONS[measure].variants[:6]:
        letters = re.findall(r"\b[A-Z](?:_[a-zA-Z])?\b", variant.formula)
        assert set(letters) <= set(LETTERS)


@pytest.mark.parametrize(
    ("measure", "formula", "benchmark"),
    [
        ("service_level", "A_T / (O - B_s)", "80 % in 20 s"),
        ("abandon_rate", "(B - B_s) / (O - B_s)", "5 to 8 %"),
        ("handle_time", "(talk + wrap-up) / conversations of queues", "talk 4:00, wrap-up 6:00"),
        ("occupancy", "(talk + wrap-up) / (talk + wrap-up + ring + ready)", "85 to 90 %"),
    ],
)
def test_the_named_figures_are_as_agreed(measure: str, formula: str, benchmark: str) -> None:
    assert DEFINITIONS[measure].formula == formula
    assert DEFINITIONS[measure].benchmark == benchmark
