"""The voice side of one call: silence when it matters, and keys as RFC 4733 events.

Asterisk's strict RTP wants to hear a few packets from an address before it trusts it; so a short
silence goes before the first key. Nothing is sent otherwise: a hundred phones cost nothing.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
from contextlib import suppress

KEYS = "0123456789*#ABCD"
PACKET_S = 0.02
SILENCE = b"\xd5" * 160  # A-law


class Media(asyncio.DatagramProtocol):
    """One RTP socket on loopback; ``received`` counts the packets that came."""

    def __init__(self) -> None:
        self.received = 0
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._source = secrets.randbits(32)
        self._sequence = secrets.randbits(15)
        self._stamp = secrets.randbits(31)
        self._heard = False

    @classmethod
    async def open(cls) -> Media:
        """A socket on a free port."""
        media = cls()
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: media, local_addr=("127.0.0.1", 0)
        )
        media._transport = transport
        media.port = transport.get_extra_info("sockname")[1]
        return media

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Counts; what is said is of no interest."""
        self.received += 1

    def close(self) -> None:
        """Gives the port back."""
        if self._transport is not None:
            self._transport.close()

    def _send(self, to: int, kind: int, payload: bytes, *, mark: bool = False) -> None:
        assert self._transport is not None
        self._sequence = (self._sequence + 1) & 0xFFFF
        head = struct.pack(
            "!BBHII",
            0x80,
            kind | (0x80 if mark else 0),
            self._sequence,
            self._stamp & 0xFFFFFFFF,
            self._source,
        )
        with suppress(OSError):
            self._transport.sendto(head + payload, ("127.0.0.1", to))

    async def silence(self, to: int, packets: int) -> None:
        """Sends ``packets`` of 20 ms."""
        for _ in range(packets):
            self._stamp += 160
            self._send(to, 8, SILENCE)
            await asyncio.sleep(PACKET_S)

    async def press(self, to: int, keys: str) -> None:
        """Presses ``keys``, 100 ms each with a pause of 80 ms."""
        if not self._heard:
            await self.silence(to, 8)
            self._heard = True
        for key in keys:
            self._stamp += 160
            event = KEYS.index(key)
            for step in range(1, 6):
                self._send(to, 101, struct.pack("!BBH", event, 10, 160 * step), mark=step == 1)
                await asyncio.sleep(PACKET_S)
            for _ in range(3):
                self._send(to, 101, struct.pack("!BBH", event, 0x8A, 800))
            self._stamp += 800
            await self.silence(to, 4)
