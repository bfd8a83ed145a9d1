"""Agents: what they did when, and setting a state."""

from __future__ import annotations

from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from kpi.records import AgentSpan

from ..domain.model import AgentState
from ..ports.clock import Clock
from ..services.access import SignedIn
from .asks import Shifts
from .bodies import Query, answer, body_of, instant, instant_or_none
from .codes import Code, Refusal
from .commands import Commands
from .operations import Operation, Param


class StateBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The state an agent shall have; ``reason`` is a pause reason's code."""

    state: Literal["ready", "paused"]
    reason: Annotated[str, Meta(max_length=60)] = ""
    op: Annotated[str, Meta(max_length=64)] = ""


class SpanShape(Struct, frozen=True):
    """One state of an agent. ``reason`` is the pause's; ``name`` the one he bore then; ``ended_at``
    and ``duration_ms`` are null while it lasts."""

    state: AgentState
    reason: str
    name: str
    started_at: str
    ended_at: str | None
    duration_ms: int | None


class SpansShape(Struct, frozen=True):
    """The spans that touch a period, whole, oldest first; each ends where the next begins."""

    agent: str
    items: list[SpanShape]


DAY_MS = 86_400_000
MOST_DAYS = 31


class AgentsApi:
    """Agents act and ask for themselves; supervisors and administrators for anybody."""

    def __init__(self, shifts: Shifts, commands: Commands, clock: Clock) -> None:
        self._shifts = shifts
        self._commands = commands
        self._clock = clock

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        return [
            Operation(
                method="GET",
                path="/api/v1/agents/{id}/spans",
                summary="The states of an agent, from when to when.",
                handler=self.spans,
                params=(
                    Param(
                        "from",
                        "States that last until this instant or longer (RFC 3339); a "
                        "day before ``to`` when not given.",
                    ),
                    Param(
                        "to",
                        "States that began before this instant; now when not given. At "
                        "most 31 days after ``from``.",
                    ),
                ),
                answer=SpansShape,
            ),
            Operation(
                method="POST",
                path="/api/v1/agents/{id}/state",
                summary="Makes an agent ready, or pauses him with a reason.",
                handler=self.set_state,
                body=StateBody,
                status=204,
            ),
        ]

    async def spans(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/agents/{id}/spans"""
        query = Query(request)
        query.known("from", "to")
        agent = _own(request.match_info["id"], who)
        until = query.instant("to")
        # One ms on, so that what began this very moment is in it.
        to_ms = self._clock.wall_ms() + 1 if until is None else until
        since = query.instant("from")
        from_ms = to_ms - DAY_MS if since is None else since
        if not 0 < to_ms - from_ms <= MOST_DAYS * DAY_MS:
            raise Refusal(
                Code.BAD_VALUE, f"from must be before to, and at most {MOST_DAYS} days before it."
            )
        found = await self._shifts.spans(agent, from_ms, to_ms)
        return answer(SpansShape(agent, [_shown(span) for span in found]))

    async def set_state(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """POST /api/v1/agents/{id}/state"""
        body = await body_of(request, StateBody)
        agent = _own(request.match_info["id"], who)
        args = {"agent": agent, "state": body.state, "reason": body.reason}
        await self._commands.done(who, body.op, "state.set", args)
        return web.Response(status=204)


def _shown(span: AgentSpan) -> SpanShape:
    return SpanShape(
        span.state,
        span.reason,
        span.name,
        instant(span.start_ms),
        instant_or_none(span.end_ms),
        None if span.end_ms is None else span.end_ms - span.start_ms,
    )


def _own(agent: str, who: SignedIn) -> str:
    if who.role == "agent" and (not who.agent_id or agent != who.agent_id):
        raise Refusal(Code.FORBIDDEN, "An agent acts for himself only.")
    return agent
