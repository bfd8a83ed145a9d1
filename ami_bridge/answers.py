"""What an action got for an answer, collected until it is complete."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ami_bridge.protocol import Message


class LinkError(Exception):
    """An action got no answer that can be used; the text is a sentence for people."""


class LinkLost(LinkError):
    """The connection was not there or went away. Whether the action was done is not known."""


class NoAnswer(LinkError):
    """The connection stands, but the answer did not come in time."""


@dataclass(frozen=True)
class Answer:
    """The answer to one action: its response and, for lists, the items in order."""

    response: Message
    items: Sequence[Message] = ()
    complete: Message | None = None
    """The event that ended the list (``…Complete``)."""
    action_id: str = ""

    @property
    def ok(self) -> bool:
        """True for Success, Goodbye and the old Follows."""
        return self.response.get("Response").lower() in ("success", "follows", "goodbye")

    @property
    def message(self) -> str:
        """What Asterisk said, e.g. why it refused."""
        return self.response.get("Message")


@dataclass
class OpenAction:
    """An action whose answer is still coming."""

    name: str
    action_id: str
    future: asyncio.Future[Answer]
    max_items: int
    at_response: Callable[[Message], None] | None = None
    """Called in the moment of the response, before any later message of the same chunk."""
    at_item: Callable[[Message], bool] | None = None
    """Called with each item as it comes; True: it has been worked off and need not be kept."""
    response: Message | None = None
    worked_off: int = 0
    items: list[Message] = field(default_factory=list)

    def take(self, message: Message) -> bool:
        """Takes a message that bears our ActionID; True when the answer is complete."""
        if message.name == "Response":
            self.response = message
            if self.at_response is not None:
                self.at_response(message)
            return self._finish(None) if not _opens_a_list(message) else False
        # Of a list of a hundred thousand only the last says that it is one.
        marker = message.get("EventList").lower() if message.mentions("EventList") else ""
        if self.response is not None and (
            marker in ("complete", "cancelled") or message.name.endswith("Complete")
        ):
            return self._finish(message)
        if self.at_item is not None and self.at_item(message):
            self.worked_off += 1
        else:
            self.items.append(message)
        if len(self.items) + self.worked_off > self.max_items:
            self.fail(LinkError(f"{self.name} was answered by more than {self.max_items} items"))
            return True
        return False

    def fail(self, error: LinkError) -> None:
        """Ends the waiting with an error, unless it has ended."""
        if not self.future.done():
            self.future.set_exception(error)

    def _finish(self, complete: Message | None) -> bool:
        if self.response is not None and not self.future.done():
            self.future.set_result(
                Answer(self.response, tuple(self.items), complete, self.action_id)
            )
        return True


def _opens_a_list(response: Message) -> bool:
    if response.get("Response").lower() != "success":
        return False
    if response.get("EventList"):
        return response.get("EventList").lower() == "start"
    # Asterisk 13 forgets the marker here and there; "Command output follows" is no list.
    return "will follow" in response.get("Message").lower()
