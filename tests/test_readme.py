"""The two commands of the README's first screen, run as a newcomer runs them.

A fresh clone of what is committed, a new virtual environment, a free port: what works only on the
machine of whoever wrote it fails here. The installation takes a minute or two; what is timed is
the start after it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.free_port import free_port

ROOT = Path(__file__).parent.parent
INSTALL_LIMIT_S = 900
READY_LIMIT_S = 10

# The installation counts for whichever test comes first.
pytestmark = pytest.mark.timeout(INSTALL_LIMIT_S + 120)


def first_screen() -> str:
    """What a reader sees without scrolling: the first forty lines."""
    return "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])


def test_both_commands_stand_on_the_first_screen() -> None:
    commands = re.findall(r"^(make \w+)", first_screen(), re.M)
    assert commands == ["make run", "make test"]
    for target in ("run", "test"):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M)


def test_the_readme_says_what_it_is_what_it_does_not_and_where_to_read_on() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    order = ["make run", "![", "## What it does not do", "## Connect your Asterisk", "## Read on"]
    places = [text.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", text):
        assert (ROOT / picture).is_file(), picture


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HEAD in a folder of its own, installed; nothing of this checkout is used."""
    folder = tmp_path_factory.mktemp("readme") / "callcenter"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True, timeout=60)
    done = subprocess.run(
        ["make", ".make/run"],
        cwd=folder,
        env=newcomer({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_LIMIT_S,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return folder


def newcomer(more: dict[str, str]) -> dict[str, str]:
    """The environment without our virtual environment and without settings of ours."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(
            ("CALLCENTER_", "VIRTUAL_ENV", "PYTHONPATH", "COV_", "MAKE", "MFLAGS", "ARGS")
        )
    }
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


def answer(url: str) -> tuple[int, str]:
    """Status and body, an error's too; (0, "") while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()
    except OSError:
        return 0, ""


@pytest.fixture(scope="module")
def running(clone: Path) -> Iterator[tuple[str, Path, float]]:
    """``make run``: its address, the file with what it printed, and the seconds until ready."""
    port = free_port()
    printed = clone.parent / "printed.txt"
    with printed.open("wb") as out:
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=newcomer({"CALLCENTER_HTTP__PORT": str(port)}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}"
    begun = time.monotonic()
    try:
        # Ready is when a person can begin: it answers, and the sign-ins are on the screen.
        while answer(f"{address}/ready")[0] != 200 or "admin" not in printed.read_text("utf-8"):
            assert process.poll() is None, printed.read_text()[-4000:]
            assert time.monotonic() - begun < 60, printed.read_text()[-4000:]
            time.sleep(0.1)
        yield address, printed, time.monotonic() - begun
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@pytest.mark.slow
def test_make_run_is_ready_in_under_ten_seconds(running: tuple[str, Path, float]) -> None:
    assert running[2] < READY_LIMIT_S


@pytest.mark.slow
def test_make_run_prints_its_address_and_the_sign_ins_of_the_demo(
    running: tuple[str, Path, float],
) -> None:
    address, printed, _ = running
    text = printed.read_text(encoding="utf-8")
    assert address in text
    for role in ("agent", "supervisor", "admin"):
        assert role in text, text


@pytest.mark.slow
def test_the_pages_answer_and_say_that_the_pbx_is_a_fake(running: tuple[str, Path, float]) -> None:
    address = running[0]
    status, page = answer(f"{address}/")
    assert status == 200
    assert "<html" in page
    assert answer(f"{address}/health")[0] == 200
    assert answer(f"{address}/wall")[0] in (200, 401, 403)
    style = re.search(r'href="(/static/[^"]+\.css[^"]*)"', page)
    assert style is not None
    assert answer(address + style[1])[0] == 200


@pytest.mark.slow
def test_every_metric_of_the_running_service_is_in_the_docs(
    running: tuple[str, Path, float],
) -> None:
    status, text = answer(f"{running[0]}/metrics")
    assert status == 200, text
    shown = set(re.findall(r"^# TYPE (\S+) \w+$", text, re.M))
    docs = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(callcenter_[a-z0-9_]+)`", docs, re.M))
    assert shown == documented


@pytest.mark.slow
def test_the_second_make_run_installs_nothing(clone: Path) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "run"], cwd=clone, env=newcomer({}), capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "pip install" not in done.stdout
