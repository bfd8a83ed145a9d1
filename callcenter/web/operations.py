"""One operation of the HTTP API: its route, who may use it, and what its documentation says.

Routes and ``openapi.json`` are made from the same list, so neither can be forgotten.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from msgspec import Struct

from ..ports.users import Role
from ..services.access import SignedIn
from .codes import Code, Refusal
from .doors import WRITING, Doors

Handler = Callable[[web.Request, SignedIn], Awaitable[web.StreamResponse]]
OpenHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]

EVERYBODY: frozenset[Role] = frozenset(("agent", "supervisor", "admin"))
LEADERS: frozenset[Role] = frozenset(("supervisor", "admin"))
ADMIN: frozenset[Role] = frozenset(("admin",))


class Param(Struct, frozen=True):
    """A parameter of the URL; those in the path are found there by themselves."""

    name: str
    text: str
    shape: Any = str


class Operation(Struct, frozen=True, kw_only=True):
    """``handler`` answers whoever is signed in with one of ``roles``; an ``open_handler``
    answers anybody."""

    method: str
    path: str
    summary: str
    handler: Handler | None = None
    open_handler: OpenHandler | None = None
    roles: frozenset[Role] = EVERYBODY
    params: tuple[Param, ...] = ()
    body: Any = None
    answer: Any = None
    status: int = 200


def route_of(operation: Operation, doors: Doors) -> web.RouteDef:
    """The route, with the door in front of it."""
    inside = operation.handler

    async def guarded(request: web.Request) -> web.StreamResponse:
        if operation.open_handler is not None:
            return await operation.open_handler(request)
        assert inside is not None
        shown_who = await doors.who(request)
        if shown_who is None:
            raise Refusal(
                Code.SIGN_IN,
                "Sign in first, or send a token as 'Authorization: Bearer cc_...'.",
                {"WWW-Authenticate": "Bearer"},
            )
        shown, who = shown_who
        if request.method in WRITING:
            doors.check_origin(request, shown)
        if who.role not in operation.roles:
            raise Refusal(
                Code.FORBIDDEN,
                f"This is for {' and '.join(sorted(operation.roles))}; you are {who.role}.",
            )
        return await inside(request, who)

    return web.route(operation.method, operation.path, guarded)
