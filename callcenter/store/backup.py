"""Backup of the embedded database while the service runs.

SQLite's own online backup copies a state that was committed, whatever is written meanwhile. The
copy gets its name only when it is whole and has been checked.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

from callcenter.ports.errors import StoreRefused, StoreUnavailable

from .engine import parse, shown
from .errors import sentence_for

PAGES = 2_048
"""Pages copied at a stretch (8 MB): between them the writer gets its turn."""

Progress = Callable[[int, int], None]


async def backup(url: str, target: Path, progress: Progress | None = None) -> int:
    """Copies the database into ``target``, a new file; returns its size in bytes.

    ``progress(done, all)`` counts pages; it is called in another thread. Raises ``StoreRefused``
    when there is such a file already or the database is a server, ``StoreUnavailable`` when
    reading or writing fails.
    """
    parsed = parse(url)
    where = shown(parsed)
    if parsed.get_backend_name() != "sqlite":
        raise StoreRefused(
            f"The database {where} is a server, which has its own backup: use pg_dump."
        )
    source = Path(str(parsed.database))
    return await asyncio.to_thread(_copy, source, target, progress)


def _copy(source: Path, target: Path, progress: Progress | None) -> int:
    if not source.exists():
        raise StoreRefused(f"There is no database at {source}.")
    if target.exists():
        raise StoreRefused(f"There is a file {target} already; name another, or move it away.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        # Opened for writing, since a reader alone cannot recover a log left by a crash.
        with (
            contextlib.closing(sqlite3.connect(source)) as origin,
            contextlib.closing(sqlite3.connect(unfinished)) as copy,
        ):
            origin.backup(
                copy,
                pages=PAGES,
                progress=None
                if progress is None
                else lambda _state, left, every: progress(every - left, every),
            )
            copy.execute("PRAGMA journal_mode=DELETE")
            found = copy.execute("PRAGMA quick_check").fetchone()[0]
            if found != "ok":
                raise StoreUnavailable(f"The database {source} is damaged: {found}.")
        unfinished.rename(target)
        return target.stat().st_size
    except (sqlite3.Error, OSError) as error:
        raise StoreUnavailable(sentence_for(f"{source} (copying to {target})", error)) from error
    finally:
        unfinished.unlink(missing_ok=True)
