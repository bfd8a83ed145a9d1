"""Settings that are wrong: each is a sentence with the place, the key and what was expected."""

from __future__ import annotations

import os
from pathlib import Path
from typing import get_type_hints
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import callcenter.settings as settings_module
from callcenter.settings import Settings, SettingsError, listing, load

SOME_KEYS = sorted({row.key.rpartition(".")[2].rstrip("[]") for row in listing()})
PBX = '[[pbx]]\nusername = "reader"\nsecret = "s3cret"\n'


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str) -> Path:
        path = tmp_path / "callcenter.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return _write


def refused(path: Path | None, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load(path, environ or {})
    return str(caught.value)


def attempt(path: Path | None, environ: dict[str, str]) -> str | None:
    """The sentence of the refusal, or None; any other error is a fault."""
    try:
        load(path, environ)
    except SettingsError as refusal:
        return str(refusal)
    return None


@pytest.mark.parametrize(
    ("text", "line", "sentences"),
    [
        ("[http]\nprot = 1\n", 2, ["http.prot", "no such key", "Did you mean port?"]),
        ("[htpp]\nport = 1\n", 1, ["htpp", "Did you mean http?"]),
        ("\n[http]\nport = 99999\n", 3, ["http.port", "a whole number from 1 to 65535", "99999"]),
        ('[http]\nport = "8080"\n', 2, ["http.port", "a whole number", "'8080'"]),
        ("[http]\nmetrics_open = 1\n", 2, ["http.metrics_open", "true or false"]),
        ("http = 3\n", 1, ["http", "expected a table, got 3"]),
        ("[site]\nlanguages = 'fa'\n", 2, ["site.languages", "expected a list"]),
        ("[site]\nlanguages = ['de']\n", 2, ["site.languages[1]", "one of en, fa, he", "'de'"]),
        ("[site]\nlanguages = []\n", 2, ["site.languages", "empty"]),
        ("[site]\ntimezone = 'Tehran'\n", 2, ["site.timezone", "Tehran", "IANA"]),
        ("[site]\nregion = 'Iran'\n", 2, ["site.region", "two capital letters"]),
        ("[site]\n\nname = 3\n", 3, ["site.name", "expected text, got 3"]),
        ("[pbx]\nusername = 'u'\n", 1, ["pbx", "expected a list, got a table"]),
        ("[[pbx]]\nname = 'a'\n", 1, ["pbx[1].username", "missing"]),
        (
            PBX + "[[pbx]]\nname='b'\nusername = 'u'\n",
            4,
            ["pbx[2].secret", "CALLCENTER_PBX__1__SECRET"],
        ),
        (PBX + "[[pbx]]\nusername='u'\nsecret=1\n", 6, ["pbx[2].secret", "something else"]),
        (PBX + "name = 'a:b'\n", 4, ["pbx[1].name", "letters, digits", "'a:b'"]),
        (PBX + PBX, 4, ["pbx[2].name", "another one called 'pbx1'"]),
        (PBX + "secret_file = 'x'\n", 3, ["pbx[1].secret", "not both"]),
        (PBX + "internal = '('\n", 4, ["pbx[1].internal", "no regular expression"]),
        (PBX + "tls = 'yes'\n", 4, ["pbx[1].tls", "true or false or a table"]),
        (PBX + "[pbx.tls]\nca_file = 'no.pem'\n", 5, ["pbx[1].tls.ca_file", "there is no file"]),
        (PBX + "tls = { verfy = false }\n", 4, ["pbx[1].tls.verfy", "Did you mean verify?"]),
        (PBX + "[pbx.actions]\nusername = 'a'\n", 4, ["pbx[1].actions.secret", "missing"]),
        ("[http]\npublic_url = 'calls'\n", 2, ["http.public_url", "https://"]),
        ("[http]\npublic_url = 'http://['\n", 2, ["http.public_url", "https://"]),
        ("[http]\npublic_url = 'https://a/calls'\n", 2, ["http.public_url", "without a path"]),
        (
            '[[pbx]]\nusername = "u"\nsecret_file = "a\\u0000b"\n',
            3,
            ["pbx[1].secret_file", "cannot be read"],
        ),
        ("[http]\ntrusted_proxies = [\n 'proxy',\n]\n", 2, ["http.trusted_proxies[1]", "'proxy'"]),
        ("[database]\nurl = 'mysql://x'\n", 2, ["database.url", "postgresql://"]),
        ("[bus]\nurl = 'nats://x'\n", 2, ["bus.url", "leave this key out"]),
        ("[[connector]]\nkind = 'x'\n", 1, ["connector", "do not exist yet"]),
        ("[[queue]]\ntarget_s = 1\n", 1, ["queue[1].name", "missing"]),
        ("[[queue]]\nname='a'\n[[queue]]\nname='A'\n", 4, ["queue[2].name", "another one"]),
        ("[[queue]]\nname='a'\ntarget = 80\n", 3, ["queue[1].target", "a number from 0 to 1"]),
        ("[directory.regions]\n'+98' = 'IR'\n", 2, ["directory.regions.+98", "digits"]),
        ("[directory]\nregions.98 = 'XX'\n", 2, ["directory.regions.98", "no country 'XX'"]),
        ("[trace]\nkeep = '1 day'\n", 2, ["trace.keep", "24h or 7d", "'1 day'"]),
        ("[desk]\ndispositions = []\n", 2, ["desk.dispositions", "empty"]),
        (
            "[[desk.pause_reasons]]\ncode = 'Lunch'\nen = 'a'\nfa = 'b'\nhe = 'c'\n",
            2,
            ["desk.pause_reasons[1].code", "small letters"],
        ),
        ("[log]\nformat = 'xml'\n", 2, ["log.format", "one of plain, json"]),
        ("[retention]\ncalls_days = -1\n", 2, ["retention.calls_days", "from 0 to 36500"]),
    ],
)
def test_a_wrong_setting_is_a_sentence_with_file_line_key_and_what_was_expected(
    write, text: str, line: int, sentences: list[str]
) -> None:
    path = write(text)
    sentence = refused(path)
    assert sentence.startswith(f"{path}, line {line}: {sentences[0]}: ")
    for part in sentences[1:]:
        assert part in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("environ", "parts"),
    [
        ({"CALLCENTER_HTTP__PROT": "1"}, ["CALLCENTER_HTTP__PROT", "Did you mean port?"]),
        ({"CALLCENTER_HTTP__PORT": "many"}, ["CALLCENTER_HTTP__PORT", "whole number", "'many'"]),
        ({"CALLCENTER_HTTP_PORT": "1"}, ["CALLCENTER_HTTP_PORT", "CALLCENTER_HTTP__PORT"]),
        ({"CALLCENTER_PBX_0_HOST": "h"}, ["CALLCENTER_PBX_0_HOST", "two underscores"]),
        ({"CALLCENTER_HTTP": "1"}, ["CALLCENTER_HTTP:", "CALLCENTER_HTTP__KEY"]),
        ({"CALLCENTER_PBX__1__NAME": "a"}, ["CALLCENTER_PBX__1__NAME", "the next one is 0"]),
        ({"CALLCENTER_PBX__NAME": "a"}, ["CALLCENTER_PBX__NAME", "expected a list"]),
        ({"CALLCENTER_HTTP__0": "a"}, ["CALLCENTER_HTTP__0", "expected a table"]),
        (
            {"CALLCENTER_PBX__0__USERNAME": "u"},
            ["CALLCENTER_PBX__0__USERNAME", "secret", "CALLCENTER_PBX__0__SECRET"],
        ),
        ({"CALLCENTER_WHERE__X": "1"}, ["CALLCENTER_WHERE__X", "no such key"]),
    ],
)
def test_a_wrong_variable_is_named_in_the_sentence(
    environ: dict[str, str], parts: list[str]
) -> None:
    sentence = refused(None, environ)
    assert sentence.startswith("environment variable ")
    for part in parts:
        assert part in sentence


def test_a_variable_that_puts_a_number_into_a_table_of_the_file_is_a_sentence(write) -> None:
    path = write(PBX)
    assert "is no list" in refused(
        path, {"CALLCENTER_PBX__0__0": "x", "CALLCENTER_PBX__0__0__1": ""}
    )
    assert "lists go by number" in refused(path, {"CALLCENTER_PBX__NAME": "x"})


def test_a_file_that_is_missing_or_no_toml_or_no_utf8_is_a_sentence(write, tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "none.toml")
    assert "cannot be read" in refused(tmp_path)
    assert ", column 8: is not valid TOML" in refused(write("[http]\nport = \n")).replace(
        "column 7", "column 8"
    )
    path = write("")
    path.write_bytes(b"[site]\nname = '\xff'\n")
    assert "is not UTF-8 (byte 15)" in refused(path)


def test_a_secret_file_that_is_missing_or_empty_is_a_sentence(write, tmp_path: Path) -> None:
    path = write('[[pbx]]\nusername = "reader"\nsecret_file = "ami"\n')
    sentence = refused(path)
    assert sentence.startswith(f"{path}, line 3: pbx[1].secret_file: ")
    assert "No such file" in sentence
    (tmp_path / "ami").write_text("\n")
    assert "is empty" in refused(path)


@given(
    st.dictionaries(
        st.sampled_from([*get_type_hints(Settings), "connector", "x"]),
        st.recursive(
            st.one_of(st.booleans(), st.integers(), st.floats(), st.text(), st.dates()),
            lambda inner: st.one_of(
                st.lists(inner, max_size=2),
                st.dictionaries(
                    st.sampled_from(
                        [
                            "name",
                            "host",
                            "port",
                            "tls",
                            "actions",
                            "username",
                            "secret",
                            "regions",
                            "languages",
                            "timezone",
                            "region",
                            "code",
                            "keep",
                            "internal",
                            "url",
                            "dispositions",
                            "secret_file",
                            "public_url",
                            "trusted_proxies",
                        ]
                    ),
                    inner,
                    max_size=4,
                ),
            ),
            max_leaves=8,
        ),
        max_size=3,
    )
)
def test_whatever_the_file_holds_it_is_settings_or_a_sentence(raw: dict[str, object]) -> None:
    empty = Path(os.devnull)
    with mock.patch.object(settings_module.tomllib, "loads", return_value=raw):
        sentence = attempt(empty, {})
    assert sentence is None or sentence.startswith(f"{empty}, line 1: ")


@given(
    st.dictionaries(
        st.builds(
            lambda row, n: "CALLCENTER_" + row.env.removeprefix("CALLCENTER_").replace("N", n),
            st.sampled_from(listing()),
            st.sampled_from(["0", "1", "X"]),
        ),
        st.text(),
        max_size=4,
    )
)
def test_whatever_the_environment_holds_it_is_settings_or_a_sentence(
    environ: dict[str, str],
) -> None:
    sentence = attempt(None, environ)
    assert sentence is None or "environment variable " in sentence
