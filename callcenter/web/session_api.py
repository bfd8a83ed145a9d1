"""Signing in and out, and what a signed-in person prefers."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta, Struct

from ..ports.users import Role
from ..services.access import (
    Access,
    AccessError,
    SignedIn,
    Throttled,
    WrongPassword,
)
from .asks import Language, Theme
from .bodies import answer, body_of
from .codes import Code, Refusal
from .doors import COOKIE, Doors
from .operations import Operation


class SignInBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A user's name and password."""

    user: Annotated[str, Meta(min_length=1, max_length=200)]
    password: Annotated[str, Meta(min_length=1, max_length=2000)]


class PreferencesBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What shall be kept; null or not given leaves it."""

    lang: Language | None = None
    theme: Theme | None = None


class Me(Struct, frozen=True):
    """Who is signed in."""

    user: str
    role: Role
    agent: str | None
    lang: str
    theme: str
    via: Literal["session", "token"]


class SessionApi:
    """The session resource: POST signs in, DELETE signs out."""

    def __init__(self, access: Access, doors: Doors) -> None:
        self._access = access
        self._doors = doors

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        path = "/api/v1/session"
        return [
            Operation(
                method="POST",
                path=path,
                summary="Signs in and sets the session cookie.",
                open_handler=self.sign_in,
                body=SignInBody,
                status=204,
            ),
            Operation(
                method="GET", path=path, summary="Who is signed in.", handler=self.me, answer=Me
            ),
            Operation(
                method="PATCH",
                path=path,
                summary="Keeps language and theme.",
                handler=self.prefer,
                body=PreferencesBody,
                status=204,
            ),
            Operation(
                method="DELETE",
                path=path,
                summary="Signs out.",
                handler=self.sign_out,
                status=204,
            ),
        ]

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """POST /api/v1/session"""
        if "Origin" in request.headers and not self._doors.from_ours(request):
            raise Refusal(Code.WRONG_ORIGIN, "Sign in on the page of this server.")
        body = await body_of(request, SignInBody)
        try:
            secret, _ = await self._access.sign_in(
                body.user, body.password, self._doors.address(request)
            )
        except WrongPassword as error:
            raise Refusal(Code.WRONG_PASSWORD, str(error)) from None
        except Throttled as error:
            headers = {"Retry-After": str(math.ceil(error.retry_after_s))}
            raise Refusal(Code.THROTTLED, str(error), headers) from None
        response = web.Response(status=204)
        # No expiry here: it ends with the browser, or earlier on the server.
        response.set_cookie(
            COOKIE,
            secret,
            httponly=True,
            samesite="Strict",
            secure=self._doors.is_https(request),
            path="/",
        )
        return response

    async def me(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """GET /api/v1/session"""
        return answer(Me(who.name, who.role, who.agent_id, who.lang, who.theme, who.via))

    async def prefer(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """PATCH /api/v1/session"""
        body = await body_of(request, PreferencesBody)
        try:
            await self._access.save_preferences(who, body.lang, body.theme)
        except AccessError as error:
            raise Refusal(Code.FORBIDDEN, str(error)) from None
        return web.Response(status=204)

    async def sign_out(self, request: web.Request, who: SignedIn) -> web.StreamResponse:
        """DELETE /api/v1/session"""
        cookie = request.cookies.get(COOKIE, "")
        if cookie:
            await self._access.sign_out(cookie)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/")
        return response
