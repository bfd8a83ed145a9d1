"""The style sheets: logical properties only, and colours that can be read."""

from __future__ import annotations

import re

import pytest

from screenpop_ui.assets import static_root

CSS = static_root() / "css"
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)"
    r"|left|right|width|height|min-width|max-width|min-height|max-height|top|bottom)\s*:"
    r"|(?:text-align|float|clear)\s*:\s*(?:left|right)\b"
)


@pytest.mark.parametrize("file", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_no_physical_direction_outside_marked_lines(file: object) -> None:
    lines = (CSS / str(getattr(file, "name", file))).read_text("utf-8").splitlines()
    wrong = [
        f"{number}: {line.strip()[:120]}"
        for number, line in enumerate(lines, 1)
        if "/* physical" not in line
        and not line.lstrip().startswith("@media")
        and PHYSICAL.search(line)
    ]
    assert not wrong


@pytest.mark.parametrize(
    "line", ["a { margin-left: 1px; }", "a { text-align: right; }", "a { left: 0; }"]
)
def test_the_lint_sees_what_it_looks_for(line: str) -> None:
    assert PHYSICAL.search(line)


def tokens(theme: str) -> dict[str, str]:
    """The colour tokens of a theme; dark says only what differs."""
    text = (CSS / "tokens.css").read_text("utf-8")
    light = dict(
        re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b", text.split(":root {")[1].split("}")[0])
    )
    if theme == "light":
        return light
    block = text.split('[data-theme="dark"] {')[1].split("}")[0]
    return {**light, **dict(re.findall(r"--([\w-]+):\s*(#[0-9A-Fa-f]{6})\b", block))}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = [
    *[
        (ink, ground)
        for ink in ("text", "muted", "soft-text", "accent", "ok", "warn", "crit")
        for ground in ("surface", "bg", "sunken")
    ],
    *[(ink, "surface") for ink in ("talk", "pause", "wrap", "off", "figure")],
    ("accent", "accent-soft"),
    ("text", "accent-soft"),
    ("on-accent", "accent"),
    ("warn-ink", "warn-bg"),
    ("on-crit", "crit-bg"),
    ("crit", "crit-soft"),
    ("vip-ink", "vip-bg"),
    ("idle-ink", "idle-bg"),
    ("text", "idle-bg"),
    ("demo-ink", "demo-bg"),
    ("callbar-ink", "callbar"),
    ("callbar-muted", "callbar"),
    ("callbar-muted", "callbar-2"),
    ("mint", "callbar"),
    ("mint", "callbar-2"),
    ("mint-ink", "mint"),
    ("rail-ink", "rail"),
    ("surface", "warn"),
    ("surface", "text"),
]
EDGE_PAIRS = [
    ("ctl", "surface"),
    ("ctl", "bg"),
    ("ctl", "sunken"),
    ("mint", "rail"),
    ("trace", "surface"),
    ("ring", "surface"),
    ("crit-bg", "surface"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_is_readable(theme: str, ink: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_and_marks_are_visible(theme: str, edge: str, ground: str) -> None:
    colours = tokens(theme)
    assert contrast(colours[edge], colours[ground]) >= 3
