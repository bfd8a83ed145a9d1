"""Loopback ports for the servers that tests start.

A port that the kernel hands out is free in that moment only: before the server has it, somebody's
outgoing connection may. So ports come from below those that the kernel hands out itself, and who
was given one keeps it, by a file of its name, until his process is gone.
"""

from __future__ import annotations

import os
import random
import socket
import tempfile
from pathlib import Path

FIRST, LAST = 31_000, 32_767
"""Above the voice of the lab's Asterisks, below what Linux hands out for outgoing connections."""
TAKEN = Path(tempfile.gettempdir()) / f"callcenter-test-ports-{os.getuid()}"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port nobody uses, and that no other test of this machine is given while we run.

    Raises:
        OSError: all of them are in use.
    """
    TAKEN.mkdir(exist_ok=True)
    ports = range(FIRST, LAST + 1)
    for port in random.SystemRandom().sample(ports, len(ports)):
        if _ours(TAKEN / str(port)) and _nobody_listens(port, kind):
            return port
    raise OSError(f"every port from {FIRST} to {LAST} is in use")


def _ours(name: Path) -> bool:
    """Whether the port's file is made now, by us. That of a process that is gone is taken away."""
    try:
        name.touch(exist_ok=False)
    except FileExistsError:
        if not _owner_is_gone(name):
            return False
        name.unlink(missing_ok=True)
        return _ours(name)
    name.write_text(str(os.getpid()))
    return True


def _owner_is_gone(name: Path) -> bool:
    try:
        os.kill(int(name.read_text() or os.getpid()), 0)
    except (ProcessLookupError, FileNotFoundError):
        return True
    except PermissionError:
        pass
    return False


def _nobody_listens(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
