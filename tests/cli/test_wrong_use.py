"""Whatever is typed wrongly: a sentence on standard error, exit code 2, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from callcenter.cli import main

from .conftest import Cli


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            yield from leaves(child, (*path, name))
    else:
        yield path


EVERY = list(leaves(main))
NEEDED = {
    "user add": ("x", "--role", "admin"),
    "user disable": ("x",),
    "user password": ("x",),
    "user tie": ("x", "--none"),
    "token create": ("x", "--role", "admin"),
    "token revoke": ("x",),
    "customers import": ("x.csv",),
    "customers export": ("x.csv",),
    "calls export": ("x.csv", "--from", "2026-01-01", "--to", "2026-01-02"),
    "db backup": ("x.db",),
    "trace record": ("x.jsonl",),
    "trace replay": ("x.jsonl",),
    "config": ("--show",),
    "watch": ("--once",),
}


def test_the_commands_are_those_that_are_promised() -> None:
    assert {" ".join(path) for path in EVERY} >= {
        *("serve", "demo", "check", "watch", "config"),
        *("user add", "user list", "user disable", "user password", "user tie"),
        *("token create", "token list", "token revoke"),
        *("customers import", "customers export", "calls export"),
        *("db upgrade", "db backup", "db rebuild", "trace record", "trace replay"),
    }


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_an_option_that_does_not_exist_is_named(cli: Cli, path: tuple[str, ...]) -> None:
    assert "No such option" in cli.refused(*path, *NEEDED.get(" ".join(path), ()), "--nonsense")


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_explains_itself(cli: Cli, path: tuple[str, ...]) -> None:
    told = cli(*path, "-h").stdout
    assert told.startswith("Usage:")
    sentence = told.split("\n\n")[1].strip()
    assert sentence.endswith(".")


@pytest.mark.parametrize("path", [p for p in EVERY if p != ("demo",)], ids=" ".join)
def test_settings_that_do_not_exist_or_are_wrong_stop_every_command(
    cli: Cli, path: tuple[str, ...], tmp_path: Path
) -> None:
    rest = NEEDED.get(" ".join(path), ())
    missing = tmp_path / "none.toml"
    said = cli.refused(*path, *rest, "--config", str(missing), input="long enough\n")
    assert f"{missing}: there is no such file" in said
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[http]\nprot = 8080\n")
    said = cli.refused(*path, *rest, "--config", str(wrong), input="long enough\n")
    assert f"{wrong}, line 2: http.prot: there is no such key. Did you mean port?" in said


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("nonsense",), 2, "No such command"),
        (("user", "add"), 2, "Missing argument"),
        (("user", "add", "x"), 2, "Missing option '--role'"),
        (("token", "create", "x", "--role", "king"), 2, "is not one of"),
        (("customers", "import", "none.csv", "--region", "IR"), 1, "cannot be read"),
        (("calls", "export", "x.csv", "--from", "now", "--to", "now"), 2, "neither a day"),
        (("trace", "replay", "none.jsonl"), 1, "No such file"),
        (("trace", "record", "x.jsonl"), 2, "No PBX is configured"),
        (("check",), 2, "No PBX is configured"),
        (("check", "--port", "70000"), 2, "70000"),
        (("watch", "--once"), 2, "There is no token"),
        (("db", "backup", "/proc/none/x.db"), 1, "no database"),
    ],
)
def test_as_a_program_it_says_one_sentence_and_ends_with_the_code(
    cli: Cli, args: tuple[str, ...], code: int, said: str
) -> None:
    done = cli.process(*args)
    assert done.returncode == code
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
