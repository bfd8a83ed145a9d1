"""The pages: who comes to which, and the files they are made of."""

from __future__ import annotations

from typing import cast, get_args

from aiohttp import web

from ..services.access import SignedIn
from .asks import Assets, Language, PageName, Site, Theme
from .doors import Doors

CACHED_FOR = {"/static/vendor/": "public, max-age=86400", "/static/fonts/": "public, max-age=86400"}
"""Files that change with a release only; all others are asked for anew (and answered by 304)."""


class Pages:
    """``/``, ``/sign-in``, ``/desk``, ``/wall``, ``/calls``, ``/admin`` and ``/static/``."""

    def __init__(self, assets: Assets, doors: Doors, site: Site) -> None:
        self._assets = assets
        self._doors = doors
        self._site = site

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes of this room; they are no part of the API."""
        return [
            web.get("/", self.home),
            web.get("/sign-in", self.sign_in),
            web.get("/desk", self.desk),
            web.get("/wall", self.wall),
            web.get("/calls", self.calls),
            web.get("/calls/{id}", self.call),
            web.get("/admin", self.admin),
            web.static("/static", self._assets.root, append_version=False),
        ]

    async def home(self, request: web.Request) -> web.StreamResponse:
        """GET /: where this person belongs."""
        return _go(_home_of(await self._who(request)))

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """GET /sign-in"""
        return self._page(request, "sign-in", None, "light")

    async def desk(self, request: web.Request) -> web.StreamResponse:
        """GET /desk: for whoever is tied to an agent."""
        who = await self._who(request)
        if who is None or (not who.agent_id and who.role != "agent"):
            return _go(_home_of(who))
        return self._page(request, "desk", who, "light")

    async def wall(self, request: web.Request) -> web.StreamResponse:
        """GET /wall: for supervisors and administrators."""
        who = await self._who(request)
        if who is None or who.role == "agent":
            return _go(_home_of(who))
        return self._page(request, "wall", who, "dark")

    async def calls(self, request: web.Request) -> web.StreamResponse:
        """GET /calls: for everybody; the API shows an agent his own calls only."""
        return await self._for_everybody(request, "calls")

    async def call(self, request: web.Request) -> web.StreamResponse:
        """GET /calls/{id}: one call; whether this person may see it, the API says."""
        return await self._for_everybody(request, "call")

    async def admin(self, request: web.Request) -> web.StreamResponse:
        """GET /admin: for administrators."""
        who = await self._who(request)
        if who is None or who.role != "admin":
            return _go(_home_of(who))
        return self._page(request, "admin", who, "light")

    async def _for_everybody(self, request: web.Request, page: PageName) -> web.StreamResponse:
        who = await self._who(request)
        return _go("/sign-in") if who is None else self._page(request, page, who, "light")

    async def _who(self, request: web.Request) -> SignedIn | None:
        found = await self._doors.who(request)
        return None if found is None else found[1]

    def _page(
        self, request: web.Request, page: PageName, who: SignedIn | None, usual: Theme
    ) -> web.Response:
        asked = request.rel_url.query
        lang = asked.get("lang") or (who.lang if who else "") or _browser_lang(request)
        kept = who.theme if who and page != "wall" else ""
        theme = asked.get("theme") or kept
        html = self._assets.shell(
            page,
            lang=cast(Language, lang) if lang in get_args(Language) else self._site.lang,
            theme=cast(Theme, theme) if theme in get_args(Theme) else usual,
            fake=self._site.fake,
            version=self._site.version,
        )
        return web.Response(text=html, content_type="text/html", headers={"Vary": "Cookie"})


def _browser_lang(request: web.Request) -> str:
    """The first of the browser's languages that we speak, empty when there is none."""
    told = request.headers.get("Accept-Language", "")[:200].lower()
    for part in told.split(","):
        short = part.split(";")[0].strip().split("-")[0]
        short = "he" if short == "iw" else short
        if short in get_args(Language):
            return short
    return ""


def _home_of(who: SignedIn | None) -> str:
    if who is None:
        return "/sign-in"
    return "/desk" if who.role == "agent" else "/wall"


def _go(path: str) -> web.Response:
    return web.Response(status=302, headers={"Location": path})
