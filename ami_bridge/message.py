"""One AMI message: its headers in order, read without regard to case.

Nothing is split or indexed beforehand: most consumers pass over most events, and who reads one
reads a third of its headers, each of which is found in the text in less time than a dict of all
of them takes to fill.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct


class Message(Struct, eq=False, gc=False):
    """One event or response, its headers in order, repeats and empty values kept.

    ``name`` is the value of the first ``Event:`` header, or ``"Response"``; later ``Event:``
    headers (a dialplan can send them by ``UserEvent``) are ordinary headers. Access ignores case.

    It holds nothing but strings, so the garbage collector need not look at it: a roster brings a
    hundred thousand of them at once.
    """

    name: str
    _text: str
    _pairs: Sequence[tuple[str, str]] | None = None

    @classmethod
    def of(cls, headers: Iterable[tuple[str, str]]) -> Message:
        """Builds a message from its headers, e.g. of a recorded trace.

        Raises ValueError when no header names it.
        """
        pairs = list(headers)
        for key, value in pairs:
            folded = key.lower()
            if folded in ("event", "response"):
                return cls(value if folded == "event" else "Response", "", pairs)
        raise ValueError("these headers have neither Event nor Response: not an AMI message")

    def get(self, key: str, default: str = "") -> str:
        """The first value of a header; ``default`` when it is absent (empty is not absent).

        One that is spelled as asked comes before one that differs in case: what a dialplan adds
        to an event does not hide what Asterisk says in it.
        """
        text = self._text
        at = text.find(f"\r\n{key}: ")
        # Before the first header, which is nearly always ``Event``, stands no line's end.
        if at < 0 or key == "Event":
            return self._seek(key, default)
        at += len(key) + 4
        end = text.find("\r\n", at)
        return text[at:] if end < 0 else text[at:end]

    def has(self, key: str) -> bool:
        """True when the header is there, even with an empty value."""
        return bool(self.all(key))

    def mentions(self, text: str) -> bool:
        """Whether ``text`` stands anywhere in it; quickly told, before a header is looked up."""
        return text in self._text if self._pairs is None else True

    def match(self, headers: re.Pattern[str]) -> re.Match[str] | None:
        """Where these headers stand in it, one after the other, as Asterisk wrote them: for a list
        of a hundred thousand alike. None says nothing: the headers may be there otherwise."""
        return None if self._pairs is not None else headers.search(self._text)

    def all(self, key: str) -> list[str]:
        """All values of a header in the order of their coming; empty when it is absent."""
        wanted = key.lower()
        return [value for name, value in self._split() if name.lower() == wanted]

    def items(self) -> Iterator[tuple[str, str]]:
        """Headers as they came: order, case and repeats kept."""
        yield from self._split()

    def headers(self) -> dict[str, str]:
        """The first value of each header, by the name as it is spelled here: for who reads most of
        them."""
        if self._pairs is None:
            lines = self._text.split("\r\n")
            # Backwards, so that of repeated headers the first one stays.
            lines.reverse()
            try:
                return dict([line.split(": ", 1) for line in lines])
            except ValueError:
                pass  # a line of another form
        return dict(reversed(self._split()))

    @property
    def action_id(self) -> str:
        """The ActionID, or an empty string."""
        return self.get("ActionID")

    @property
    def output(self) -> list[str]:
        """The lines a command printed (both the old form of ``Follows`` and ``Output:``)."""
        return self.all("Output")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self.name == other.name and list(self.items()) == list(other.items())

    def __repr__(self) -> str:
        return f"Message({self.name!r}, {dict(self.items())!r})"

    def _seek(self, key: str, default: str) -> str:
        """``get`` of what does not stand in the text as asked: absent, as a rule; or the very first
        header, or one spelled otherwise; or the headers came split."""
        wanted = key.lower()
        if self._pairs is None and f"\n{wanted}:" not in self._text.lower() and wanted != "event":
            return default
        otherwise: str | None = None
        for name, value in self._split():
            if name == key:
                return value
            if otherwise is None and name.lower() == wanted:
                otherwise = value
        return default if otherwise is None else otherwise

    def _split(self) -> Sequence[tuple[str, str]]:
        return _split_lines(self._text) if self._pairs is None else self._pairs


def _split_lines(text: str) -> list[tuple[str, str]]:
    """Headers of a block: at the first ``": "``, else at the first colon; other lines are none."""
    pairs: list[tuple[str, str]] = []
    for line in text.split("\r\n"):
        key, colon, value = line.partition(": ")
        if not colon:
            key, colon, value = line.partition(":")
        if colon:
            pairs.append((key, value))
    return pairs
