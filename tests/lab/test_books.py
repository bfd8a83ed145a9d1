"""Asterisk writes queue_log and CEL into a database only, and the link is cut at the worst moment.

One Asterisk of its own with `res_config_pgsql` and `cel_pgsql`: queue_log is in no file. The ledger
says equal all the same, and CEL tells who hung up while nobody heard.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from ami_bridge.cel import CEL, CelFold
from callcenter.store.log_table import SqlLogTable
from tests.store.databases import postgres_server
from tests.store.log_tables import AsteriskDb

from .asterisk import Asterisk
from .lab import Lab
from .phone import Plan
from .product import Product
from .stage import Stage, Truth
from .stories import STORIES
from .stories.cut import cut, restore
from .stories.told import inbound

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

STORIES_OF_QUEUES = ("answered_agent_hangup", "abandon_short", "blind_refer_queue")
CEL_COLUMNS = (
    "id bigserial PRIMARY KEY, eventtype varchar(30), eventtime timestamp, cid_name varchar(80), "
    "cid_num varchar(80), exten varchar(80), context varchar(80), channame varchar(80), "
    "appname varchar(80), appdata varchar(200), uniqueid varchar(150), linkedid varchar(150), "
    "peer varchar(80), extra text"
)


async def ends_unseen(stage: Stage) -> Truth:
    """Two agents end their talks while the link is cut; of one call no queue knows. A third caller
    comes and goes in the menu meanwhile."""
    plan = Plan(answer_after=1)
    agents = [await stage.agent(6, plan), await stage.agent(7, plan)]
    await stage.sign_in(agents[0], "sales")
    in_queue = await (await stage.call_in(602)).answered()
    desks = [await (await agents[0].desk.next_call()).answered()]
    direct = await stage.call_number(f"+98219100{agents[1].number}", number=f"{stage.number}9")
    desks.append(await (await agents[1].desk.next_call()).answered())
    await asyncio.sleep(1)
    readers = await cut(stage)
    menu = await (await stage.call_in(610, number=f"{stage.number}8")).answered()
    await asyncio.sleep(2)
    await menu.hangup()
    for desk, call in zip(desks, (in_queue, direct), strict=True):
        await desk.hangup()
        await call.finished()
    await stage.gone()
    await restore(stage, readers)
    return inbound(stage, [], "agent")


def files_of(port: int) -> dict[str, str]:
    """The configuration that sends both logs to the server."""
    server = f"hostname=127.0.0.1\nport={port}\ndbname=postgres\nuser=tester\npassword=none\n"
    return {
        "extconfig.conf": "[settings]\nqueue_log => pgsql,general,queue_log\n",
        "res_pgsql.conf": f"[general]\n{server}requirements=warn\n",
        # The sample keeps the file as well, and GMT.
        "logger.conf": "[general]\nqueue_log = yes\n[logfiles]\nmessages = notice,warning,error\n",
        "cel_pgsql.conf": f"[global]\n{server}table=cel\n",
    }


async def played(folder: Path, url: str) -> tuple[str, list[dict[str, Any]], str]:
    """All stories with the product: the caller who was cut, all calls, what `reconcile` said."""
    port = int(url.rpartition(":")[2])
    modules = ("res_config_pgsql.so", "cel_pgsql.so")
    asterisk = Asterisk(22, sites=2, files=files_of(port), modules=modules)
    table = f'url = "{url}/postgres", zone = "UTC"'
    async with Lab(asterisk=asterisk) as lab:
        product = Product(lab, folder, books=(f"queue_log = {{ {table} }}", f"cel = {{ {table} }}"))
        await product.start()
        try:
            plays = [lab.play(name, STORIES[name].play) for name in STORIES_OF_QUEUES]
            await asyncio.gather(*plays)
            number = (await lab.play("unseen", ends_unseen))["calls"][0]["number"]
            said = await settled(product)
            calls = await product.calls()
        finally:
            await product.stop()
        assert not lab.asterisk.queue_log.exists(), "the table only"
        cel = SqlLogTable(f"{url}/postgres", "cel", CEL)
        rows = await cel.after(0, 100_000)
        ends = CelFold("UTC").table(rows)
        in_file = CelFold("UTC").texts(lab.asterisk.cel.read_text().splitlines())
        assert len(in_file) > 10
        for end, same in zip(ends, in_file, strict=True):
            assert (end.uniqueid, end.source, end.bridges, end.peer) == (
                *(same.uniqueid, same.source, same.bridges, same.peer),
            ), "the table tells what the file tells"
            assert abs(end.at - same.at) < 1_000
    return number, calls, said


async def settled(product: Product) -> str:
    """What `reconcile` says when the cut is settled: by itself, some seconds after it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        calls = await product.calls()
        lost = [call["id"] for call in calls if call["settled_by"] == "lost_sight"]
        made = [call["id"] for call in calls if call["outcome"] == "ivr"]
        if made and not lost:
            break
        await asyncio.sleep(1)
    return await product.command("reconcile", "--dry-run")


def test_the_ledger_is_equal_and_the_cut_is_known_from_tables_alone(tmp_path: Path) -> None:
    with postgres_server() as url:
        asyncio.run(make_tables(url))
        number, calls, said = asyncio.run(played(tmp_path, url))
    assert "pbx1: 3 calls equal, 1 corrected" in said
    assert "0 unexplained, 0 still going on" in said
    by_number = {call["caller"]["number"]: call for call in calls}
    in_queue, direct = by_number[number], by_number[f"{number}9"]
    for call in (in_queue, direct):
        assert call["ended_by"] == "agent"
        (talk,) = call["conversations"]
        assert talk["ended_by"] == "agent"
        assert 2_500 < talk["talk_ms"] < 6_500
    menu = by_number[f"{number}8"]
    assert (menu["outcome"], menu["ended_by"], menu["settled_by"]) == ("ivr", "caller", "cel")
    assert direct["settled_by"] == "cel"
    assert direct["outcome"] == "answered"
    assert in_queue["settled_by"] in ("cel", "queue_log")


async def make_tables(url: str) -> None:
    """The tables as Asterisk's own schema has them."""
    made = AsteriskDb(f"{url}/postgres")
    await made.make("timestamp", numbered=True, one_column=False)
    await made.do(f"CREATE TABLE cel ({CEL_COLUMNS})")
    await made.close()
