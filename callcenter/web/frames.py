"""The websocket's messages: what a page may say, what the server answers, and their bytes.

JSON text frames as the screens specify them. What comes in is decoded into typed values, so a
wrong shape is a sentence with the field's place and never a traceback. What goes out is encoded
once, already wrapped as a websocket text frame, and the same bytes go to every reader.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from .codes import Code

Deltas = list[list[Any]]
"""Changes of one topic: each ``[path..., value]``; absolute values, null removes a map's entry."""

TopicName = Annotated[str, Meta(min_length=1, max_length=300)]
Op = Annotated[str, Meta(min_length=1, max_length=64)]
Id = Annotated[str, Meta(min_length=1, max_length=200)]

MAX_TOPICS = 32
"""Topics in one ``sub``; a page needs three."""

MAX_NOTE = 20_000
"""Letters of one note; the page says so before the server has to."""


class Wanted(Struct, frozen=True):
    """One topic of a ``sub``: with ``seq`` and ``epoch`` of what the page has, if it has any."""

    n: TopicName
    seq: Annotated[int, Meta(ge=0)] | None = None
    epoch: Annotated[str, Meta(max_length=64)] = ""


class Sub(Struct, frozen=True, tag_field="t", tag="sub"):
    """Show me these topics. ``slow`` true: this tab is hidden, one frame per 5 s is enough."""

    topics: Annotated[list[Wanted], Meta(max_length=MAX_TOPICS)] = []
    slow: bool | None = None


class Unsub(Struct, frozen=True, tag_field="t", tag="unsub"):
    """These topics are not looked at any more."""

    topics: Annotated[list[TopicName], Meta(max_length=MAX_TOPICS)]


class Ping(Struct, frozen=True, tag_field="t", tag="ping"):
    """What is your clock? ``c`` is the page's own time and comes back as it is."""

    c: float


class Cmd(Struct, frozen=True, tag_field="t", tag="cmd"):
    """Do this. ``op`` names the wish so that a repetition is harmless; ``base`` is the seq seen."""

    op: Op
    do: Annotated[str, Meta(min_length=1, max_length=64)]
    args: dict[str, Any] = {}
    base: int | None = None


class Note(Struct, frozen=True, tag_field="t", tag="note"):
    """The whole note of a call as it stands on the page, following revision ``rev``."""

    op: Op
    call: Id
    rev: Annotated[int, Meta(ge=0)]
    text: Annotated[str, Meta(max_length=MAX_NOTE)]


class PopAck(Struct, frozen=True, tag_field="t", tag="popack"):
    """A pop was painted, opened or sounded in a tab, ``ms`` after its frame arrived there."""

    id: Id
    what: Literal["shown", "opened", "sounded"]
    ms: Annotated[float, Meta(ge=0, le=3_600_000)] = 0
    tab: Annotated[str, Meta(max_length=64)] = ""


Inbound = Sub | Unsub | Ping | Cmd | Note | PopAck

_decoder: msgspec.json.Decoder[Inbound] = msgspec.json.Decoder(Inbound)
_encoder = msgspec.json.Encoder()


class Misunderstood(Exception):
    """A frame that is no JSON, or JSON of no known shape. ``op`` when it could still be read."""

    def __init__(self, code: Code, message: str, op: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.op = op


class _Op(Struct):
    op: str = ""


def understand(text: str) -> Inbound:
    """The message in ``text``; raises ``Misunderstood`` with a sentence for the page's log."""
    try:
        return _decoder.decode(text)
    except msgspec.ValidationError as error:
        raise Misunderstood(
            Code.BAD_MESSAGE, f"The message has a wrong shape: {error}.", _op_in(text)
        ) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Misunderstood(Code.BAD_JSON, f"The message is not JSON: {error}.") from None


def _op_in(text: str) -> str:
    """The ``op`` of a message that is otherwise wrong, so that its sender hears about it."""
    try:
        return msgspec.json.decode(text, type=_Op).op[:64]
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""


def text_frame(message: object) -> bytes:
    """``message`` as JSON in one unmasked, uncompressed websocket text frame (RFC 6455, 5.2)."""
    payload = _encoder.encode(message)
    size = len(payload)
    if size < 126:
        header = bytes((0x81, size))
    elif size < 65_536:
        header = b"\x81\x7e" + size.to_bytes(2, "big")
    else:
        header = b"\x81\x7f" + size.to_bytes(8, "big")
    return header + payload


def close_frame(code: int, reason: str) -> bytes:
    """A websocket close frame; ``reason`` is cut to what a control frame holds."""
    payload = code.to_bytes(2, "big") + reason.encode()[:123]
    return bytes((0x88, len(payload))) + payload


def snap(topic: str, epoch: str, seq: int, at: int, data: object) -> bytes:
    """A topic's whole state, which replaces what the page has of it."""
    return text_frame({"t": "snap", "n": topic, "epoch": epoch, "seq": seq, "at": at, "d": data})


def delta(topic: str, seq: int, at: int, deltas: Deltas, first: int | None = None) -> bytes:
    """Changes of a topic. ``from`` is there when one frame stands for several (hidden tabs)."""
    message: dict[str, object] = {"t": "d", "n": topic, "seq": seq, "at": at, "d": deltas}
    if first is not None and first != seq:
        message["from"] = first
    return text_frame(message)


def gone(topic: str, code: Code, message: str) -> bytes:
    """The topic is not shown to this page, or not any more."""
    return text_frame({"t": "gone", "n": topic, "code": code, "msg": message})


def refused(op: str, code: Code, message: str) -> bytes:
    """A command was not carried out."""
    return text_frame({"t": "res", "op": op, "ok": False, "code": code, "msg": message})


def complaint(code: Code, message: str) -> bytes:
    """A message that could not be understood, and that named no ``op``."""
    return text_frame({"t": "err", "code": code, "msg": message})


def bye(why: str, retry_ms: int) -> bytes:
    """The server closes this connection; come back after ``retry_ms``."""
    return text_frame({"t": "bye", "why": why, "retry": retry_ms})
