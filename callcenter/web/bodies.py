"""Reading what a request carries and writing what is answered, typed on both sides.

A wrong type is a 400 that names the field or the parameter; instants are RFC 3339 UTC with
milliseconds in JSON and epoch milliseconds inside.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeVar, get_args

import msgspec
from aiohttp import web

from .codes import Code, Refusal

T = TypeVar("T")
MAX_BODY = 256 * 1024
_encoder = msgspec.json.Encoder()


async def body_of(request: web.Request, shape: type[T]) -> T:
    """The request's JSON body as ``shape``; raises ``Refusal``."""
    if request.content_type != "application/json":
        raise Refusal(
            Code.WRONG_TYPE,
            f"The body is {request.content_type}; send JSON with Content-Type: application/json.",
        )
    data = await request.read()
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise Refusal(Code.BAD_VALUE, f"The body has a wrong value: {error}.") from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refusal(Code.BAD_JSON, f"The body is not JSON: {error}.") from None


def answer(value: object, status: int = 200) -> web.Response:
    """``value`` as a JSON answer."""
    return web.Response(body=_encoder.encode(value), status=status, content_type="application/json")


def instant(ms: int) -> str:
    """Epoch ms as RFC 3339 UTC with milliseconds: ``2026-11-22T10:31:10.250Z``."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def instant_or_none(ms: int | None) -> str | None:
    """As ``instant``; None stays None."""
    return None if ms is None else instant(ms)


def ms_of(text: str, where: str) -> int:
    """Epoch ms of an RFC 3339 instant; ``where`` names the parameter in the refusal."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError("no zone")
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Refusal(
            Code.BAD_VALUE,
            f"{where} is {text[:40]!r}; write an instant with its zone, "
            "such as 2026-11-22T10:31:10Z.",
        ) from None


class Query:
    """The parameters of a URL, read with their names in every refusal."""

    def __init__(self, request: web.Request) -> None:
        self._given = request.rel_url.query

    def known(self, *names: str) -> None:
        """Refuses parameters that do not exist: a filter misspelt must not filter nothing."""
        for name in self._given:
            if name not in names:
                raise Refusal(
                    Code.BAD_VALUE,
                    f"There is no parameter {name[:40]!r}; there are {', '.join(names)}.",
                )

    def text(self, name: str, most: int = 200) -> str:
        """The text of a parameter, empty when it is not given."""
        text = self._given.get(name, "")
        if len(text) > most:
            raise Refusal(Code.BAD_VALUE, f"{name} is longer than {most} characters.")
        return text

    def texts(self, name: str, most: int = 200) -> tuple[str, ...]:
        """A parameter given several times, or with commas."""
        parts = [part.strip() for text in self._given.getall(name, []) for part in text.split(",")]
        if len(parts) > most:
            raise Refusal(Code.BAD_VALUE, f"{name} has more than {most} values.")
        return tuple(part for part in parts if part)

    def number(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds, None when it is not given."""
        text = self._given.get(name)
        if text is None or text == "":
            return None
        if len(text) <= 20 and text.isascii() and text.lstrip("-").isdigit():
            value = int(text)
            if least <= value <= most:
                return value
        raise Refusal(
            Code.BAD_VALUE, f"{name} is {text[:40]!r}; it is a whole number, {least} to {most}."
        )

    def instant(self, name: str) -> int | None:
        """Epoch ms of an instant, None when it is not given."""
        text = self._given.get(name, "")
        # In a URL a plus that was not encoded has become a space.
        return ms_of(text.replace(" ", "+"), name) if text else None

    def choice(self, name: str, literal: object) -> str:
        """One of a ``Literal``'s values, empty when it is not given."""
        text = self._given.get(name, "")
        choices = get_args(literal)
        if text and text not in choices:
            raise Refusal(
                Code.BAD_VALUE, f"{name} is {text[:40]!r}; it is one of {', '.join(choices)}."
            )
        return text
