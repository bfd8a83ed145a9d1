"""Several workers share the tests: what needs a real part of its own stays on one of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import group_of

ROOT = Path(__file__).resolve().parents[1]
OUTER = """
import os

def test_{name}_first(): {mark}
def test_{name}_second(): {mark}
def test_{name}_third(): {mark}
"""
MARK = "open(os.environ['PYTEST_XDIST_WORKER'], 'a').write('{name} ')"


def test_a_room_with_a_real_part_is_one_group() -> None:
    assert group_of("tests/lab/test_cuts.py::test_x[a-b]") == "lab"
    assert group_of("tests/browser/test_access.py::test_x") == "lab"
    assert group_of("tests/cli/test_live_asterisk.py::test_x") == "lab"
    assert group_of("tests/store/test_journal.py::test_x[postgres]") == "store"


def test_another_file_stays_whole() -> None:
    assert group_of("tests/domain/test_board.py::T::test_x") == "tests/domain/test_board.py"
    assert group_of("tests/test_demo.py::test_x") == "tests/test_demo.py"


def test_long_tests_that_know_nothing_of_each_other_go_where_there_is_room() -> None:
    test = "tests/screenpop_ui/test_pages_for_everybody.py::test_x[en]"
    assert group_of(test) == test


def test_workers_keep_a_group_together(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    for name in ("lab", "browser", "store"):
        (tests / name).mkdir(parents=True)
        for part in ("one", "two"):
            told = OUTER.format(name=part, mark=MARK.format(name=name))
            (tests / name / f"test_{name}_{part}.py").write_text(told)
    (tests / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"))
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    command = (sys.executable, "-m", "pytest", "-q", "-n", "3", "--dist", "loadgroup")
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    on = {place.name: set(place.read_text().split()) for place in tmp_path.glob("gw*")}
    assert sorted(map(sorted, on.values())) == [["browser", "lab"], ["store"]]
    rooms = [place.read_text().split() for place in tmp_path.glob("gw*")]
    assert sorted(len(room) for room in rooms) == [6, 12]
