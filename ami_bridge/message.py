"""One AMI message: its headers in order, read without regard to case.

Splitting the headers is put off until somebody reads one, since most consumers pass over most
events; the first reading keeps one dict of strings and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct


class Folding(dict[str, str]):
    """Header name as written -> lower case, remembered: header names are few and come often.

    Bounded, because a dialplan may invent header names: 4,096 names of up to 64 characters.
    """

    __slots__ = ()

    def __missing__(self, key: str) -> str:
        folded = key.lower()
        if len(self) < 4096 and len(key) <= 64:
            self[key] = folded
        return folded


class Message(Struct, eq=False, gc=False):
    """One event or response, its headers in order, repeats and empty values kept.

    ``name`` is the value of the first ``Event:`` header, or ``"Response"``; later ``Event:``
    headers (a dialplan can send them by ``UserEvent``) are ordinary headers. Access ignores case.

    It holds nothing but strings, so the garbage collector need not look at it: a roster brings a
    hundred thousand of them at once.
    """

    name: str
    _text: str
    _folding: Folding
    _pairs: Sequence[tuple[str, str]] | None = None
    _first: dict[str, str] | None = None

    @classmethod
    def of(cls, headers: Iterable[tuple[str, str]]) -> Message:
        """Builds a message from its headers, e.g. of a recorded trace.

        Raises ValueError when no header names it.
        """
        pairs = list(headers)
        for key, value in pairs:
            folded = key.lower()
            if folded in ("event", "response"):
                message = cls(value if folded == "event" else "Response", "", Folding())
                message._pairs = pairs
                return message
        raise ValueError("these headers have neither Event nor Response: not an AMI message")

    def get(self, key: str, default: str = "") -> str:
        """The first value of a header; ``default`` when it is absent (empty is not absent)."""
        first = self._first
        if first is None:
            first = self._index()
        return first.get(self._folding[key], default)

    def has(self, key: str) -> bool:
        """True when the header is there, even with an empty value."""
        first = self._first
        if first is None:
            first = self._index()
        return self._folding[key] in first

    def mentions(self, text: str) -> bool:
        """Whether ``text`` stands anywhere in it; quickly told, before a header is looked up."""
        return text in self._text if self._pairs is None else True

    def all(self, key: str) -> list[str]:
        """All values of a header in the order of their coming; empty when it is absent."""
        folding = self._folding
        wanted = folding[key]
        return [value for name, value in self._split() if folding[name] == wanted]

    def items(self) -> Iterator[tuple[str, str]]:
        """Headers as they came: order, case and repeats kept."""
        yield from self._split()

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

    __hash__ = None  # type: ignore[assignment]  # equal by content and lazily filled: no key

    def __repr__(self) -> str:
        return f"Message({self.name!r}, {dict(self.items())!r})"

    def _split(self) -> Sequence[tuple[str, str]]:
        return _split_lines(self._text) if self._pairs is None else self._pairs

    def _index(self) -> dict[str, str]:
        """The first value of each header by its folded name.

        Only this is kept: a dict of strings costs the garbage collector nothing, pairs would.
        """
        folding = self._folding
        first: dict[str, str] = {}
        self._first = first
        if self._pairs is None:
            lines = self._text.split("\r\n")
            # Backwards, so that of repeated headers the first one stays.
            lines.reverse()
            try:
                for line in lines:
                    key, value = line.split(": ", 1)
                    first[folding[key]] = value
            except ValueError:
                first.clear()
            else:
                return first
        for key, value in reversed(self._split()):
            first[folding[key]] = value
        return first


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
