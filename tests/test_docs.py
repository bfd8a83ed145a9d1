"""What can be set, stored, measured, counted or typed appears in the docs for operators."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from callcenter.domain import facts
from callcenter.settings import listing
from kpi.definitions import DEFINITIONS
from tools import docs

ROOT = Path(__file__).parent.parent
PAGES = (
    "api",
    "backup",
    "commands",
    "facts",
    "figures",
    "metrics",
    "proxy",
    "reconcile",
    "security",
    "settings",
    "troubleshooting",
    "upgrade",
)


def page(name: str) -> str:
    return (ROOT / f"docs/{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_the_generated_parts_are_what_the_code_says_now(name: str) -> None:
    text = page(name)
    assert docs.fresh(text) == text, "run: .venv/bin/python -m tools.docs"


def test_every_setting_is_in_the_docs_with_its_variable() -> None:
    text = page("settings")
    for row in listing():
        assert f"| `{row.key.rpartition('.')[2]}` |" in text
        assert f"`{row.env}`" in text
    assert len(listing()) > 40


def test_every_fact_is_in_the_docs() -> None:
    def leaves(kind: type[Any]) -> Iterator[type[Any]]:
        children = kind.__subclasses__()
        if not children:
            yield kind
        for child in children:
            yield from leaves(child)

    named = {kind.__name__ for kind in leaves(facts.Fact) if kind.__module__ == facts.__name__}
    assert len(named) > 15
    assert {name for name in named if f"| `{name}` |" not in page("facts")} == set()


def test_every_figure_and_every_way_of_counting_it_is_in_the_docs() -> None:
    text = page("figures")
    for entry in DEFINITIONS.values():
        assert f"| id | `{entry.id}` |" in text
        assert entry.formula in text
        for way in entry.variants:
            assert re.search(rf"\| `{way.id}`(?: \(default\))? \|", text), (entry.id, way.id)
    for named in ("service_level", "abandon_rate", "handle_time", "occupancy", "fcr"):
        assert any(named in entry_id for entry_id in DEFINITIONS), named


def metric_names() -> set[str]:
    """Names of metrics in the source.

    Whole ones are string constants: ``callcenter_`` and small letters (names with another meaning
    are listed here, in the open). Those with a variable part, ``f"callcenter_ami_{name}"``, are
    put together with every constant of their file, so more names come out than there are. What
    the running service really shows is compared, one by one, in ``test_readme``.
    """
    names: set[str] = set()
    for path in (ROOT / "callcenter").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        words = {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
        names |= {word for word in words if re.fullmatch(r"callcenter_[a-z0-9_]*[a-z0-9]", word)}
        for node in nodes:
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                around = [v.value if isinstance(v, ast.Constant) else "{}" for v in node.values]
                made = "".join(str(part) for part in around)
                if made.startswith("callcenter_") and made.count("{}") == 1:
                    parts = {word for word in words if re.fullmatch("[a-z0-9_]+", word)}
                    names |= {made.format(word) for word in parts}
    return names - {"callcenter_session"}  # the cookie


def documented_metrics() -> set[str]:
    return set(re.findall(r"^\| `(callcenter_[a-z0-9_]+)`", page("metrics"), re.M))


def test_every_documented_metric_is_made_somewhere() -> None:
    documented = documented_metrics()
    assert len(documented) > 10
    assert documented - metric_names() == set()


def test_every_metric_with_a_plain_name_is_in_the_docs() -> None:
    whole = set()
    for path in (ROOT / "callcenter").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        whole |= set(re.findall(r'(?<!f)"(callcenter_[a-z0-9_]*[a-z0-9])"', text))
    assert whole - documented_metrics() - {"callcenter_session"} == set()


def test_the_sample_rules_ask_only_for_metrics_that_exist() -> None:
    rules = (ROOT / "asterisk-sample/prometheus/rules.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\bcallcenter_[a-z0-9_]+", rules))
    asked = {re.sub(r"_bucket$", "", name) for name in asked}
    assert asked
    assert asked <= documented_metrics()


def test_every_route_of_the_api_is_in_the_docs() -> None:
    route = re.compile(r"^/(?:api/v1/[a-z/{}_.]*[a-z}]|health|ready|metrics|ws)$")
    routes: set[str] = set()
    for path in (ROOT / "callcenter/web").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                routes |= set(route.findall(node.value))
    assert len(routes) > 8
    text = page("api")
    assert {
        route for route in routes if f" {route}`" not in text and f"`{route}`" not in text
    } == set()


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name: ``customers import``."""
    if path:
        yield " ".join(path), command
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from commands(child, (*path, name))


def test_every_command_and_option_is_in_the_docs() -> None:
    main = importlib.import_module("callcenter.cli").main
    assert isinstance(main, click.Group)
    text = page("commands")
    seen = set()
    for name, command in commands(main, ()):
        if command.hidden:
            continue
        seen.add(name)
        section = re.search(rf"^#+ `callcenter {name}`.*?(?=^#+ `|\Z)", text, re.M | re.S)
        assert section, f"docs/commands.md has no heading for: callcenter {name}"
        for param in command.params:
            if isinstance(param, click.Option):
                for option in param.opts:
                    assert f"`{option}" in section[0], f"callcenter {name}: {option}"
    documented = set(re.findall(r"^#+ `callcenter ([a-z ]+)`", text, re.M))
    assert documented == seen


def test_the_account_in_the_readme_is_the_one_of_the_sample() -> None:
    """Two copies of the event filter must not part: a lost line loses calls without a sound."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    sample = (ROOT / "asterisk-sample/manager.conf").read_text(encoding="utf-8").splitlines()
    block = re.search(r"```ini\n(.*?)```", readme, re.S)
    assert block is not None
    lines = [line.strip() for line in block[1].splitlines() if line.strip()]
    own = ("secret", "permit")
    assert {line for line in lines if not line.startswith(own)} - set(sample) == set()
    filters = [line for line in sample[: _actor(sample)] if line.startswith("eventfilter")]
    assert set(filters) <= set(lines)


def _actor(sample: list[str]) -> int:
    """The line at which the second account begins."""
    return next(n for n, line in enumerate(sample) if line.startswith("[callcenter-actions]"))


def test_every_page_is_reached_from_the_readme_and_no_link_is_dead() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in PAGES:
        assert f"docs/{name}.md" in readme, name
    written = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    for path in written:
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in link:
                assert (path.parent / link).exists(), f"{path.name}: {link}"


def test_the_settings_in_the_docs_are_keys_that_exist() -> None:
    """`table.key` in the running text of any page is a key of the listing."""
    keys = {row.key.replace("[]", "") for row in listing()}
    tables = {key.split(".")[0] for key in keys}
    for name in PAGES:
        for table, key in re.findall(r"`([a-z]+)\.([a-z_.]+)`", page(name)):
            if table in tables and key not in ("md", "toml", "conf"):
                assert f"{table}.{key}" in keys, f"docs/{name}.md: {table}.{key}"
