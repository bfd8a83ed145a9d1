"""Records the stories as traces: ``python -m tests.lab.record DIR [NAME ...]``.

Each story gets a folder with ``ami.jsonl`` (what a client with the product's reading account got,
one message a line: ``t`` received in epoch seconds, ``n`` its order, ``h`` the headers in order,
repeats kept; it begins with the answers to Login, CoreStatus, CoreShowChannels and QueueStatus),
``queue_log`` and ``cel.csv`` (the lines that Asterisk wrote meanwhile) and ``truth.json``. The
client reads through the proxy; after a cut it logs in again and asks again, and ``ami_gaps`` in the
truth has the times.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from .ami import Ami, AmiError, Message
from .lab import Lab
from .stage import Truth
from .stories import STORIES
from .stories.told import Told

LABS = 5
AFTER_S = 0.7


class Recorder:
    """One reading session, kept up over cuts."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.messages: list[dict[str, Any]] = []
        self.gaps: list[list[float]] = []

    def _hear(self, message: Message) -> None:
        self.messages.append(
            {
                "t": round(message.t, 6),
                "n": len(self.messages) + 1,
                "h": [list(pair) for pair in message.headers],
            }
        )

    async def start(self) -> None:
        """Logs in; returns when the first answers are there."""
        self._task = asyncio.create_task(self._keep())
        await asyncio.wait_for(self._ready.wait(), 20)

    async def _keep(self) -> None:
        lost = 0.0
        session = 0
        while True:
            session += 1
            prefix = "snap" if session == 1 else f"snap{session}"
            port = self._lab.proxy.port
            ami = Ami(port, "callcenter", self._lab.asterisk.secrets.read, prefix=prefix)
            ami.listen(self._hear)
            try:
                await ami.connect()
                for action in ("CoreStatus", "CoreShowChannels", "QueueStatus"):
                    await ami.action(action)
                if lost:
                    self.gaps.append([round(lost, 3), round(time.time(), 3)])
                self._ready.set()
                await ami.closed.wait()
                lost = time.time()
            except (OSError, AmiError, TimeoutError):
                await asyncio.sleep(0.2)
            finally:
                with suppress(Exception):
                    await ami.close()

    async def stop(self) -> None:
        """Logs out."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task


async def record(lab: Lab, told: Told, folder: Path) -> None:
    """Plays one story on an idle lab and writes its folder."""
    recorder = Recorder(lab)
    books = (lab.asterisk.queue_log, lab.asterisk.cel)
    before = [len(_read(book)) for book in books]
    try:
        await recorder.start()
        truth = await lab.play(told.name, told.play, proves=told.proves, times=1)
        await asyncio.sleep(AFTER_S)
    finally:
        await recorder.stop()
    written, cel = (_read(book)[start:].decode() for book, start in zip(books, before, strict=True))
    await asyncio.to_thread(_write, folder, recorder, truth, written, cel)


def _read(book: Path) -> bytes:
    """What stands there; Asterisk makes the file with its first line, after it has booted."""
    return book.read_bytes() if book.exists() else b""


def _write(folder: Path, recorder: Recorder, truth: Truth, written: str, cel: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ami.jsonl").open("w", encoding="utf-8") as file:
        for message in recorder.messages:
            file.write(json.dumps(message, ensure_ascii=False) + "\n")
    lines = [line for line in written.splitlines() if "|QUEUESTART|" not in line]
    (folder / "queue_log").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    (folder / "cel.csv").write_text(cel, encoding="utf-8")
    truth["ami_gaps"] = recorder.gaps
    (folder / "truth.json").write_text(
        json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


async def record_all(names: list[str], target: Path, version: int) -> int:
    """Records the named stories, several labs side by side; the number of failures."""
    waiting = [STORIES[name] for name in names or STORIES]
    failed = 0

    async def worker() -> None:
        nonlocal failed
        async with Lab(version, sites=0) as lab:
            while waiting:
                told = waiting.pop()
                try:
                    await record(lab, told, target / told.name)
                except Exception as error:  # noqa: BLE001 - the others are recorded all the same
                    failed += 1
                    print(f"FAILED {told.name}: {error!r}")
                else:
                    print(f"recorded {told.name}")

    await asyncio.gather(*(worker() for _ in range(min(LABS, len(waiting)))))
    return failed


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.record", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the stories' folders are written")
    parser.add_argument("names", nargs="*", help="only these stories")
    parser.add_argument("--version", type=int, default=22, choices=(22, 16))
    wanted = parser.parse_args()
    return 1 if asyncio.run(record_all(wanted.names, wanted.folder, wanted.version)) else 0


if __name__ == "__main__":
    sys.exit(main())
