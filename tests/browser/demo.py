"""The demo as a newcomer starts it: ``callcenter demo`` in an empty folder."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.free_port import free_port
from tests.lab.product import ROOT

PASSWORD = "demo-centre"
AGENTS = {"fa": "sara", "he": "michal", "en": "emma"}
READY_SECONDS = 30
CALLS_A_MINUTE = 20


class Demo:
    """A running demo with many calls, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.port = free_port()

    @property
    def base(self) -> str:
        """The address of the service."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Starts it and waits until it is ready."""
        log = self._folder / "demo.log"
        with log.open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "callcenter.cli", "demo"),
                *("--port", str(self.port), "--calls", str(CALLS_A_MINUTE)),
                cwd=self._folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self._process.returncode is None:
            with suppress(OSError):
                await asyncio.to_thread(self._ask)
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"the demo is not ready in {READY_SECONDS} s:\n{log.read_text()}")

    def _ask(self) -> None:
        with urllib.request.urlopen(f"{self.base}/ready", timeout=5):
            pass

    async def stop(self) -> None:
        """Ends it, by force if it does not go within 10 s."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), 10)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
