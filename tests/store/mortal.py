"""Programs that write to a store until they are killed, and whoever kills them.

One process forks a writer for each line on its input, so that hundreds of writers load the
libraries once. A writer says ``begun`` and its process id, ``open`` as soon as its store is open
again after the kill before, and then what was acknowledged; when it is dead, its parent says
``gone`` and how it went. Lines are short, so the pipe takes each whole or not at all.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]


def tell(text: str) -> None:
    """One line to whoever kills us."""
    os.write(1, f"{text}\n".encode())


def serve(write: Callable[[str, str], Coroutine[Any, Any, None]]) -> None:
    """A writer for each line: ``write`` with the database's URL (our argument) and the line."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            tell(f"begun {os.getpid()}")
            asyncio.run(write(sys.argv[1], line.strip()))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        tell(f"gone {os.waitstatus_to_exitcode(status)}")


class Lives:
    """The writers of one program, one after the other."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        assert program.stdin is not None
        assert program.stdout is not None
        self._to: IO[str] = program.stdin
        self._from: IO[str] = program.stdout

    async def killed(self, line: str, after_s: float, *, opening: bool) -> list[str]:
        """A writer that is killed: what it said. ``after_s`` counts from its beginning, which
        meets it while it opens its store (``opening``), or from when the store is open."""
        writer = self._begin(line)
        told = [] if opening else [self._from.readline().strip()]
        await asyncio.sleep(after_s)
        os.kill(writer, signal.SIGKILL)
        told += self._rest(-signal.SIGKILL)
        return told

    async def whole(self, line: str) -> list[str]:
        """A writer that ends by itself: what it said."""
        self._begin(line)
        return await asyncio.to_thread(self._rest, 0)

    def _begin(self, line: str) -> int:
        print(line, file=self._to, flush=True)
        begun, writer = self._from.readline().split()
        assert begun == "begun"
        return int(writer)

    def _rest(self, status: int) -> list[str]:
        told: list[str] = []
        for line in self._from:
            if line.startswith("gone "):
                assert line == f"gone {status}\n", f"it ended by itself, after {told[-3:]}"
                return told
            told.append(line.strip())
        raise AssertionError("the program is gone")


@contextmanager
def lives(program: str, url: str) -> Iterator[Lives]:
    """Starts ``program``, a module of this package, on the store at ``url``."""
    with subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.{program}", url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Lives(process)
        assert process.stdin is not None
        process.stdin.close()
