"""The service as a process: it starts, stops when told, and says in a sentence why it cannot."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.free_port import free_port

ROOT = Path(__file__).parent.parent


def start(folder: Path, *args: str, **env: str) -> subprocess.Popen[str]:
    """``callcenter`` in a folder of its own, without settings of whoever runs the tests."""
    clean = {name: value for name, value in os.environ.items() if "CALLCENTER" not in name}
    return subprocess.Popen(
        [sys.executable, "-m", "callcenter.cli", *args],
        cwd=folder,
        env={**clean, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """The process is gone afterwards, whatever the test found."""
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def refused(process: subprocess.Popen[str]) -> str:
    """What a start that must fail says on standard error."""
    with ended(process):
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    return " ".join(said.split())


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 30
    while status(url) != 200:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until, f"{url} did not become ready"
        time.sleep(0.1)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_the_service_becomes_ready_and_stops_when_it_is_told_to(tmp_path: Path) -> None:
    port = free_port()
    with ended(start(tmp_path, "demo", "--port", str(port), "--calls", "60")) as process:
        wait_for(f"http://127.0.0.1:{port}/ready", process)
        process.send_signal(signal.SIGTERM)
        out, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert f"http://127.0.0.1:{port}/" in out
    assert "Sign in as" in out
    assert "Traceback" not in said
    assert "would not stop" not in said
    # What was seen is stored: the next start finds it.
    with closing(sqlite3.connect(tmp_path / "data/demo.db")) as database:
        (facts,) = database.execute("SELECT count(*) FROM journal").fetchone()
    assert facts > 20


def test_a_port_in_use_is_told_with_what_to_do(tmp_path: Path, taken: int) -> None:
    said = refused(start(tmp_path, "demo", "--port", str(taken)))
    assert f"127.0.0.1:{taken} cannot be listened on" in said
    assert "another program uses this port" in said
    assert "CALLCENTER_HTTP__PORT" in said


def test_a_database_newer_than_the_program_stops_the_start(tmp_path: Path) -> None:
    keys = {"NAME": "p", "HOST": "127.0.0.1", "PORT": "1", "USERNAME": "u", "SECRET": "s"}
    env = {f"CALLCENTER_PBX__0__{key}": value for key, value in keys.items()}
    env |= {
        "CALLCENTER_DATABASE__URL": f"sqlite:///{tmp_path}/calls.db",
        "CALLCENTER_HTTP__PORT": str(free_port()),
    }
    with ended(start(tmp_path, "db", "upgrade", **env)) as made:
        assert made.wait(30) == 0
    with closing(sqlite3.connect(tmp_path / "calls.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    said = refused(start(tmp_path, "serve", **env))
    assert "made by a newer version of this program" in said
    assert "9999" in said


def test_a_pbx_that_is_not_there_is_no_reason_not_to_start(tmp_path: Path) -> None:
    port = free_port()
    keys = {"NAME": "north", "HOST": "127.0.0.1", "PORT": "1", "USERNAME": "u", "SECRET": "s"}
    env = {f"CALLCENTER_PBX__0__{key}": value for key, value in keys.items()}
    env |= {"CALLCENTER_HTTP__PORT": str(port)}
    with ended(start(tmp_path, "serve", **env)) as process:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        assert status(f"http://127.0.0.1:{port}/ready") == 503
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "Traceback" not in said
