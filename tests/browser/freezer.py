"""The websocket of a page, held still on purpose: time for a picture of a moment that passes.

``hold``: heartbeats and answers pass, changes wait, so the page stays live in the state it shows.
``step``: the first that waited arrives, so that no moment is missed that passed meanwhile.
``silence``: nothing passes any more, as with a dead network. ``release``: what waited arrives.
"""

from __future__ import annotations

import json

from playwright.async_api import Page, WebSocketRoute

ALWAYS = ("hb", "pong", "res", "hello", "snap")


class Freezer:
    """Stands between the page and the server."""

    def __init__(self) -> None:
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        self._holding = False
        self._silent = False

    async def install(self, page: Page) -> None:
        """Before the page is opened."""
        await page.route_web_socket("**/ws", self._connected)

    def _connected(self, page_side: WebSocketRoute) -> None:
        server_side = page_side.connect_to_server()

        def down(message: str | bytes) -> None:
            if self._silent:
                return
            if self._holding and json.loads(message)["t"] not in ALWAYS:
                self._held.append((page_side, message))
            else:
                page_side.send(message)

        server_side.on_message(down)

    def hold(self) -> None:
        """The page stays as it is, and live."""
        self._holding = True

    def step(self) -> bool:
        """The page comes a message nearer to the present; False when it is there."""
        if not self._held:
            return False
        page_side, message = self._held.pop(0)
        page_side.send(message)
        return True

    def silence(self) -> None:
        """The page hears nothing more."""
        self._silent = True

    def release(self) -> None:
        """The page catches up."""
        self._holding = False
        held, self._held = self._held, []
        for page_side, message in held:
            page_side.send(message)
