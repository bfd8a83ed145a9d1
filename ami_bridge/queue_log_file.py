"""queue_log read as a book: a past time, from the file and from those it was rotated into.

A file is read in blocks, and what comes out are the calls that the fold has finished. In a large
file the first line of the wanted time is found by halving, since lines are nearly in order of time.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from errno import ENOENT
from pathlib import Path
from typing import IO, cast

from callcenter.domain.logged import LoggedCall
from callcenter.services.ports_books import Portion

from .queue_log import LONGEST, lines_of, parse
from .queue_log_tail import siblings
from .queue_log_visits import VisitFold

BLOCK = 1 << 20
"""Bytes after which the calls that are finished come out."""
PIECE = 1 << 16
"""Bytes that become lines at once: few enough to stay where the processor has them at hand."""
BEFORE_S = 6 * 3_600
"""How long before the wanted time reading begins: stays that were open when it began."""


class LogFiles:
    """The port ``LogSource`` over files. Without ``files`` it is the PBX's own log at ``path``
    with what it was rotated into; ``files`` are read in this order instead."""

    def __init__(self, path: Path, files: Sequence[Path] = ()) -> None:
        self.path = path
        self._files = list(files)

    @classmethod
    def named(cls, names: str) -> LogFiles:
        """The files that a job names, one a line, oldest first."""
        files = [Path(name) for name in names.split("\n")]
        return cls(files[-1], files)

    def portions(self, from_ms: int | None, to_ms: int | None) -> Iterator[Portion]:
        """Its calls, at least those of this time. Raises ``OSError``."""
        from_s = (from_ms or 0) // 1000
        files = self._files or files_of(self.path, from_s - BEFORE_S)
        if not files:
            raise FileNotFoundError(ENOENT, "there is no such file", str(self.path))
        until_s = None if to_ms is None else to_ms // 1000
        yield from read_calls(files, VisitFold(), from_s, until_s)


def files_of(path: Path, from_s: int) -> list[Path]:
    """The files that have lines since ``from_s``, oldest first; ``path`` itself is the last.

    A rotated file counts when it was changed since then. A path that is not there is left out.
    """
    rotated = [file for file in siblings(path) if file.stat().st_mtime >= from_s]
    return [*rotated, *([path] if path.exists() else [])]


def read_calls(
    files: list[Path], fold: VisitFold, from_s: int = 0, until_s: int | None = None
) -> Iterator[Portion]:
    """The calls of these files, as ``fold`` finishes them; at the end those that go on as well.

    Reading begins six hours before ``from_s`` and ends when a block is a day past ``until_s``.
    Raises ``OSError`` when a file cannot be read.
    """
    starts = [start_of(file, from_s - BEFORE_S) for file in files]
    sizes = [file.stat().st_size for file in files]
    whole = sum(sizes) - sum(starts)
    done = 0
    for file, start, size in zip(files, starts, sizes, strict=True):
        with _opened(file) as stream:
            if start:
                stream.seek(start)
            for place in _blocks(stream, fold):
                at = size if file.suffix == ".gz" else min(size, start + place)
                yield _portion(fold, fold.ready(), done + at - start, whole)
                if until_s is not None and fold.now_s > until_s + 86_400:
                    break
        done += size - start
    yield _portion(fold, fold.rest(), whole, whole)


def _portion(fold: VisitFold, calls: list[LoggedCall], done: int, size: int) -> Portion:
    return Portion(calls, done, size, (fold.first_s or 0) * 1000, fold.now_s * 1000)


def start_of(file: Path, from_s: int) -> int:
    """The offset of a line from which on everything since ``from_s`` is found; 0 for ``.gz``."""
    if from_s <= 0 or file.suffix == ".gz":
        return 0
    low, high = 0, file.stat().st_size
    with file.open("rb") as stream:
        while high - low > 16 * LONGEST:
            middle = (low + high) // 2
            stream.seek(middle)
            offset, epoch = middle, None
            offset += len(stream.readline(LONGEST))
            for _ in range(64):
                data = stream.readline(LONGEST)
                line = parse(data.decode("utf-8", "replace").rstrip("\n"))
                if line is not None:
                    epoch = line.epoch
                    break
                offset += len(data)
            if epoch is None or epoch >= from_s:
                high = middle
            else:
                low = offset
    return low


def _opened(file: Path) -> IO[bytes]:
    if file.suffix == ".gz":
        return cast(IO[bytes], gzip.open(file, "rb"))
    return file.open("rb")


def _blocks(stream: IO[bytes], fold: VisitFold) -> Iterator[int]:
    """Folds the lines, and gives how many bytes were read, after each block and at the end."""
    rest = b""
    read = told = 0
    while data := stream.read(PIECE):
        read += len(data)
        data = rest + data
        end = data.rfind(b"\n") + 1
        rest = data[end:][-LONGEST:]
        fold.texts(lines_of(data[:end]))
        if read - told >= BLOCK:
            told = read
            yield read
    if rest:
        fold.texts(lines_of(rest))
    if rest or read > told:
        yield read
