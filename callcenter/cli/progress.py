"""Progress bars on standard error, when that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from tqdm import tqdm

Progress = Callable[[int, int], None]


@contextmanager
def bar(what: str, unit: str, stream: IO[str] | None = None) -> Iterator[Progress]:
    """A bar moved by ``progress(done, all)``; silent when ``stream`` is no terminal."""
    stream = stream or sys.stderr
    with tqdm(
        desc=what,
        unit=f" {unit}",
        unit_scale=True,
        file=stream,
        disable=not stream.isatty(),
        leave=False,
    ) as shown:

        def moved(done: int, every: int) -> None:
            shown.total = every
            shown.update(max(0, done - shown.n))

        yield moved
