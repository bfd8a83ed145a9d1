"""A real MariaDB for tests, started for the session: Asterisk may write its logs there.

The server is Debian's ``mariadb-server``; a root session runs it as the package's user ``mysql``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.free_port import free_port

PASSWORD = "zone d'été"
START_S = 30


def _run(*command: str, stdin: str = "") -> None:
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60)
    if done.returncode:
        pytest.fail(f"{command[0]} failed: {done.stdout}{done.stderr}")


@contextmanager
def mariadb_server() -> Iterator[str]:
    """Starts a server on a free port; gives the URL of the database ``asterisk``, for a user who
    has a password (``PASSWORD``) and may do everything there."""
    if shutil.which("mariadbd") is None:
        pytest.fail("There is no MariaDB server here: install Debian's package mariadb-server.")
    folder = Path(tempfile.mkdtemp(prefix="callcenter-my-", dir="/tmp"))
    user = "mysql" if os.geteuid() == 0 else ""
    if user:
        shutil.chown(folder, user, user)
    port = free_port()
    as_user = [f"--user={user}"] if user else []
    data, door = folder / "data", folder / "sock"
    try:
        _run(
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *as_user,
        )
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [
                    "mariadbd",
                    "--no-defaults",
                    f"--datadir={data}",
                    f"--socket={door}",
                    f"--port={port}",
                    "--bind-address=127.0.0.1",
                    "--skip-name-resolve",
                    "--innodb-flush-log-at-trx-commit=0",
                    "--innodb-buffer-pool-size=16M",
                    *as_user,
                ],
                stdout=log,
                stderr=log,
            )
        try:
            deadline = time.monotonic() + START_S
            while not door.exists():
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"mariadbd does not start: {(folder / 'log').read_text()[-2000:]}")
                time.sleep(0.1)
            quoted = PASSWORD.replace("'", "''")
            _run(
                *("mariadb", "--no-defaults", f"--socket={door}", "-u", "root"),
                stdin="CREATE DATABASE asterisk CHARACTER SET utf8mb4;"
                f"CREATE USER tester@'127.0.0.1' IDENTIFIED BY '{quoted}';"
                "GRANT ALL ON asterisk.* TO tester@'127.0.0.1';",
            )
            yield f"mysql://tester@127.0.0.1:{port}/asterisk"
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """The URL of the session's MariaDB, without the password."""
    with mariadb_server() as url:
        yield url
