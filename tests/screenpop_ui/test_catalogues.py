"""Three languages say the same things: same ids, same holes, every id used and every use known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from callcenter.domain.life_step import Evidence, StepKind
from callcenter.domain.model import (
    Direction,
    EndedBy,
    OfferEnd,
    Outcome,
    SettledBy,
    TransferKind,
    VisitEnd,
)
from screenpop_ui.assets import static_root
from screenpop_ui.pages import LANGUAGES

STATIC = static_root()
SCRIPTS = sorted((STATIC / "app").rglob("*.js"))
Entry = str | dict[str, str]


def catalogue(lang: str) -> dict[str, Entry]:
    found: dict[str, Entry] = json.loads((STATIC / "i18n" / f"{lang}.json").read_text("utf-8"))
    return found


def holes(entry: Entry) -> set[str]:
    texts = [entry] if isinstance(entry, str) else list(entry.values())
    return {hole for text in texts for hole in re.findall(r"\{(\w+)\}", text)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_text(lang: str) -> None:
    assert set(catalogue(lang)) == set(catalogue("en"))


@pytest.mark.parametrize("lang", ["fa", "he"])
def test_every_text_has_the_holes_of_the_english_one(lang: str) -> None:
    english = catalogue("en")
    other = catalogue(lang)
    different = {key for key in english if not holes(other[key]) <= holes(english[key])}
    missing = {
        key
        for key in english
        if isinstance(other[key], str) and holes(other[key]) != holes(english[key])
        # A name of a measure may say its window in words only where the space is short.
    }
    assert not different
    assert not missing


@pytest.mark.parametrize(
    ("lang", "forms"),
    [("en", {"one", "other"}), ("fa", {"one", "other"}), ("he", {"one", "two", "other"})],
)
def test_plural_forms_are_those_of_the_language(lang: str, forms: set[str]) -> None:
    wrong = {k for k, v in catalogue(lang).items() if isinstance(v, dict) and set(v) != forms}
    assert not wrong


@pytest.mark.parametrize(
    ("lang", "script"), [("fa", r"[\u0600-\u06ff]"), ("he", r"[\u0590-\u05ff]")]
)
def test_nothing_is_left_in_english(lang: str, script: str) -> None:
    same_everywhere = {"note.count", "when.day", "byline", "tier.vip"}
    left: list[str] = []
    for key, entry in catalogue(lang).items():
        texts: list[Any] = [entry] if isinstance(entry, str) else list(entry.values())
        if key not in same_everywhere and not all(re.search(script, text) for text in texts):
            left.append(key)
    assert not left


def test_every_text_that_a_script_asks_for_is_there() -> None:
    known = set(catalogue("en"))
    asked: set[str] = set()
    for file in SCRIPTS:
        text = file.read_text("utf-8")
        asked |= set(re.findall(r"\bt[x]?\('([^']+)'", text))
        asked |= set(re.findall(r"why: '([^']+)'", text))
        asked |= set(re.findall(r'(?:name|every)="(\w+\.\w+)"', text))
    assert asked - known == set()


def test_every_text_is_used() -> None:
    source = "".join(file.read_text("utf-8") for file in SCRIPTS)
    families = {match.rstrip(".") for match in re.findall(r"`(\w+)\.\$\{", source)}
    families |= set(re.findall(r"\bword\('(\w+)'", source))
    unused = [
        key
        for key in catalogue("en")
        if f"'{key}'" not in source
        and f'"{key}"' not in source
        and key.split(".")[0] not in families
    ]
    assert not unused


def test_no_person_reads_a_text_that_is_not_in_the_catalogue() -> None:
    """No letters between tags of a template, but for what is the same everywhere."""
    same_everywhere = {"Ctrl K", "F2", "F8", "F9"}
    found: list[str] = []
    for file in SCRIPTS:
        for text in re.findall(
            r">([^<>${}`=;()&|?]*[A-Za-z][^<>${}`=;()&|?]*)</", file.read_text("utf-8")
        ):
            if text.strip() and text.strip() not in same_everywhere and "//" not in text:
                found.append(f"{Path(file).name}: {text.strip()}")
    assert not found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_step_of_a_life_line_and_every_evidence_has_words(lang: str) -> None:
    wanted = {f"step.{kind}" for kind in get_args(StepKind)}
    wanted |= {f"evidence.{name}" for name in (*get_args(Evidence), *get_args(SettledBy))}
    assert wanted - set(catalogue(lang)) == set()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("family", "values"),
    [
        ("move", TransferKind),
        ("offer", OfferEnd),
        ("by", EndedBy),
        ("outcome", Outcome),
        ("outcome", VisitEnd),
        ("dir", Direction),
    ],
)
def test_every_way_a_call_can_go_has_words(lang: str, family: str, values: object) -> None:
    wanted = {f"{family}.{value}" for value in get_args(values)}
    assert wanted - set(catalogue(lang)) == set()
