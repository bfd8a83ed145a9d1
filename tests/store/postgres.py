"""A real PostgreSQL server on loopback, which can be stopped and started again.

It is Debian's ``postgresql``; it refuses to run as root, so a root session runs it as the user
``postgres``. A machine without it fails the tests: half of the store would go untested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.free_port import free_port


class ServerError(Exception):
    """The server is not there or does not do what it was told; the text says what it said."""


class PostgresServer:
    """A server in a folder of its own, made but not started."""

    def __init__(self) -> None:
        self._binaries = _binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="callcenter-pg-", dir="/tmp"))
        self._data = self._folder / "data"
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._as_user = ["runuser", "-u", "postgres", "--"]
        self.port = free_port()
        self.url = f"postgresql://tester@127.0.0.1:{self.port}"
        """Without the database's name."""

    def start(self) -> None:
        """Starts it, the first time with nothing in it, and waits until it answers."""
        if not self._data.exists():
            self._run(
                *("initdb", "-D", str(self._data), "-U", "tester", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            )
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 "
            f"-c unix_socket_directories={self._folder} -c fsync=off -c shared_buffers=32MB"
        )
        self._control("-l", str(self._folder / "log"), "-o", options, "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stops it: ``fast`` ends every connection in order, ``immediate`` is a crash."""
        self._control("-m", mode, "-w", "stop")

    def remove(self) -> None:
        """Stops it if it runs, and takes everything away."""
        try:
            if (self._data / "postmaster.pid").exists():
                self.stop("immediate")
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _control(self, *words: str) -> None:
        self._run("pg_ctl", "-D", str(self._data), *words)

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [*self._as_user, str(self._binaries / program), *words],
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise ServerError(f"{program} failed: {done.stdout}{done.stderr}")


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    if there is None:
        raise ServerError("There is no PostgreSQL server here: install Debian's postgresql.")
    return Path(there).parent
