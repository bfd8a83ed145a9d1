"""A program at a terminal of its own, as a person has it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Terminal:
    """``with Terminal(env, "user", "add") as terminal``: type and read; ``code`` at the end."""

    def __init__(self, env: dict[str, str], *args: str) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.text = ""
        self.code = -1
        self._process = subprocess.Popen(
            [sys.executable, "-m", "callcenter.cli", *args],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, **env, "PYTHONPATH": str(ROOT)},
            preexec_fn=_own_terminal,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(10)
        os.close(self._ours)

    def read_until(self, text: str, times: int = 1, limit_s: float = 20.0) -> None:
        """Reads until ``text`` has been on the screen so many times."""
        until = time.monotonic() + limit_s
        while self.text.count(text) < times:
            assert time.monotonic() < until, f"no {text!r} in {self.text!r}"
            if select.select([self._ours], [], [], 0.2)[0]:
                self.text += os.read(self._ours, 65536).decode(errors="replace")

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Waits for the program's end; gives its exit code."""
        until = time.monotonic() + 20
        while self._process.poll() is None and time.monotonic() < until:
            if select.select([self._ours], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self._ours, 65536).decode(errors="replace")
                except OSError:
                    break  # the other end is closed
        return self._process.wait(10)


def _own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
