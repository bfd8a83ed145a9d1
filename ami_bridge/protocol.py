"""AMI bytes become messages.

Asterisk writes ``Key: value`` lines ended by CRLF (one list item of ``Agents`` ends a line by LF
alone), and an empty line ends a message. This file cuts the byte stream at those empty lines and
touches nothing that runs: no socket, no clock, no callback. Whatever the chunks look like, the
messages are the same; whatever the bytes are, ``feed`` never raises and never takes more than
linear time.

What costs is put off: ``feed`` decodes a chunk once and names each message; the headers of a
message are split when somebody reads the first one, since most consumers pass over most events.
"""

from __future__ import annotations

import re

from ami_bridge.message import Message

__all__ = ["DEFAULT_LIMIT", "Message", "Parser"]

DEFAULT_LIMIT = 1 << 20
"""Bytes of one message beyond which it is discarded. Asterisk's largest are some ten kB."""

_BANNER = b"Asterisk Call Manager/"
_BANNER_LIMIT = 256
_FOLLOWS = b"Response: Follows"
_END = re.compile(rb"\n\r?\n")
_COMMAND_END = re.compile(rb"--END COMMAND--\r?\n\r?\n")
_COMMAND_MARK = "--END COMMAND--"
_BLANK = re.compile(rb"(?:\r?\n)*")
_NAMING = re.compile(r"^(event|response):[ ]?(.*?)\r?$", re.IGNORECASE | re.MULTILINE)
_COMMAND_HEADERS = ("response", "privilege", "actionid")
# The longest things that may stand unfinished at the end of a chunk: an empty line ("\n\r\n")
# and the mark of a finished command with its empty line.
_END_OVERLAP = 2
_COMMAND_OVERLAP = len(_COMMAND_MARK) + 3


class Parser:
    """Cuts a stream of AMI bytes into messages; one parser for one connection.

    ``limit`` is the most bytes a message may have. ``greeting`` says that the stream begins with
    the banner line of a connection, which then stands in ``banner`` (None until it came, empty
    when the peer began with something else).

    Counters: ``garbage`` (blocks and stray lines that are no AMI), ``damaged`` (places where bytes
    were no UTF-8 and are now U+FFFD), ``oversized`` (messages thrown away at the limit).
    """

    def __init__(self, limit: int = DEFAULT_LIMIT, greeting: bool = True) -> None:
        self.limit = limit
        self.banner: str | None = None if greeting else ""
        self.garbage = 0
        self.damaged = 0
        self.oversized = 0
        self._pending = bytearray()
        self._skipping = False
        self._in_command = False

    def feed(self, data: bytes) -> list[Message]:
        """Takes the next bytes; returns the messages that they complete, in order."""
        pending = self._pending
        if b"\n" not in data and len(data) > 1:
            # Nothing ends or begins to end here, so a flood costs hardly more than its copying.
            if self._skipping:
                if pending:
                    pending.clear()
                return []
            if self.banner is not None and len(pending) + len(data) < self.limit:
                pending += data
                return []
        seen = len(pending)
        pending += data
        if self.banner is None:
            return self._scan(0) if self._greeted() else []
        if self._skipping or self._in_command:
            return self._scan(seen)
        end = _last_end(pending, seen)
        if end > self.limit or len(pending) - end >= self.limit:
            return self._scan(0)
        if not end:
            return []
        with memoryview(pending) as view:
            whole = bytes(view[:end])
        if _FOLLOWS in whole:
            return self._scan(0)
        del pending[:end]
        return self._decode(whole)

    def _greeted(self) -> bool:
        """Takes the banner line off; False while it cannot be known yet."""
        pending = self._pending
        if not pending.startswith(_BANNER[: len(pending)]):
            self.banner = ""
            return True
        end = pending.find(b"\n", 0, _BANNER_LIMIT)
        if end < 0:
            if len(pending) < _BANNER_LIMIT:
                return False
            self.banner = ""
            return True
        self.banner = bytes(pending[:end]).decode("utf-8", "replace").rstrip("\r")
        del pending[: end + 1]
        return True

    def _decode(self, whole: bytes) -> list[Message]:
        """Messages of a piece that ends with an empty line and holds no old command output."""
        text = self._text(whole)
        messages: list[Message] = []
        append = messages.append
        for block in text[:-4].split("\r\n\r\n"):
            # The common case first, without a call: this loop is the price of every event.
            if block.startswith("Event: "):
                end = block.find("\r\n")
                append(Message(block[7:] if end < 0 else block[7:end], block))
            else:
                message = self._unusual(block)
                if message is not None:
                    append(message)
        return messages

    def _unusual(self, block: str) -> Message | None:
        """A response, an event that begins otherwise, an empty line too many, or garbage."""
        # One empty line too many stays at most: the cut takes them in pairs.
        block = block.removeprefix("\r\n").removesuffix("\r\n")
        if not block:
            return None
        naming = _NAMING.search(block)
        if naming is None:
            self.garbage += 1
            return None
        if naming.start():
            before = block[: naming.start()].split("\r\n")
            self.garbage += sum(1 for line in before if line and ":" not in line)
        name = naming[2] if naming[1].lower() == "event" else "Response"
        # A line's end before the first header as well: so each is found alike.
        return Message(name, f"\r\n{block}")

    def _scan(self, seen: int) -> list[Message]:
        """The exact way, block by block: commands of the old form, limits, resynchronising.

        The first ``seen`` bytes of what is pending were searched before and need no second look,
        so that a message coming in a million pieces costs no more than in one.
        """
        pending = self._pending
        messages: list[Message] = []
        start = 0
        while True:
            if self._skipping:
                found = _END.search(pending, max(start, seen - _END_OVERLAP))
                if found is None:
                    del pending[: max(start, len(pending) - _END_OVERLAP)]
                    return messages
                self._skipping = False
                start = found.end()
                seen = start
            blank = _BLANK.match(pending, start)
            if blank is not None:
                start = blank.end()
            command = pending.startswith(_FOLLOWS, start)
            overlap = _COMMAND_OVERLAP if command else _END_OVERLAP
            pattern = _COMMAND_END if command else _END
            found = pattern.search(pending, max(start, seen - overlap))
            # Unfinished at the limit is as good as beyond it: its end is one byte away at least.
            if (len(pending) + 1 if found is None else found.end()) - start > self.limit:
                self.oversized += 1
                self._skipping = True
                start += self.limit
                seen = 0
                continue
            self._in_command = command and found is None
            if found is None:
                del pending[:start]
                return messages
            block = bytes(pending[start : found.end()])
            messages += [self._command(block)] if command else self._decode(block)
            start = found.end()
            seen = start

    def _command(self, block: bytes) -> Message:
        """``Response: Follows``: a few headers, then free text up to ``--END COMMAND--``.

        Asterisk before 14. The text becomes ``Output`` headers, as later versions send it, so a
        reader knows one form; empty lines and lines that look like headers stay text.
        """
        text = self._text(block)
        body = text[: text.rindex(_COMMAND_MARK)]
        lines = body.removesuffix("\r\n").split("\r\n")
        pairs: list[tuple[str, str]] = []
        headers = list(_COMMAND_HEADERS)
        at = 0
        for line in lines:
            key, colon, value = line.partition(":")
            if not colon or key.lower() not in headers:
                break
            headers.remove(key.lower())
            pairs.append((key, value.removeprefix(" ")))
            at += 1
        pairs += [("Output", line) for line in lines[at:]]
        return Message.of(pairs)

    def _text(self, whole: bytes) -> str:
        """Decoded, every line ended by CRLF whatever it was ended by."""
        try:
            text = str(whole, "utf-8")
        except UnicodeDecodeError:
            text = str(whole, "utf-8", "replace")
            self.damaged += text.count("\ufffd") - whole.count(b"\xef\xbf\xbd")
        if text.count("\n") != text.count("\r\n"):
            text = text.replace("\r\n", "\n").replace("\n", "\r\n")
        return text


def _last_end(data: bytes | bytearray, seen: int) -> int:
    """Where the last empty line ends, 0 when there is none behind the first ``seen`` bytes."""
    start = max(0, seen - _END_OVERLAP)
    crlf = data.rfind(b"\n\r\n", start) + 3
    if crlf < 3:
        crlf = 0
    bare = data.rfind(b"\n\n", max(start, crlf - 1)) + 2
    return max(crlf, bare) if bare >= 2 else crlf
