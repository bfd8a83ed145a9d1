"""A small server that plays the contract's frames, so that the pages can be looked at and tested.

It serves the real shells and static files and speaks ``/ws`` as the service does, from plain
dictionaries that a test changes. ``python -m tests.screenpop_ui.devserver`` runs it for the eye.
"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import WSMsgType, web

from screenpop_ui import pages
from screenpop_ui.assets import static_root
from tests.screenpop_ui import office_scene
from tests.screenpop_ui.world import World

Json = dict[str, Any]


class DevServer(World):
    """The contract's server side over a ``World``."""

    def app(self) -> web.Application:
        """The routes of the contract that the pages use."""
        app = web.Application()
        app.router.add_static("/static", static_root())
        for page in pages.PAGES:
            app.router.add_get(f"/{page}", self._page(page))
        app.router.add_get("/", self._home)
        app.router.add_get("/ws", self._ws)
        app.router.add_route("*", "/api/v1/session", self._session)
        app.router.add_get("/calls/{id}", self._page("call"))
        app.router.add_get("/api/v1/customers", self._customers)
        app.router.add_get("/api/v1/calls", self._calls)
        app.router.add_get("/api/v1/calls/{id}", self._call)
        app.router.add_get("/api/v1/calls/{id}/events", self._told("events"))
        for name in ("names", "house", "ledger"):
            app.router.add_get(f"/api/v1/{name}", self._told(name))
        return app

    async def _home(self, request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/desk")

    def _page(self, page: pages.Page) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            dark = "dark" if page == "wall" else pages.theme_of(self.theme, "light")
            return web.Response(
                text=pages.shell(
                    page,
                    lang=pages.language_of(request.query.get("lang"), pages.language_of(self.lang)),
                    theme=pages.theme_of(request.query.get("theme"), pages.theme_of(dark, "light")),
                    fake=self.fake,
                    version="test",
                ),
                content_type="text/html",
                headers={"Content-Security-Policy": pages.CONTENT_SECURITY_POLICY},
            )

        return handler

    async def _session(self, request: web.Request) -> web.StreamResponse:
        if request.method == "PATCH":
            self.saved.append(await request.json())
            return web.json_response({})
        if request.method == "POST":
            body = await request.json()
            if body["password"] == "slow-down":
                return self._error(429, "throttled")
            if body["password"] != "right":
                return self._error(401, "wrong_password")
            self.signed_in = True
            return web.Response(status=204)
        if request.method == "DELETE":
            self.signed_in = False
            return web.Response(status=204)
        return web.json_response({"user": "n"}) if self.signed_in else self._error(401, "none")

    @staticmethod
    def _error(status: int, code: str) -> web.Response:
        return web.json_response({"error": {"code": code, "message": code}}, status=status)

    def _told(self, name: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            if name in self.broken:
                return self._error(503, "offline")
            return web.json_response({**office_scene.told(name, self.lang), **self.office[name]})

        return handler

    async def _calls(self, request: web.Request) -> web.Response:
        self.asked.append(dict(request.query))
        if "calls" in self.broken:
            return self._error(*self.broken["calls"])
        page, more = office_scene.page(self.lang, request.query)
        if self.office["calls"]:
            page, more = self.office["calls"]["items"], None
        return web.json_response({"items": page, "next_cursor": more})

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["id"] != office_scene.CALL:
            return self._error(404, "not_found")
        return web.json_response({**office_scene.call(self.lang), **self.office["call"]})

    async def _customers(self, request: web.Request) -> web.Response:
        if "ids" in request.query:
            ids = request.query["ids"].split(",")
            found = [c for c in self.customers if str(c["id"]) in ids]
            return web.json_response({"items": found})
        words = request.query["q"].casefold()
        found = [c for c in self.customers if words in json.dumps(c, ensure_ascii=False).casefold()]
        return web.json_response({"items": found})

    async def _ws(self, request: web.Request) -> web.StreamResponse:
        if not self.accept:
            return web.Response(status=503)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_json(self._hello())
        self.sockets.add(ws)
        beat = asyncio.create_task(self._beat(ws))
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    frame = json.loads(message.data)
                    self.received.append(frame)
                    await self._answer(ws, frame)
        finally:
            beat.cancel()
            self.sockets.discard(ws)
        return ws

    def _hello(self) -> Json:
        agent = self.data["agent"]["agent"]
        return {
            "t": "hello",
            "v": 1,
            "sid": "s",
            "now": self.now(),
            "epoch": self.epoch,
            "ver": "test",
            "hb": 5000,
            "fake": self.fake,
            "site": {"name": "Demo", "tz": "Asia/Tehran"},
            "me": {
                "user": "narges",
                "role": self.role,
                "agent": agent["id"],
                "name": agent["name"],
                "lang": self.lang,
            },
        }

    async def _beat(self, ws: web.WebSocketResponse) -> None:
        while True:
            await asyncio.sleep(1)
            if self.heartbeats:
                await ws.send_json({"t": "hb", "at": self.now()})

    async def _answer(self, ws: web.WebSocketResponse, frame: Json) -> None:
        kind = frame["t"]
        if kind == "ping" and self.heartbeats:
            await ws.send_json({"t": "pong", "c": frame["c"], "s": self.now()})
        elif kind == "sub":
            for topic in frame["topics"]:
                slot = topic["n"].split(":")[0]
                await ws.send_json(
                    {
                        "t": "snap",
                        "n": self.name(slot),
                        "epoch": self.epoch,
                        "seq": self.seq[slot],
                        "at": self.now(),
                        "d": copy.deepcopy(self.data[slot]),
                    }
                )
        elif kind == "note":
            await self._note(ws, frame)
        elif kind == "cmd":
            await self._command(ws, frame)

    async def _note(self, ws: web.WebSocketResponse, frame: Json) -> None:
        rev, text = self.notes.get(frame["call"], (0, ""))
        if frame["rev"] != rev:
            await ws.send_json(
                {
                    "t": "res",
                    "op": frame["op"],
                    "ok": False,
                    "code": "stale",
                    "rev": rev,
                    "text": text,
                }
            )
            return
        self.notes[frame["call"]] = (rev + 1, frame["text"])
        await ws.send_json({"t": "res", "op": frame["op"], "ok": True, "rev": rev + 1})

    async def _command(self, ws: web.WebSocketResponse, frame: Json) -> None:
        act, args = frame["do"], frame["args"]
        if act in self.refuse:
            await ws.send_json(
                {"t": "res", "op": frame["op"], "ok": False, "code": self.refuse[act], "msg": ""}
            )
            return
        await ws.send_json({"t": "res", "op": frame["op"], "ok": True, "seq": self.seq["agent"]})
        if act == "state.set":
            reason = args["reason"] or ""
            await self.delta(
                "agent",
                ["state", "state", args["state"]],
                ["state", "reason", reason],
                ["state", "since", self.now()],
            )
        elif act == "customer.choose":
            chosen = next(c for c in self.customers if c["id"] == args["customer_id"])
            call = args["call"]
            await self.delta(
                "agent", ["calls", call, "cust", chosen], ["calls", call, "match", "one"]
            )
        elif act == "customer.create":
            made = {"id": 999, "name": args["name"], "organisation": args["organisation"]}
            call = args["call"]
            await self.delta(
                "agent", ["calls", call, "cust", made], ["calls", call, "match", "one"]
            )
        elif act == "wrapup.done":
            await self.delta("agent", ["calls", args["call"], None])
        elif act == "followup.done":
            await self.delta("agent", ["followups", str(args["id"]), None])


@asynccontextmanager
async def running(server: DevServer, port: int = 0) -> AsyncIterator[DevServer]:
    """The server on a loopback port, its address in ``server.url``."""
    runner = web.AppRunner(server.app(), shutdown_timeout=0.2)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        await server.drop()
        await runner.cleanup()


async def main() -> None:
    """Serve until interrupted."""
    async with running(DevServer(), 8099) as server:
        print(server.url)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
