"""The ports that tests give their servers are theirs alone."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from . import free_port as ports


@pytest.fixture
def few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> range:
    """A handful of ports and nobody who has one of them."""
    starts = range(ports.LAST - 3, ports.FIRST, -4)
    first = next(start for start in starts if all_free(range(start, start + 4)))
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(ports, "LAST", first + 3)
    monkeypatch.setattr(ports, "TAKEN", tmp_path / "taken")
    return range(first, first + 4)


def all_free(some: range) -> bool:
    """Whether nobody listens on any of them."""
    return all(ports._nobody_listens(port, socket.SOCK_STREAM) for port in some)


def test_no_port_is_given_twice(few: range) -> None:
    assert sorted(ports.free_port() for _ in few) == list(few)
    with pytest.raises(OSError, match="every port"):
        ports.free_port()


def test_port_that_somebody_listens_on_is_not_given(few: range) -> None:
    with socket.create_server(("127.0.0.1", few[1])):
        given = {ports.free_port() for _ in range(len(few) - 1)}
    assert given == set(few) - {few[1]}


def test_port_of_a_process_that_is_gone_is_given_again(few: range) -> None:
    program = [sys.executable, "-c", "import os; print(os.getpid())"]
    gone = subprocess.run(program, capture_output=True, text=True, check=True)
    ports.TAKEN.mkdir()
    for port in few:
        (ports.TAKEN / str(port)).write_text(gone.stdout.strip())
    assert ports.free_port() in few


def test_port_of_a_living_process_is_not_given(few: range) -> None:
    ports.TAKEN.mkdir()
    for port in few[1:]:
        (ports.TAKEN / str(port)).write_text("1")
    assert ports.free_port() == few[0]
