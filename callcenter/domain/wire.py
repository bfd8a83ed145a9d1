"""Facts to JSON and back. The journal and the bus carry exactly these bytes."""

from __future__ import annotations

import msgspec

from .facts import AnyFact

_encoder = msgspec.json.Encoder()
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
