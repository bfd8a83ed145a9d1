"""Owned tasks.

Every background task of the service is made here, has a name, and belongs to a ``Tasks`` object
that cancels and awaits it. A task that was meant to live for ever and returns is a fault, the
same as one that raises: both are handed to ``on_fault`` so that the owner can become not ready,
restart, or stop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

Fault = Callable[[str, BaseException | None], None]


class Tasks:
    """Owns a set of named tasks.

    ``on_fault(name, error)`` is called when an eternal task ends by itself; ``error`` is None when
    it merely returned. It runs in the loop and must not raise.
    """

    def __init__(self, on_fault: Fault | None = None) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._on_fault = on_fault

    def eternal(self, name: str, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Starts a task that shall run until it is cancelled."""
        task = self.brief(name, coro)
        task.add_done_callback(self._eternal_ended)
        return task

    def brief(self, name: str, coro: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Starts a task that may end; its error, if any, is the fault of its name."""
        task = asyncio.get_running_loop().create_task(coro, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def names(self) -> list[str]:
        """The names of the tasks that are alive, sorted."""
        return sorted(task.get_name() for task in self._tasks)

    async def stop(self, limit_s: float = 5.0) -> list[str]:
        """Cancels all tasks and waits up to ``limit_s`` seconds; returns the names still alive."""
        current = asyncio.current_task()
        waiting = {task for task in self._tasks if task is not current}
        for task in waiting:
            task.cancel()
        if not waiting:
            return []
        _, late = await asyncio.wait(waiting, timeout=limit_s)
        return sorted(task.get_name() for task in late)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and self._on_fault is not None:
            self._on_fault(task.get_name(), error)

    def _eternal_ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and task.exception() is None and self._on_fault is not None:
            self._on_fault(task.get_name(), None)
