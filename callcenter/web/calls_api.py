"""Calls: the log with those in progress, one call with its facts, and its disposition."""

from __future__ import annotations

from typing import Annotated, cast

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from ..domain.model import CallRecord, Outcome
from ..services.access import SignedIn
from ..services.overseen import EventsState
from ..services.ports_call_log import CallFilter
from .asks import Calls, Oversight
from .bodies import Query, answer, body_of, instant
from .codes import Code, Refusal
from .commands import Commands
from .operations import ADMIN, Operation, Param
from .shapes import (
    CallPageShape,
    CallWithFacts,
    FactShape,
    agents_of,
    call_shape,
    with_facts,
)

FILTERS = (
    Param("from", "Calls that started at this instant or later (RFC 3339)."),
    Param("to", "Calls that started before this instant (RFC 3339)."),
    Param("queue", "Calls that visited this queue."),
    Param("agent", "Calls of this agent (``pbx:interface``)."),
    Param("customer", "Calls of this customer, by id.", int),
    Param("number", "Calls of this caller number, E.164 or as it came."),
    Param("outcome", "Calls that ended so.", Outcome),
    Param("limit", "Calls per page, 1 to 500; 100 when not given.", int),
    Param("cursor", "``next_cursor`` of the page before."),
)


class DispositionBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a call. Without ``note`` the call keeps the one it has."""

    code: Annotated[str, Meta(min_length=1, max_length=60)]
    resolved: bool | None = None
    note: Annotated[str, Meta(max_length=20_000)] | None = None
    op: Annotated[str, Meta(max_length=64)] = ""


class EventShape(Struct, frozen=True):
    """One AMI message: when it came, and its headers in order (repeats kept)."""

    at: str
    headers: list[tuple[str, str]]


class EventsShape(Struct, frozen=True):
    """What the PBX said of a call. ``state`` and ``said`` tell why there is nothing; ``more``: it
    was too much to show all; ``scrubbed``: numbers and names may be substitutes."""

    state: EventsState
    said: str
    scrubbed: bool
    events: list[EventShape]
    more: bool


SAID: dict[EventsState, str] = {
    "kept": "",
    "off": "AMI events are not being recorded. Set [trace] keep, such as 24h, to keep those of "
    "the calls to come.",
    "gone": "The events of this call are no longer kept: recordings older than {keep} are deleted "
    "([trace] keep).",
    "none": "Nothing was recorded of this call: the recorder was not running then, or the PBX was "
    "not heard.",
}
HIDDEN = ("number", "name", "e164")
"""What the facts of a call say of a caller who wants to stay unknown."""


class CallsApi:
    """Agents see the calls they were rung for or talked on; all others see all."""

    def __init__(self, calls: Calls, oversight: Oversight, commands: Commands) -> None:
        self._calls = calls
        self._oversight = oversight
        self._commands = commands

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        return [
            Operation(
                method="GET",
                path="/api/v1/calls",
                summary="Calls, newest first, those in progress too.",
                handler=self.find,
                params=FILTERS,
                answer=CallPageShape,
            ),
            Operation(
                method="GET",
                path="/api/v1/calls/{id}",
                summary="One call with its life line and its facts.",
                handler=self.get,
                answer=CallWithFacts,
            ),
            Operation(
                method="GET",
                path="/api/v1/calls/{id}/events",
                summary="What the PBX said of a call, where AMI is recorded ([trace] keep).",
                handler=self.events,
                roles=ADMIN,
                answer=EventsShape,
            ),
            Operation(
                method="PUT",
                path="/api/v1/calls/{id}/disposition",
                summary="Files what came of a call; a later one replaces it.",
                handler=self.dispose,
                body=DispositionBody,
                status=204,
            ),
        ]

    async def find(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/calls"""
        query = Query(request)
        query.known(*(param.name for param in FILTERS))
        agent = query.text("agent")
        if who.role == "agent":
            if not who.agent_id or agent not in ("", who.agent_id):
                raise Refusal(Code.FORBIDDEN, "An agent sees his own calls only.")
            agent = who.agent_id
        outcome = query.choice("outcome", Outcome)
        wanted = CallFilter(
            from_ms=query.instant("from"),
            to_ms=query.instant("to"),
            queue=query.text("queue"),
            agent=agent,
            customer_id=query.number("customer", 1, 2**53),
            number=query.text("number"),
            outcome=cast(Outcome, outcome) if outcome else None,
            limit=query.number("limit", 1, 500) or 100,
            cursor=query.text("cursor") or None,
        )
        try:
            page = await self._calls.find(wanted)
        except ValueError as error:
            raise Refusal(Code.BAD_VALUE, f"The filter cannot be used: {error}.") from error
        private = who.role == "agent"
        shown = [call_shape(record, private=private) for record in page.items]
        return answer(CallPageShape(shown, page.next_cursor))

    async def get(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/calls/{id}"""
        record = await self._seen_by(request.match_info["id"], who)
        private = who.role == "agent"
        found = await self._calls.facts(record.id)
        steps = await self._calls.life_line(record, found)
        facts = [
            FactShape(item.seq, instant(item.fact.at), msgspec.to_builtins(item.fact))
            for item in found
        ]
        if private and record.caller.presentation != "shown":
            for told in facts:
                told.fact.update({key: "" for key in HIDDEN if key in told.fact})
        return answer(with_facts(record, steps, facts, private=private))

    async def events(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/calls/{id}/events"""
        seen = await self._oversight.events(await self._seen_by(request.match_info["id"], who))
        events = [EventShape(instant(event.at), event.headers) for event in seen.events]
        said = SAID[seen.state].format(keep=seen.keep)
        return answer(EventsShape(seen.state, said, seen.scrubbed, events, seen.more))

    async def dispose(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """PUT /api/v1/calls/{id}/disposition"""
        body = await body_of(request, DispositionBody)
        record = await self._seen_by(request.match_info["id"], who)
        args = {
            "call": record.id,
            "disposition": body.code,
            "resolved": body.resolved,
            "note": body.note,
        }
        await self._commands.done(who, body.op, "disposition.set", args)
        return web.Response(status=204)

    async def _seen_by(self, call_id: str, who: SignedIn) -> CallRecord:
        """The call, if there is one and ``who`` may see it; one message for both."""
        record = await self._calls.get(call_id)
        hidden = who.role == "agent" and (
            record is None or not who.agent_id or who.agent_id not in agents_of(record)
        )
        if record is None or hidden:
            raise Refusal(Code.NOT_FOUND, f"There is no call {call_id[:80]!r} that you may see.")
        return record
