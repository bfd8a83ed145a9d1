"""What goes around every request: errors become sentences, answers get their security headers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from ..ports.errors import StoreUnavailable
from .bodies import MAX_BODY, answer
from .codes import Code, Refusal
from .metrics import BoardCollector
from .pages import CACHED_FOR

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; object-src 'none'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere, and no framing."""

SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class Guard:
    """The only middleware."""

    def __init__(self, collector: BoardCollector) -> None:
        self._collector = collector

    def middleware(self) -> Middleware:
        """For ``web.Application(middlewares=[...])``."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await self._answered(request, handler)
            self._count(request.method, response.status)
            return response

        return guard

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return _refused(refusal)
        except web.HTTPRequestEntityTooLarge:
            text = f"The body is larger than {MAX_BODY} bytes; send less at once."
            return _refused(Refusal(Code.TOO_LARGE, text))
        except web.HTTPMethodNotAllowed as error:
            allowed = ", ".join(sorted(error.allowed_methods))
            text = f"{request.method[:20]} is not possible here; possible are {allowed}."
            return _refused(Refusal(Code.WRONG_METHOD, text, {"Allow": allowed}))
        except web.HTTPNotFound:
            text = f"There is nothing at {request.path[:120]}; look whether the address is right."
            return _refused(Refusal(Code.NOT_FOUND, text))
        except web.HTTPForbidden:
            return _refused(Refusal(Code.FORBIDDEN, "This file is not shown."))
        except web.HTTPException as error:
            # What aiohttp itself answers (a wrong range, a redirect of a folder).
            return error
        except StoreUnavailable as error:
            return _refused(Refusal(Code.OFFLINE, error.sentence, {"Retry-After": "5"}))
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            text = "Something went wrong here; it is in the server's log. Try again."
            return _refused(Refusal(Code.INTERNAL, text))

    def _count(self, method: str, status: int) -> None:
        key = (method if method in METHODS else "other", str(status))
        counts = self._collector.http_requests
        counts[key] = counts.get(key, 0) + 1


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    """The signal ``on_response_prepare``: headers of every answer, files included."""
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        path = request.path
        kept = next((v for prefix, v in CACHED_FOR.items() if path.startswith(prefix)), "")
        static = "no-cache" if path.startswith("/static/") else "no-store"
        response.headers["Cache-Control"] = kept or static
    response.headers.popall("Server", None)


def _refused(refusal: Refusal) -> web.Response:
    response = answer(refusal.body(), refusal.status)
    response.headers.update(refusal.headers)
    return response
