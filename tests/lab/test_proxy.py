"""The proxy is a network that fails on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from .proxy import Proxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    between = Proxy(server.sockets[0].getsockname()[1])
    await between.start()
    yield between
    await between.stop()
    server.close()


async def _said(streams: Streams, text: bytes) -> bytes:
    reader, writer = streams
    writer.write(text + b"\n")
    return await asyncio.wait_for(reader.readline(), 0.3)


async def test_what_is_said_passes_both_ways(proxy: Proxy) -> None:
    streams = await asyncio.open_connection("127.0.0.1", proxy.port)
    assert await _said(streams, "سلام".encode()) == "سلام\n".encode()
    streams[1].close()


async def test_cut_closes_and_refuses_until_restored(proxy: Proxy) -> None:
    streams = await asyncio.open_connection("127.0.0.1", proxy.port)
    await _said(streams, b"one")
    await proxy.cut()
    with suppress(ConnectionError):
        assert await asyncio.wait_for(streams[0].readline(), 1) == b""
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await asyncio.open_connection("127.0.0.1", proxy.port)
    await proxy.restore()
    again = await asyncio.open_connection("127.0.0.1", proxy.port)
    assert await _said(again, b"two") == b"two\n"
    again[1].close()
    streams[1].close()


async def test_freeze_holds_everything_back_and_loses_nothing(proxy: Proxy) -> None:
    streams = await asyncio.open_connection("127.0.0.1", proxy.port)
    await _said(streams, b"one")
    proxy.freeze()
    with pytest.raises(TimeoutError):
        await _said(streams, b"two")
    await proxy.restore()
    assert await asyncio.wait_for(streams[0].readline(), 1) == b"two\n"
    streams[1].close()


async def test_swallowed_connection_stays_open_and_silent_while_a_new_one_works(
    proxy: Proxy,
) -> None:
    old = await asyncio.open_connection("127.0.0.1", proxy.port)
    assert await _said(old, b"before") == b"before\n"
    proxy.swallow()
    assert proxy.readers == 0
    with pytest.raises(TimeoutError):
        await _said(old, b"nobody")
    new = await asyncio.open_connection("127.0.0.1", proxy.port)
    assert await _said(new, b"after") == b"after\n"
    with pytest.raises(TimeoutError):
        await _said(old, b"still nobody")
    for _, writer in (old, new):
        writer.close()


async def test_slow_connection_trickles_and_loses_nothing(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    await _said((reader, writer), b"quick")
    proxy.slow(20)
    writer.write(b"0123456789\n")
    with suppress(TimeoutError):
        await asyncio.wait_for(reader.readexactly(11), 0.2)
        pytest.fail("11 bytes came in 0.2 s")
    await proxy.restore()
    assert (await asyncio.wait_for(reader.readline(), 0.5)).endswith(b"9\n")
    writer.close()
