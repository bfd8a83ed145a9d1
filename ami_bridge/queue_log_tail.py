"""The end of a growing queue_log, followed by name and by inode.

A rename (logrotate, or Asterisk's own) leaves the old file under another name, and Asterisk may go
on writing there until it re-opens: the old one is read to its end until the new one has lines. A
truncated file (``copytruncate``) is read from its beginning. Where we are is a ``Place``: inode,
offset and a hash of the last line before it, so that a file that was replaced behind our back under
the same inode is noticed. After a restart of ours the place is looked for in the rotated files too.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from .queue_log import LONGEST, lines_of

BLOCK = 1 << 20
"""Bytes read at once; what waits in memory is never more."""
POLL_S = 1.0


class Place(Struct, frozen=True):
    """Up to where a file has been read. ``mark``: hash of the last line before ``offset``."""

    inode: int = 0
    offset: int = 0
    mark: str = ""


class Piece(Struct, frozen=True):
    """Lines that were read and the place behind them; no lines: nothing new."""

    lines: list[str]
    place: Place


class TailCounters(Struct):
    """``truncated``: the file was cut, lines may be lost; ``turned``: a new file was begun;
    ``lost_place``: the stored place is in no file any more; ``oversized``: a line too long."""

    truncated: int = 0
    turned: int = 0
    lost_place: int = 0
    oversized: int = 0


class Tail:
    """Reads what is new. Not for two threads at once; ``read`` does not wait for lines.

    ``place`` is where to go on; without one, at the end of the file if ``from_end``, else at its
    beginning.
    """

    def __init__(self, path: Path, place: Place | None = None, *, from_end: bool = False) -> None:
        self.path = path
        self.counters = TailCounters()
        self.trouble = ""
        self._place = place or Place()
        self._from_end = from_end and place is None
        self._file: BinaryIO | None = None
        self._found = place is None

    def read(self, limit: int = BLOCK) -> Piece:
        """What is new, up to about ``limit`` bytes. Never raises; ``trouble`` says why nothing."""
        try:
            piece = self._read(max(limit, LONGEST + 1))
            self.trouble = ""
            return piece
        except FileNotFoundError:
            # Not written yet, or between a rename and the first line after it.
            self.trouble = ""
        except OSError as error:
            self.close()
            self.trouble = f"{self.path} cannot be read: {error.strerror or error}"
        return Piece([], self._place)

    @property
    def place(self) -> Place:
        """Up to where it has been read."""
        return self._place

    def close(self) -> None:
        """Closes the file; the next ``read`` opens it again at its place."""
        if self._file is not None:
            self._file.close()
            self._file = None

    async def follow(self, poll_s: float = POLL_S) -> AsyncIterator[Piece]:
        """Eternal: pieces with lines, read in a thread, looked for every ``poll_s`` seconds."""
        while True:
            piece = await asyncio.to_thread(self.read)
            if piece.lines:
                yield piece
            else:
                await asyncio.sleep(poll_s)

    # -- the file --------------------------------------------------------------------------

    def _read(self, limit: int) -> Piece:
        file = self._file or self._open()
        lines = self._more(file, limit)
        if lines:
            return Piece(lines, self._place)
        successor = self._successor(file)
        if successor is None:
            return Piece([], self._place)
        # The old file may have got its last lines while we looked at the new one.
        lines = self._more(file, limit)
        if lines:
            return Piece(lines, self._place)
        lines = self._unfinished(file)
        self.close()
        self._take(successor.open("rb"), 0, "")
        self.counters.turned += 1
        return Piece(lines, self._place)

    def _open(self) -> BinaryIO:
        if not self._found:
            self._found = True
            found = self._look_for_place()
            if found is not None:
                return self._take(found, self._place.offset, self._place.mark)
            self.counters.lost_place += 1
            self._place = Place()
        file = self.path.open("rb")
        inode = os.fstat(file.fileno()).st_ino
        if inode == self._place.inode:
            return self._take(file, self._place.offset, self._place.mark)
        if self._from_end:
            self._from_end = False
            return self._take(file, *_last_line_end(file))
        return self._take(file, 0, "")

    def _take(self, file: BinaryIO, offset: int, mark: str) -> BinaryIO:
        file.seek(offset)
        self._file = file
        self._place = Place(os.fstat(file.fileno()).st_ino, offset, mark)
        return file

    def _look_for_place(self) -> BinaryIO | None:
        """The file of the stored place: under its name, or under that of a rotated one."""
        for path in [self.path, *siblings(self.path)]:
            try:
                file = path.open("rb")
            except OSError:
                continue
            if os.fstat(file.fileno()).st_ino == self._place.inode and self._as_left(file):
                return file
            file.close()
        return None

    def _as_left(self, file: BinaryIO) -> bool:
        """Whether what stands before our place is the line that we read there."""
        if os.fstat(file.fileno()).st_size < self._place.offset:
            return False
        return self._place.offset == 0 or _mark(file, self._place.offset) == self._place.mark

    def _more(self, file: BinaryIO, limit: int) -> list[str]:
        """Whole lines behind our place; the place moves on."""
        size = os.fstat(file.fileno()).st_size
        if size == self._place.offset:
            return []
        if not self._as_left(file):
            self.counters.truncated += 1
            self._take(file, 0, "")
        file.seek(self._place.offset)
        data = file.read(limit)
        end = data.rfind(b"\n") + 1
        if not end and len(data) >= LONGEST:
            # No line is that long: something else writes there. It is skipped to the next newline.
            self.counters.oversized += 1
            self._moved(len(data), data[-LONGEST:])
            return []
        if not end:
            return []
        lines = lines_of(data[:end])
        self._moved(end, data[:end])
        return lines

    def _unfinished(self, file: BinaryIO) -> list[str]:
        """The last line of a file that is not written any more, without its newline."""
        file.seek(self._place.offset)
        data = file.read(LONGEST)
        return lines_of(data) if data else []

    def _moved(self, by: int, data: bytes) -> None:
        place = self._place
        self._place = Place(place.inode, place.offset + by, _hash(data))

    def _successor(self, file: BinaryIO) -> Path | None:
        """The file that goes on where this one ended: one that was begun and rotated since, else
        the one that has the name now, once it has lines."""
        ours = os.fstat(file.fileno())
        for path in siblings(self.path):
            there = path.stat()
            younger = there.st_mtime_ns > ours.st_mtime_ns and path.suffix != ".gz"
            if younger and there.st_ino != ours.st_ino:
                return path
        there = self.path.stat()
        return self.path if there.st_ino != ours.st_ino and there.st_size > 0 else None


def siblings(path: Path) -> list[Path]:
    """Rotated files beside ``path`` (``queue_log.1``, ``queue_log-20261122``, ``.gz`` too), oldest
    first by their last change."""
    found = [
        other
        for other in path.parent.glob(f"{path.name}[.-]*")
        if other.is_file() and any(letter.isdigit() for letter in other.name[len(path.name) :])
    ]
    return sorted(found, key=lambda other: (_mtime(other), other.name))


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _hash(data: bytes) -> str:
    body = data.removesuffix(b"\n")
    line = body[body.rfind(b"\n") + 1 :][-LONGEST:]
    return blake2b(line, digest_size=8).hexdigest()


def _mark(file: BinaryIO, offset: int) -> str:
    begin = max(0, offset - LONGEST - 1)
    file.seek(begin)
    return _hash(file.read(offset - begin))


def _last_line_end(file: BinaryIO) -> tuple[int, str]:
    """Offset behind the last whole line, and its mark."""
    size = os.fstat(file.fileno()).st_size
    begin = max(0, size - LONGEST - 1)
    file.seek(begin)
    data = file.read(size - begin)
    end = data.rfind(b"\n") + 1
    return (begin + end, _hash(data[:end])) if end else (0, "")
