"""Actions become bytes, and what must not be sent is refused before anything is written.

A line break inside a value would begin a header, or a second action, of somebody else's choosing
(a caller's name in an Originate): it is an error here and is never stripped silently. Asterisk
reads at most 1,024 characters a line and 128 headers an action and cuts off the rest unseen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MAX_LINE = 1024
"""Bytes of one line with its CRLF, by Asterisk's input buffer."""
MAX_HEADERS = 128

Value = str | int | Sequence[str]
Action = Mapping[str, Value]


def encode(action: Action, action_id: str) -> bytes:
    """The bytes of an action with our ActionID.

    A sequence of values becomes a repeated header. ``Action`` goes first, whatever the order.
    Raises ValueError for a missing Action, for CR, LF or NUL anywhere, for a key with a colon or
    blank, and beyond Asterisk's limits.
    """
    headers: list[tuple[str, str]] = []
    name = ""
    for key, value in action.items():
        _check_key(key)
        values = [value] if isinstance(value, str | int) else list(value)
        for one in values:
            text = str(one)
            _check_value(key, text)
            folded = key.lower()
            if folded == "action":
                if name:
                    raise ValueError("an AMI action has two Action headers; send them one by one")
                name = text
            elif folded != "actionid":  # ours is the one that finds the answer
                headers.append((key, text))
    if not name:
        raise ValueError("an AMI action needs the header Action")
    lines = [f"{key}: {text}\r\n" for key, text in [("Action", name), ("ActionID", action_id)]]
    lines += [f"{key}: {text}\r\n" for key, text in headers]
    if len(lines) > MAX_HEADERS:
        raise ValueError(
            f"AMI action {name} has {len(lines)} headers; Asterisk reads {MAX_HEADERS}"
        )
    encoded = [line.encode() for line in lines]
    for line, raw in zip(lines, encoded, strict=True):
        if len(raw) > MAX_LINE:
            key = line.partition(":")[0][:40]
            raise ValueError(
                f"header {key} of AMI action {name} has {len(raw)} bytes; Asterisk reads {MAX_LINE}"
            )
    return b"".join(encoded) + b"\r\n"


def _check_key(key: str) -> None:
    if not key or not key.isascii() or any(c <= " " or c in ":\x7f" for c in key):
        raise ValueError(f"{key!r} cannot be the name of an AMI header")


def _check_value(key: str, text: str) -> None:
    if "\r" in text or "\n" in text or "\0" in text:
        raise ValueError(
            f"the value of AMI header {key} holds a line break or NUL: it would inject headers"
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"the value of AMI header {key} is no valid text") from None
