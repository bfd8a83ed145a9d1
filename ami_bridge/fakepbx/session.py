"""One AMI connection: lines in, answers and events out, no thread and no task of its own.

Asterisk closes a session that does not take an event within its ``writetimeout``; here the
measure is what waits unsent: above ``buffer_limit`` bytes the connection is cut in the middle of
whatever was being sent, as it happens in life.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable

from .events import Event

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
LINE_LIMIT = 1024
HEADER_LIMIT = 128
"""Asterisk's limits on what a client may send: characters a line, headers an action."""

READ = frozenset(("system", "call", "agent", "user", "dialplan", "reporting"))

Pairs = Iterable[tuple[str, str]]


class Action:
    """What a client asked, its headers by lower-case name; the first of a repeated one counts."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._headers: dict[str, str] = {}
        for line in lines:
            key, colon, value = line.partition(":")
            if colon:
                self._headers.setdefault(key.strip().lower(), value.strip())

    def get(self, key: str) -> str:
        """The header's value, or an empty string."""
        return self._headers.get(key.lower(), "")

    @property
    def name(self) -> str:
        """The action's name in lower case."""
        return self.get("Action").lower()

    @property
    def id(self) -> tuple[tuple[str, str], ...]:
        """The ActionID header to be repeated in answers, if there was one."""
        return (("ActionID", self.get("ActionID")),) if self.get("ActionID") else ()


class Session(asyncio.Protocol):
    """A client: signed in or not yet, with its event mask and filters."""

    def __init__(
        self,
        account: tuple[str, str],
        perform: Callable[[Session, Action], None],
        welcome: Callable[[Session], None],
        gone: Callable[[Session], None],
        buffer_limit: int,
        refused: bool = False,
    ) -> None:
        self._account = account
        self._perform = perform
        self._welcome = welcome
        self._gone = gone
        self._buffer_limit = buffer_limit
        self._transport: asyncio.Transport | None = None
        self._input = bytearray()
        self._challenge = ""
        self._mask: frozenset[str] = READ
        self._include: list[re.Pattern[str]] = []
        self._exclude: list[re.Pattern[str]] = []
        self.signed_in = False
        self.cut = False
        self._refused = refused

    # -- asyncio ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets, or ends it at once when nobody is let in."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._refused:
            transport.abort()
        else:
            transport.write(BANNER)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forgets the session."""
        self._transport = None
        self._gone(self)

    def data_received(self, data: bytes) -> None:
        """Cuts actions at their empty lines; what breaks Asterisk's limits ends the session."""
        self._input += data
        while (end := re.search(rb"\r?\n\r?\n", self._input)) is not None:
            text = bytes(self._input[: end.start()]).decode("utf-8", "replace")
            del self._input[: end.end()]
            lines = text.replace("\r\n", "\n").split("\n")
            if len(lines) > HEADER_LIMIT or any(len(line) > LINE_LIMIT for line in lines):
                self.close()
                return
            self._take(Action(lines))
        if len(self._input) > LINE_LIMIT * HEADER_LIMIT:
            self.close()

    # -- out ----------------------------------------------------------------------------------

    def send(self, *headers: tuple[str, str]) -> None:
        """One message."""
        self.write("".join(f"{key}: {value}\r\n" for key, value in headers) + "\r\n")

    def write(self, text: str) -> None:
        """Text as it is; a client that does not read is cut off."""
        if self._transport is None or self.cut:
            return
        self._transport.write(text.encode())
        if self._transport.get_write_buffer_size() > self._buffer_limit:
            self.cut = True
            self._transport.abort()

    def success(self, action: Action, message: str = "", *more: tuple[str, str]) -> None:
        """Response: Success."""
        said = (("Message", message),) if message else ()
        self.send(("Response", "Success"), *action.id, *said, *more)

    def error(self, action: Action, message: str) -> None:
        """Response: Error."""
        self.send(("Response", "Error"), *action.id, ("Message", message))

    def list(self, action: Action, message: str, items: Iterable[Pairs], end: str) -> None:
        """A list: the start, its items with the ActionID, and the end with their number."""
        self.success_list(action, message)
        count = 0
        for item in items:
            name, *body = item
            self.send(name, *action.id, *body)
            count += 1
        self.send_end(action, end, count)

    def success_list(self, action: Action, message: str) -> None:
        """The answer before a list."""
        self.send(("Response", "Success"), *action.id, ("EventList", "start"), ("Message", message))

    def send_end(self, action: Action, name: str, count: int) -> None:
        """The event after a list."""
        self.send(("Event", name), *action.id, ("EventList", "Complete"), ("ListItems", str(count)))

    def tell(self, event: Event, text: str) -> None:
        """An event of the PBX, if this session may and wants to see it; ``text`` is rendered."""
        if not self.signed_in or event.klass not in self._mask:
            return
        if self._include and not any(pattern.search(text) for pattern in self._include):
            return
        if any(pattern.search(text) for pattern in self._exclude):
            return
        self.write(text)

    def close(self) -> None:
        """Ends the connection after what is written."""
        if self._transport is not None:
            self._transport.close()

    # -- in -----------------------------------------------------------------------------------

    def _take(self, action: Action) -> None:
        if action.name == "challenge":
            self._challenge = str(secrets.randbelow(10**9))
            if action.get("AuthType").upper() != "MD5":
                self.error(action, "Must specify AuthType")
                return
            self.send(("Response", "Success"), *action.id, ("Challenge", self._challenge))
        elif action.name == "login":
            self._log_in(action)
        elif action.name == "logoff":
            self.send(("Response", "Goodbye"), *action.id, ("Message", "Thanks for all the fish."))
            self.close()
        elif not action.name:
            self.error(action, "Missing action in request")
        elif not self.signed_in:
            self.error(action, "Permission denied")
        elif action.name == "events":
            self._set_mask(action)
        elif action.name == "filter":
            self._filter(action)
        else:
            self._perform(self, action)

    def _log_in(self, action: Action) -> None:
        username, secret = self._account
        if action.get("AuthType").upper() == "MD5":
            # MD5 is what the protocol prescribes; it protects nothing but the wire.
            wanted = hashlib.md5((self._challenge + secret).encode()).hexdigest()
            right = bool(self._challenge) and hmac.compare_digest(wanted, action.get("Key").lower())
        else:
            right = hmac.compare_digest(secret.encode(), action.get("Secret").encode())
        if not right or action.get("Username") != username:
            self.error(action, "Authentication failed")
            self.close()
            return
        self.signed_in = True
        if action.get("Events"):
            self._mask = self._mask_of(action.get("Events"))
        self.success(action, "Authentication accepted")
        if "system" in self._mask:
            self._welcome(self)

    @staticmethod
    def _mask_of(text: str) -> frozenset[str]:
        if text.lower() in ("on", "yes", "true", "all", "1"):
            return READ
        return READ & frozenset(part.strip().lower() for part in text.split(","))

    def _set_mask(self, action: Action) -> None:
        self._mask = self._mask_of(action.get("EventMask"))
        self.send(("Response", "Success"), *action.id, ("Events", "On" if self._mask else "Off"))

    def _filter(self, action: Action) -> None:
        """Legacy filters: a regular expression on the whole event, with ``!`` an exclusion."""
        text = action.get("Filter")
        if action.get("Operation").lower() != "add" or not text:
            self.error(action, "Unknown operation: this PBX knows Operation: Add with a Filter")
            return
        try:
            pattern = re.compile(text.removeprefix("!"), re.MULTILINE)
        except re.error:
            self.error(action, "Filter did not compile")
            return
        (self._exclude if text.startswith("!") else self._include).append(pattern)
        self.success(action, "Filter added successfully")
