"""What must not happen while a page is open: an error in it, a request to anybody else.

A test that breaks something on purpose says which complaints of the browser it expects.
"""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Page, WebError, WebSocket

LINK_LOST = (r"WebSocket connection to .* failed", r"net::ERR_[A-Z_]+")
"""What Chromium writes to the console when the server or the network is gone."""


class Watch:
    """Listens to one browser context. ``expected`` are patterns of complaints that are no fault."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self.expected: list[str] = []
        self._faults: list[str] = []
        self._ours = (origin, origin.replace("http", "ws", 1), "data:", "blob:")
        context.on("console", self._said)
        context.on("weberror", self._broke)
        context.on("request", lambda request: self._went(request.url))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._faults.append(f"console: {message.text} {message.location.get('url', '')}")

    def _broke(self, error: WebError) -> None:
        self._faults.append(f"page error: {error.error}")

    def _went(self, url: str) -> None:
        if not url.startswith(self._ours):
            self._faults.append(f"request outside the origin: {url}")

    def faults(self) -> list[str]:
        """What happened and was not expected."""
        return [
            fault
            for fault in self._faults
            if not any(re.search(pattern, fault) for pattern in self.expected)
        ]


class Frames:
    """The frames that a page gets and sends over its websockets, oldest first."""

    def __init__(self, page: Page) -> None:
        self.got: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.got.append(json.loads(data)))
        socket.on("framesent", lambda data: self.sent.append(json.loads(data)))

    def of(self, kind: str, call: str = "") -> list[dict[str, Any]]:
        """What came of this kind (``pop``, ``popend`` ...), of one call if one is named."""
        return [f for f in self.got if f["t"] == kind and (not call or f.get("id") == call)]

    def acknowledged(self, what: str) -> list[dict[str, Any]]:
        """The acknowledgements (``shown`` or ``opened``) that this page has sent."""
        return [f for f in self.sent if f["t"] == "popack" and f["what"] == what]
