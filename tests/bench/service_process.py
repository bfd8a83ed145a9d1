"""The real service in a process of its own, with what the end-to-end benchmark asks of it.

``python -m tests.bench.service_process DATABASE HTTP_PORT AMI_PORT [PROFILE]`` prints ``started``.
On standard input: ``ready`` waits until the roster is in, ``use`` answers process time, memory and
counters as JSON, ``quit`` ends. With PROFILE (a file) cProfile's figures are written there.
"""

from __future__ import annotations

import asyncio
import cProfile
import json
import os
import sys
import time
from pathlib import Path

from callcenter.app import Service
from callcenter.settings import Database, Http, Pbx, Settings, Site
from callcenter.settings_secret import Secret


def resident_kb() -> int:
    """This process' resident memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


async def main(
    database: str, http_port: int, ami_port: int, profile: cProfile.Profile | None = None
) -> None:
    """Runs the service until ``quit``."""
    pbx = Pbx(
        name="pbx1",
        host="127.0.0.1",
        port=ami_port,
        username="bench",
        secret=Secret("bench"),
        trunks=("PJSIP/trunk",),
    )
    settings = Settings(
        site=Site(region="IR"),
        pbx=(pbx,),
        http=Http(port=http_port),
        database=Database(url=f"sqlite:///{database}"),
    )
    service = Service(settings)
    await service.start()
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    print("started", flush=True)
    while line := (await reader.readline()).decode().strip():
        if line == "quit":
            break
        if line == "ready":
            while not service.ready()[0]:
                await asyncio.sleep(0.05)
        _, why = service.ready()
        used = {
            "cpu_s": time.process_time(),
            "rss_kb": resident_kb(),
            "why": why,
            "facts": service.engine.committed,
            "orphans": service.ledger.orphans,
            "waiting": service.projector.waiting,
            "odd": sum(room.switchboard.odd for room in service.rooms),
            "lookups_failed": service.callers.failures,
        }
        print(json.dumps(used), flush=True)
        if profile is not None and line == "use":
            # From the first question on, that is without the thousand sign-ins.
            profile.enable()
    await service.stop()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    measured = cProfile.Profile() if len(arguments) > 3 else None
    asyncio.run(main(arguments[0], int(arguments[1]), int(arguments[2]), measured))
    if measured is not None:
        measured.disable()
        measured.dump_stats(arguments[3])
