"""Who is at the door of a request: its origin, its address, its credential, its person.

A cookie comes by itself with every request of a browser, so whatever a cookie opens must also come
from our own pages (``Origin``). A bearer token is put there by a program on purpose.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web

from ..services.access import Access, Credential, SignedIn
from .codes import Code, Refusal

COOKIE = "callcenter_session"
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MAX_SECRET = 200


class Doors:
    """Reads requests; ``origins`` are further addresses of ours as browsers see them (behind a
    proxy that changes ``Host``), ``proxies`` those whose ``X-Forwarded-*`` is believed."""

    def __init__(
        self,
        access: Access,
        origins: frozenset[str] = frozenset(),
        proxies: frozenset[str] = frozenset(),
    ) -> None:
        self._access = access
        self._origins = frozenset(origin.rstrip("/").lower() for origin in origins)
        self._proxies = proxies

    def address(self, request: web.Request) -> str:
        """The address of the person at the other end, as far as it can be believed."""
        remote = request.remote or "unknown"
        if remote in self._proxies:
            told = request.headers.get("X-Forwarded-For", "").split(",")[-1].strip()
            return told[:64] or remote
        return remote

    def is_https(self, request: web.Request) -> bool:
        """Whether the browser speaks TLS, to us or to a proxy we believe."""
        if request.secure:
            return True
        told = request.headers.get("X-Forwarded-Proto", "").strip().lower()
        return (request.remote or "") in self._proxies and told == "https"

    def from_ours(self, request: web.Request) -> bool:
        """Whether ``Origin`` is the address this very request was sent to, or one of ours."""
        origin = request.headers.get("Origin", "").rstrip("/").lower()
        if origin in self._origins:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or not parts.netloc:
            return False
        return parts.netloc == request.headers.get("Host", "").lower()

    def credential(self, request: web.Request) -> Credential | None:
        """What the request shows: a bearer token before a cookie."""
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return Credential("token", secret.strip()[:MAX_SECRET])
        cookie = request.cookies.get(COOKIE, "")
        return Credential("session", cookie[:MAX_SECRET]) if cookie else None

    async def who(self, request: web.Request) -> tuple[Credential, SignedIn] | None:
        """The person behind a request, or None. Raises ``StoreUnavailable``."""
        shown = self.credential(request)
        if shown is None:
            return None
        who = await self._access.who(shown)
        return (shown, who) if who is not None else None

    def check_origin(self, request: web.Request, shown: Credential) -> None:
        """Refuses a write, or a websocket, that a foreign page sent with our cookie."""
        foreign = "Origin" in request.headers or shown.via == "session"
        if foreign and not self.from_ours(request):
            raise Refusal(
                Code.WRONG_ORIGIN,
                "This request came from another site's page. Open the pages under the address of "
                "this server, or add that address to the setting for further origins.",
            )
