"""Commands that come by HTTP instead of the websocket."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from ..services.access import SignedIn
from ..supervise import Tasks
from .asks import Desk, Result
from .codes import Code, Refusal, code_of
from .talk import carried_out

COMMAND_S = 10.0


class Commands:
    """Has the desk carry them out, as owned tasks: a browser that leaves cuts nothing in two."""

    def __init__(self, desk: Desk, tasks: Tasks, command_s: float = COMMAND_S) -> None:
        self._desk = desk
        self._tasks = tasks
        self._command_s = command_s

    async def done(
        self, who: SignedIn, op: str, do: str, args: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The further members of a command's result; a refused one is a ``Refusal``.

        ``op`` empty: the sender has no way to repeat the same wish, so it gets a fresh name.
        """
        wish = self._desk.command(who, op or secrets.token_hex(13), do, args)
        task = self._tasks.brief(f"web.command.{do}", carried_out(wish, do))
        await asyncio.wait({task}, timeout=self._command_s)
        if not task.done() or task.cancelled():
            raise Refusal(
                Code.TOO_SLOW, "The server is slow; look whether it was done before you try again."
            )
        result: Result = task.result()
        if not result.ok:
            raise Refusal(code_of(result.code), result.msg or "The command was refused.")
        return result.data
