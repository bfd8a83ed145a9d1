"""panoramisk's Manager on a leash.

Engineers who know panoramisk find what they know: ``register_event`` with patterns,
``send_action`` that gives a future of a panoramisk Message. What connects, logs in, pings,
reconnects and re-sends in the original is taken away from it and done by ``AmiLink``.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
from collections.abc import Callable, MutableMapping
from fnmatch import translate
from typing import Any, NoReturn, Protocol

import panoramisk
from panoramisk.message import Message as PanoramiskMessage

from ami_bridge.answers import Answer
from ami_bridge.outgoing import Action
from ami_bridge.protocol import Message

log = logging.getLogger(__name__)

Callback = Callable[[Any, Any], object]
_OWNED = "the AMI connection belongs to AmiLink: use its run() and close()"


class Leash(Protocol):
    """What the manager may ask of its link."""

    def future_of(self, action: Action) -> asyncio.Future[Answer]:
        """Sends an action in a task that the link owns."""
        ...

    def survived(self) -> None:
        """Counts a callback that failed."""
        ...


class GuardedManager(panoramisk.Manager):  # type: ignore[misc]  # panoramisk has no types
    """A Manager without a will of its own; see the module."""

    def __init__(self, leash: Leash, **config: Any) -> None:
        self._leash = leash
        self._matching: dict[str, list[Callback]] = {}
        super().__init__(**config)
        # Its own listener to FullyBooted would send lost actions again.
        self.callbacks.clear()
        self.patterns.clear()

    def register_event(self, pattern: str, callback: Callback | None = None) -> Any:
        """As panoramisk's, for plain functions only; also as a decorator.

        Raises TypeError for a coroutine function: panoramisk starts one task per event, without
        order and without bound. Take events from the inbox where waiting is needed.
        """

        def register(wanted: Callback) -> Callback:
            if inspect.iscoroutinefunction(wanted):
                raise TypeError("an AMI callback must be a plain function: await by the Inbox")
            if not self.callbacks[pattern]:
                self.patterns.append((pattern, re.compile(translate(pattern))))
            self.callbacks[pattern].append(wanted)
            self._matching.clear()
            return wanted

        return register if callback is None else register(callback)

    def dispatch(self, event: Message) -> list[str]:
        """Calls the callbacks of an event one after another; what one raises stops nothing."""
        if not self.patterns:
            return []
        callbacks = self._matching.get(event.name)
        if callbacks is None:
            callbacks = [
                callback
                for pattern, regex in self.patterns
                if regex.match(event.name)
                for callback in self.callbacks[pattern]
            ]
            if len(self._matching) < 4096:
                self._matching[event.name] = callbacks
        if callbacks:
            known = as_panoramisk(event)
            known.manager = self
            for callback in callbacks:
                self._call(callback, known)
        return []

    def send_action(
        self, action: MutableMapping[str, Any], as_list: bool | None = None, **kwargs: Any
    ) -> asyncio.Future[Any]:
        """A future of the response, or of all messages of a list; fails with LinkLost and its kin.

        ``as_list`` True or False forces a list or the response alone.
        """
        wanted = {**action, **kwargs}
        result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def answered(future: asyncio.Future[Answer]) -> None:
            if result.done():
                return
            if future.cancelled():
                result.cancel()
            elif (error := future.exception()) is not None:
                result.set_exception(error)
            else:
                answer = future.result()
                whole = [answer.response, *answer.items]
                whole += [answer.complete] if answer.complete is not None else []
                several = len(whole) > 1 if as_list is None else as_list
                messages = [as_panoramisk(message) for message in whole]
                result.set_result(messages if several else messages[0])

        self._leash.future_of(wanted).add_done_callback(answered)
        return result

    def send_awaiting_actions(self, *_: object) -> None:
        """Nothing waits to be sent again: an action is sent once."""

    def connect(self, *_: object, **__: object) -> NoReturn:
        """Refused: see the module."""
        raise RuntimeError(_OWNED)

    def connection_made(self, f: object) -> NoReturn:
        """Refused: see the module."""
        raise RuntimeError(_OWNED)

    def connection_lost(self, exc: object) -> NoReturn:
        """Refused: see the module."""
        raise RuntimeError(_OWNED)

    def ping(self) -> NoReturn:
        """Refused: see the module."""
        raise RuntimeError(_OWNED)

    def close(self) -> NoReturn:
        """Refused: see the module."""
        raise RuntimeError(_OWNED)

    def run_forever(self, *_: object) -> NoReturn:
        """Refused: see the module."""
        raise RuntimeError(_OWNED)

    @classmethod
    def from_config(cls, *_: object, **__: object) -> NoReturn:
        """Refused: settings are checked by AmiAccount, where 'false' is no true value."""
        raise RuntimeError("AMI settings are made with AmiAccount, not from an ini file")

    def _call(self, callback: Callback, event: PanoramiskMessage) -> None:
        try:
            result = callback(self, event)
            if inspect.iscoroutine(result):
                result.close()
                raise TypeError("an AMI callback gave a coroutine; it was not run")
        except Exception:
            self._leash.survived()
            log.exception("AMI callback %r failed for %s", callback, event.event)


def as_panoramisk(message: Message) -> PanoramiskMessage:
    """The same message as panoramisk's class: repeated headers as a list, values untouched."""
    headers: dict[str, Any] = {}
    names: dict[str, str] = {}
    for key, value in message.items():
        name = names.setdefault(key.lower(), key)
        if name not in headers:
            headers[name] = value
        elif isinstance(headers[name], list):
            headers[name].append(value)
        else:
            headers[name] = [headers[name], value]
    return PanoramiskMessage(headers, "\n".join(message.output))
