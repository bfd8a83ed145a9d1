"""The database fails in the middle of calls: a disk, a lock, a right, a server that is away.

``python -m tests.lab.store --seconds 600`` lets a server be away for ten minutes.

Each failure: four calls under way, and calls that come and go as long as it lasts. What is done
and noted here, the tests judge.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from urllib.error import HTTPError

import asyncpg

from tests.store.postgres import PostgresServer

from .broken import Told, closed, is_up, one_agent, one_call, told_right, until
from .disk import ORDINARY, SmallDisk
from .in_flight import InFlight
from .lab import Lab
from .product import Product
from .proxy import Proxy
from .stage import Agent, Stage

AWAY_S = 12.0
Act = Callable[[], Awaitable[None]]


async def failure(
    lab: Lab, product: Product, breaks: Act, mends: Act, sentence: str, lasts_s: float = 0
) -> Told:
    """One failure of at least ``lasts_s`` seconds; ``sentence`` is what /ready is to say of it."""
    flight = InFlight(lab)
    stage, agent = await one_agent(lab)
    # Who was let in before goes on: the board, the desk.
    await product.live()
    await product.desk(agent.interface)
    await flight.begin()
    told: Told = {"pops": [], "meanwhile": []}

    async def pops(stage: Stage, agent: Agent) -> bool:
        cards = (await product.desk(agent.interface))["calls"].values()
        return any(card["number"] == stage.number for card in cards)

    async def alarmed() -> bool:
        return sentence in (await product.readiness())[1]

    async def recovered() -> bool:
        return (await product.readiness())[0]

    try:
        await breaks()
        begun = time.monotonic()
        while not told["pops"] or time.monotonic() - begun < lasts_s:
            meanwhile = asyncio.create_task(one_call(stage, agent))
            asks = stage, agent
            told["pops"].append(await until(lambda asks=asks: pops(*asks), 10))
            if len(told["pops"]) == 1:
                await flight.finish()
                told["truth"] = flight.as_people_ended_it()
            told["meanwhile"].append(await meanwhile)
            stage, agent = await one_agent(lab)
        told["alarm"] = await until(alarmed, 15)
        told["why"] = (await product.readiness())[1]
        told["waiting"] = await product.metric("callcenter_facts_waiting")
        told["up"] = await is_up(product)
        asked = time.monotonic()
        with suppress(HTTPError):
            await product.get("/api/v1/calls", limit="1")
        told["page"] = time.monotonic() - asked
        told["lasted"] = time.monotonic() - begun
    finally:
        await mends()
        await stage.clear()
    told["back"] = await until(recovered, 20)
    told["left"] = await product.metric("callcenter_facts_waiting")
    told["wrong"] = await told_right(product, told["truth"], 15)
    for call in told["meanwhile"]:
        told["wrong"] += await told_right(product, call, 5)
    await flight.clear()
    return told


async def judged(product: Product, told: Told) -> Told:
    """The end of a sequence, with what the journal is like."""
    numbers = [row[0] for row in product.rows("SELECT seq FROM journal ORDER BY seq")]
    doubles = product.rows(
        "SELECT fact FROM journal WHERE call IS NOT NULL GROUP BY fact HAVING count(*) > 1"
    )
    return {
        **told,
        "calls": sum(len(each["truth"]["calls"]) + len(each["pops"]) for each in told.values()),
        "holes": len(numbers) - (numbers[-1] - numbers[0] + 1),
        "doubles": [row[0] for row in doubles],
        **await closed(product),
    }


async def store_fails(lab: Lab, product: Product) -> Told:
    """The disk is full; another program holds the file locked; the file may not be written."""
    disk = SmallDisk(product.store / "disk", lambda: product.pid)
    told: Told = {}
    try:
        await product.stop()
        product.store, product.rights = disk.folder, ORDINARY
        await product.start()
        file = disk.folder / "callcenter.db"

        async def full() -> None:
            disk.fill()

        async def free() -> None:
            disk.free()

        told["full"] = await failure(lab, product, full, free, "the disk is full")
        with closing(sqlite3.connect(file, isolation_level=None)) as other:

            async def locked() -> None:
                other.execute("BEGIN IMMEDIATE")

            async def unlocked() -> None:
                other.execute("ROLLBACK")

            told["locked"] = await failure(
                lab, product, locked, unlocked, "another program holds it locked"
            )

        async def forbidden() -> None:
            # As when a disk fails and the kernel makes it read-only: what is open goes on until
            # the first error, and then nothing can be opened for writing any more.
            disk.fill()
            disk.forbid()

        async def allowed() -> None:
            disk.allow()
            disk.free()

        told["read_only"] = await failure(lab, product, forbidden, allowed, "it is read-only")
        return await judged(product, told)
    finally:
        await product.stop()
        disk.remove()


@asynccontextmanager
async def on_a_server(product: Product) -> AsyncIterator[tuple[PostgresServer, Proxy]]:
    """The service on PostgreSQL, with a network between them."""
    server = PostgresServer()
    proxy = Proxy(server.port)
    try:
        await asyncio.to_thread(server.start)
        await tell(server, "CREATE DATABASE callcenter")
        await proxy.start()
        await product.stop()
        product.behind = f"{server.url}/callcenter"
        product.server = product.behind.replace(f":{server.port}/", f":{proxy.port}/")
        await product.start()
        yield server, proxy
    finally:
        await product.stop()
        await proxy.stop()
        await asyncio.to_thread(server.remove)


async def is_away(
    lab: Lab, product: Product, server: PostgresServer, proxy: Proxy, s: float
) -> Told:
    """The server is stopped, and for so many seconds nobody listens where it was."""

    async def away() -> None:
        await asyncio.to_thread(server.stop)
        await proxy.cut()

    async def again() -> None:
        await asyncio.to_thread(server.start)
        await proxy.restore()

    return await failure(lab, product, away, again, "nothing answers there", s)


async def server_fails(lab: Lab, product: Product) -> Told:
    """The server takes no writes, is away, says nothing any more."""
    told: Told = {}
    async with on_a_server(product) as (server, proxy):

        async def read_only() -> None:
            # What a service meets that still speaks with the server of before a failover, or a
            # managed server whose disk is nearly full.
            await tell(server, "ALTER SYSTEM SET default_transaction_read_only = on")
            await tell(server, "SELECT pg_reload_conf()")

        async def writable() -> None:
            await tell(server, "ALTER SYSTEM RESET default_transaction_read_only")
            await tell(server, "SELECT pg_reload_conf()")

        async def silent() -> None:
            proxy.freeze()

        told["read_only"] = await failure(lab, product, read_only, writable, "it is read-only")
        told["away"] = await is_away(lab, product, server, proxy, AWAY_S)
        told["silent"] = await failure(lab, product, silent, proxy.restore, "it does not answer")
        return await judged(product, told)


async def only_away(seconds: float, folder: Path) -> Told:
    """A server that is away for so long, and nothing else."""
    async with Lab(sites=5) as lab:
        product = Product(lab, folder, queue_log=True)
        async with on_a_server(product) as (server, proxy):
            told = {"away": await is_away(lab, product, server, proxy, seconds)}
            return await judged(product, told)


async def tell(server: PostgresServer, sql: str) -> None:
    """One command to the server, as an operator would give it."""
    connection = await asyncpg.connect(f"{server.url}/postgres")
    try:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(sql)
    finally:
        await connection.close()


def main() -> None:
    """``--seconds``: how long the server is away (600 unless told)."""
    asked = argparse.ArgumentParser(description=only_away.__doc__)
    asked.add_argument("--seconds", type=float, default=600)
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(only_away(asked.parse_args().seconds, Path(folder)))
    away = found.pop("away")
    away.pop("truth")
    away["meanwhile"] = len(away["meanwhile"])
    away["slowest pop"] = max(away.pop("pops"))
    found.pop("spans")
    print(json.dumps({**away, **found}, indent=1, default=str, ensure_ascii=False))


if __name__ == "__main__":
    main()
