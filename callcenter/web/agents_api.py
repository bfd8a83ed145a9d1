"""Agents: setting a state."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from ..services.access import SignedIn
from .bodies import body_of
from .codes import Code, Refusal
from .commands import Commands
from .operations import Operation


class StateBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The state an agent shall have; ``reason`` is a pause reason's code."""

    state: Literal["ready", "paused"]
    reason: Annotated[str, Meta(max_length=60)] = ""
    op: Annotated[str, Meta(max_length=64)] = ""


class AgentsApi:
    """Agents act for themselves; supervisors and administrators for anybody."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        return [
            Operation(
                method="POST",
                path="/api/v1/agents/{id}/state",
                summary="Makes an agent ready, or pauses him with a reason.",
                handler=self.set_state,
                body=StateBody,
                status=204,
            ),
        ]

    async def set_state(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """POST /api/v1/agents/{id}/state"""
        body = await body_of(request, StateBody)
        agent = _own(request.match_info["id"], who)
        args = {"agent": agent, "state": body.state, "reason": body.reason}
        await self._commands.done(who, body.op, "state.set", args)
        return web.Response(status=204)


def _own(agent: str, who: SignedIn) -> str:
    if who.role == "agent" and (not who.agent_id or agent != who.agent_id):
        raise Refusal(Code.FORBIDDEN, "An agent acts for himself only.")
    return agent
