"""For the machine that watches us: alive, and able to work. Open to anybody, so little is said."""

from __future__ import annotations

from aiohttp import web
from msgspec import Struct

from .asks import Readiness
from .bodies import answer
from .operations import Operation


class Alive(Struct, frozen=True):
    """The process answers."""

    status: str = "alive"


class Ready(Struct, frozen=True):
    """Whether the service can do its work, and why not."""

    ready: bool
    reasons: list[str]


class Health:
    """``/health`` and ``/ready``."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness

    def operations(self) -> list[Operation]:
        """The routes of this room."""
        return [
            Operation(
                method="GET",
                path="/health",
                summary="The process is alive.",
                open_handler=self.health,
                answer=Alive,
            ),
            Operation(
                method="GET",
                path="/ready",
                summary="AMI is logged in and the journal can be written; 503 and why not.",
                open_handler=self.ready,
                answer=Ready,
            ),
        ]

    async def health(self, request: web.Request) -> web.StreamResponse:
        """GET /health"""
        return answer(Alive())

    async def ready(self, request: web.Request) -> web.StreamResponse:
        """GET /ready"""
        ready, reasons = self._readiness.ready()
        return answer(Ready(ready, reasons), 200 if ready else 503)
