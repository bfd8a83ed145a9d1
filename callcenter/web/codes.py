"""What can be refused, as a closed list: the code a program reads, and the sentence a person reads.

Every refusal of the HTTP API is ``{"error": {"code", "message"}}``, every refusal on the websocket
carries the same ``code`` with ``msg``. The sentence says what is wrong, where, and what to do.
A new code is an addition to the API and belongs in the documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class Code(StrEnum):
    """Every code this server ever answers with."""

    BAD_JSON = "bad_json"
    BAD_MESSAGE = "bad_message"
    BAD_VALUE = "bad_value"
    UNKNOWN_TOPIC = "unknown_topic"
    SIGN_IN = "sign_in"
    WRONG_PASSWORD = "wrong_password"
    THROTTLED = "throttled"
    FORBIDDEN = "forbidden"
    WRONG_ORIGIN = "wrong_origin"
    NOT_FOUND = "not_found"
    WRONG_METHOD = "wrong_method"
    WRONG_TYPE = "wrong_type"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    CONFLICT = "conflict"
    OFFLINE = "offline"
    ON_CALL = "on_call"
    STALE = "stale"
    NO_ACTIONS = "no_actions"
    TOO_SLOW = "too_slow"
    INTERNAL = "internal"


STATUS: Mapping[Code, int] = {
    Code.BAD_JSON: 400,
    Code.BAD_MESSAGE: 400,
    Code.BAD_VALUE: 400,
    Code.UNKNOWN_TOPIC: 404,
    Code.SIGN_IN: 401,
    Code.WRONG_PASSWORD: 401,
    Code.THROTTLED: 429,
    Code.FORBIDDEN: 403,
    Code.WRONG_ORIGIN: 403,
    Code.NOT_FOUND: 404,
    Code.WRONG_METHOD: 405,
    Code.WRONG_TYPE: 415,
    Code.TOO_LARGE: 413,
    Code.TOO_MANY: 503,
    Code.CONFLICT: 409,
    Code.OFFLINE: 503,
    Code.ON_CALL: 409,
    Code.STALE: 409,
    Code.NO_ACTIONS: 409,
    Code.TOO_SLOW: 504,
    Code.INTERNAL: 500,
}
"""The HTTP status that goes with each code."""


class ErrorText(Struct, frozen=True):
    """The inside of an error body: ``code`` for programs, ``message`` for people."""

    code: Code
    message: str


class ErrorBody(Struct, frozen=True):
    """The body of every refusal of the HTTP API."""

    error: ErrorText


class Refusal(Exception):
    """A request cannot be fulfilled, and this is why.

    ``headers`` are added to the answer (``Retry-After``, ``Allow``).
    """

    def __init__(self, code: Code, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of this refusal."""
        return STATUS[self.code]

    def body(self) -> ErrorBody:
        """What the HTTP API answers."""
        return ErrorBody(ErrorText(self.code, self.message))


def code_of(name: str) -> Code:
    """The code called ``name``; a name outside the list is a fault of ours: ``internal``."""
    try:
        return Code(name)
    except ValueError:
        return Code.INTERNAL
