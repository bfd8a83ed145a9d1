"""The websocket behind ``callcenter watch``: keeps a copy of the board, through reconnects."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    WebSocketException,
)

from callcenter.cli.board_view import State, changed
from callcenter.ports.clock import Clock

TOPIC = "wall:main"
FIRST_S, LONGEST_S = 0.5, 10.0
OPEN_S = 10.0
REVOKED = 4001
MOST_BYTES = 16 << 20


class Refused(Exception):
    """The service will not show us the board; the message says why and what to do."""


class Unreachable(Exception):
    """Nothing can be had from the service now; the message says why."""


def websocket_url(address: str) -> str:
    """``ws(s)://…/ws`` from the service's address. Raises ValueError with a sentence."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{address!r} is no address: {error}.") from None
    schemes = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
    if (
        parts.scheme not in schemes
        or not parts.hostname
        or parts.path.rstrip("/") not in ("", "/ws")
    ):
        raise ValueError(
            f"{address!r} is no address of the service; expected one such as http://127.0.0.1:8080."
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{schemes[parts.scheme]}://{host}{f':{port}' if port else ''}/ws"


class Board:
    """The board as it was told last. ``stale`` is empty while it is live, else why it is not."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_ms = 0
        self._seq: int | None = None
        self._epoch = ""
        self.state: State | None = None
        self.zone = "UTC"
        self.site = ""
        self.beat_s = 5.0
        self.stale = "connecting"
        self.told = asyncio.Event()

    def now_ms(self) -> int:
        """The instant on the server's clock."""
        return self._clock.wall_ms() + self._ahead_ms

    def wish(self) -> dict[str, Any]:
        """What to send to be shown the board: what was missed, or all of it."""
        wanted: dict[str, Any] = {"n": TOPIC}
        if self.state is not None and self._seq is not None:
            wanted |= {"seq": self._seq, "epoch": self._epoch}
        return {"t": "sub", "topics": [wanted]}

    def take(self, frame: dict[str, Any]) -> bool:
        """Takes a frame; False when the board must be asked for anew. Raises ``Refused``."""
        kind = frame.get("t")
        if kind == "hello":
            self._ahead_ms = int(frame["now"]) - self._clock.wall_ms()
            self.beat_s = frame["hb"] / 1000
            self.zone, self.site = frame["site"]["tz"], frame["site"]["name"]
        elif kind == "gone" and frame.get("n") == TOPIC:
            if frame.get("code") == "forbidden":
                raise Refused(
                    f"{frame.get('msg')} Make a token that may see it: "
                    "callcenter token create NAME --role supervisor."
                )
            raise Unreachable(str(frame.get("msg")))
        elif kind == "bye":
            if frame.get("why") == "revoked":
                raise Refused("The token was revoked. Make another with callcenter token create.")
            raise Unreachable("the service closed the connection")
        elif kind == "snap" and frame.get("n") == TOPIC:
            self.state, self._seq, self._epoch = frame["d"], frame["seq"], frame["epoch"]
            self._live()
        elif kind == "d" and frame.get("n") == TOPIC:
            return self._delta(frame)
        return True

    def _delta(self, frame: dict[str, Any]) -> bool:
        last = frame["seq"]
        if self.state is None or self._seq is None or frame.get("from", last) > self._seq + 1:
            self.forget()
            return False
        if last > self._seq:
            try:
                changed(self.state, frame["d"])
            except ValueError:
                self.forget()
                return False
            self._seq = last
        self._live()
        return True

    def forget(self) -> None:
        """The copy is not to be believed: the next wish asks for all."""
        self._seq = None

    def _live(self) -> None:
        self.stale = ""
        self.told.set()


async def follow(
    url: str, token: str, board: Board, once: bool, redraw: Callable[[], None]
) -> None:
    """Keeps ``board`` up to date and calls ``redraw`` about once a second; ends only ``once``.

    Raises ``Refused``; ``Unreachable`` when the first connection fails, or any with ``once``.
    """
    wait_s = FIRST_S
    seen = False
    while True:
        try:
            async with connect(
                url,
                additional_headers={"Authorization": f"Bearer {token}"},
                open_timeout=OPEN_S,
                max_size=MOST_BYTES,
                proxy=None,
            ) as socket:
                async for _ in _read(socket, board):
                    if not board.stale:
                        seen, wait_s = True, FIRST_S
                        redraw()
                        if once:
                            return
        except InvalidStatus as error:
            _refuse(error)
            why = f"the service answered {error.response.status_code}"
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == REVOKED:
                raise Refused("The token was revoked. Make another with token create.") from error
            why = "the connection was closed"
        except InvalidHandshake as error:
            why = f"no websocket answers there: {error}"
        except ConnectionRefusedError:
            why = "nothing listens there"
        except (OSError, TimeoutError, WebSocketException, msgspec.DecodeError) as error:
            why = str(error) or "no answer in time"
        except (KeyError, TypeError) as error:
            why = f"the service speaks otherwise than we expect ({error!r})"
        except Unreachable as error:
            why = str(error)
        if once or not seen:
            raise Unreachable(why)
        board.stale = why
        until = asyncio.get_running_loop().time() + wait_s
        wait_s = min(LONGEST_S, wait_s * 2)
        while asyncio.get_running_loop().time() < until:
            redraw()
            await asyncio.sleep(min(1.0, wait_s))


async def _read(socket: ClientConnection, board: Board) -> Any:
    """Takes frames as they come; yields about once a second, whether anything came or not."""
    asked = False
    silent_s = 0.0
    while True:
        try:
            async with asyncio.timeout(1.0):
                text = await socket.recv()
        except TimeoutError:
            silent_s += 1.0
            if silent_s > 3 * board.beat_s:
                raise Unreachable("the service is silent") from None
            yield None
            continue
        silent_s = 0.0
        frame = msgspec.json.decode(text, type=dict[str, Any])
        whole = board.take(frame)
        if not whole or (not asked and frame.get("t") == "hello"):
            asked = True
            await socket.send(msgspec.json.encode(board.wish()).decode())
        elif frame.get("t") in ("snap", "d"):
            yield None


def _refuse(error: InvalidStatus) -> None:
    status = error.response.status_code
    if status == 401:
        raise Refused(
            "The service does not know this token. Make one with "
            "callcenter token create NAME --role supervisor, and set CALLCENTER_TOKEN to it."
        ) from error
    if status == 403:
        raise Refused("This token may not look at the service (403).") from error
    if status == 404:
        raise Refused("There is no callcenter at this address: it has no /ws.") from error
