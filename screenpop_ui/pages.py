"""The HTML of the pages: one shell for all, which names a page's styles and its script.

A shell has no inline script or style, so the pages run under the policy below. Language, direction
and theme are in ``<html>`` from the first byte: the right layout is there before any script runs.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Literal

Page = Literal["sign-in", "desk", "wall", "calls", "call", "admin"]
Language = Literal["en", "fa", "he"]
Theme = Literal["light", "dark", "auto"]

PAGES: tuple[Page, ...] = ("sign-in", "desk", "wall", "calls", "call", "admin")
LANGUAGES: tuple[Language, ...] = ("en", "fa", "he")
THEMES: tuple[Theme, ...] = ("light", "dark", "auto")
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What is on the screen before the script runs, and what is read if it never does.
TITLES: dict[Page, dict[Language, str]] = {
    "sign-in": {"en": "Sign in", "fa": "ورود", "he": "כניסה"},
    "desk": {"en": "Agent desktop", "fa": "میز کار اپراتور", "he": "עמדת נציג"},
    "wall": {"en": "Wall dashboard", "fa": "تابلوی وضعیت", "he": "לוח בקרה"},
    "calls": {"en": "Calls", "fa": "تماس‌ها", "he": "שיחות"},
    "call": {"en": "Call", "fa": "تماس", "he": "שיחה"},
    "admin": {"en": "Administration", "fa": "مدیریت سامانه", "he": "ניהול המערכת"},
}
# What a page is made of: style sheets in their order, and the module that begins it.
PARTS: dict[Page, tuple[tuple[str, ...], str]] = {
    "sign-in": (("tokens", "base", "sign-in"), "sign-in"),
    "desk": (("tokens", "base", "frame", "desk"), "desk/main"),
    "wall": (("tokens", "base", "wall"), "wall/main"),
    "calls": (("tokens", "base", "frame", "calls"), "calls/main"),
    "call": (("tokens", "base", "frame", "calls"), "calls/call"),
    "admin": (("tokens", "base", "frame", "admin"), "admin/main"),
}
NEEDS_SCRIPT: dict[Language, str] = {
    "en": "This page needs JavaScript. Please allow it for this address.",
    "fa": "این صفحه به جاوااسکریپت نیاز دارد. لطفاً آن را برای این نشانی فعال کنید.",
    "he": "דף זה דורש JavaScript. יש לאפשר אותו לכתובת זו.",
}


def language_of(text: str | None, default: Language = "en") -> Language:
    """The supported language that ``text`` names (``fa``, ``fa-IR``), else the default."""
    short = (text or "").lower().split("-")[0]
    return next((lang for lang in LANGUAGES if lang == short), default)


def theme_of(text: str | None, default: Theme) -> Theme:
    """The theme that ``text`` names, else the default (desk: light, wall: dark)."""
    return next((theme for theme in THEMES if theme == text), default)


def shell(page: Page, *, lang: Language, theme: Theme, fake: bool, version: str) -> str:
    """The HTML of one page. ``fake`` puts the demo notice up before the first frame arrives."""
    styles, script = PARTS[page]
    return _template().substitute(
        page=page,
        script=script,
        styles="\n".join(
            f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in styles
        ),
        lang=lang,
        dir="ltr" if lang == "en" else "rtl",
        theme=theme,
        fake="true" if fake else "false",
        version=escape(version, quote=True),
        title=escape(TITLES[page][lang]),
        noscript=escape(NEEDS_SCRIPT[lang]),
    )


@cache
def _template() -> Template:
    return Template((Path(__file__).resolve().parent / "shell.html").read_text(encoding="utf-8"))
