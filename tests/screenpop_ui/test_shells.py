"""The HTML shells: no inline script or style, the right direction from the first byte."""

from __future__ import annotations

import re

import pytest

from screenpop_ui import pages
from screenpop_ui.assets import static_root
from screenpop_ui.pages import LANGUAGES, PAGES, Language, Page


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_shell_needs_nothing_inline(page: Page, lang: Language) -> None:
    html = pages.shell(page, lang=lang, theme="dark", fake=True, version="1")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", html)
    assert f'<html lang="{lang}" dir="{"ltr" if lang == "en" else "rtl"}"' in html
    assert 'data-fake="true"' in html
    assert "$" not in html


@pytest.mark.parametrize("page", PAGES)
def test_every_file_a_shell_names_exists(page: Page) -> None:
    html = pages.shell(page, lang="en", theme="light", fake=False, version="1")
    for path in re.findall(r'(?:src|href)="/static/([^"]+)"', html):
        assert (static_root() / path).is_file(), path


def test_a_version_cannot_break_out_of_its_attribute() -> None:
    html = pages.shell("desk", lang="en", theme="light", fake=False, version='"><script>')
    assert "<script>" not in html


def test_unknown_languages_and_themes_fall_back() -> None:
    assert pages.language_of("fa-IR") == "fa"
    assert pages.language_of("de", "he") == "he"
    assert pages.language_of(None) == "en"
    assert pages.theme_of("pink", "dark") == "dark"
    assert pages.theme_of("auto", "light") == "auto"


def test_no_script_is_longer_than_three_hundred_lines() -> None:
    long = [
        f"{file.name}: {lines}"
        for file in (static_root() / "app").rglob("*.js")
        if (lines := len(file.read_text("utf-8").splitlines())) >= 300
    ]
    assert not long
