"""Facts to JSON and back. The journal and the bus carry exactly these bytes."""

from __future__ import annotations

import msgspec

from .facts import AnyFact, CallsImported
from .model import CallRecord

_encoder = msgspec.json.Encoder()
_record_decoder: msgspec.json.Decoder[CallRecord] = msgspec.json.Decoder(CallRecord)
_decoder: msgspec.json.Decoder[AnyFact] = msgspec.json.Decoder(AnyFact)

VERSION = 1
"""Version of the facts' shapes; rises when a reader of the old shapes would go wrong."""


def dumps(fact: AnyFact) -> bytes:
    """The fact as one JSON object with its ``kind``."""
    return _encoder.encode(fact)


def loads(data: bytes | str) -> AnyFact:
    """The fact in ``data``.

    Raises ``msgspec.ValidationError`` when it is no fact of this version.
    """
    return _decoder.decode(data)


def written(records: list[CallRecord]) -> tuple[msgspec.Raw, ...]:
    """The JSON of each, made once for the journal and the call log."""
    # No JSON has a newline in it: in a text it is written as two characters.
    texts = _encoder.encode_lines(records).split(b"\n")
    return tuple(map(msgspec.Raw, texts[: len(records)]))


def records_of(fact: CallsImported) -> list[CallRecord]:
    """The calls of an imported portion.

    Raises ``msgspec.ValidationError`` when there is something else in it.
    """
    decode = _record_decoder.decode
    return [decode(raw) for raw in fact.calls]
