"""T6, T7, T9 and T10: what the hub costs beside bare aiohttp, and what one frozen browser does.

``python tests/bench/bench_hub.py [CONNECTIONS] [ROUNDS]`` (1,000 and 7). The browsers are another
process (``hub_load.py``) on the other core; reference and subject take turns; delays are counted
from when a push was due. Exit code 1 when a target is missed in a quiet run.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from aiohttp import web

from callcenter.web import live_api
from callcenter.web.asks import Push
from callcenter.web.server import HUB
from tests.web.fakes import Clock, World

PER_ROUND = 5
PUSHES_PER_S = 200
PHASE_S = 6.0
PAYLOAD = "x" * 1900
MESSAGE = json.dumps({"t": "d", "n": "queues:mine", "seq": 1, "d": [["queues", "s", "f", PAYLOAD]]})


class RealClock(Clock):
    """Both clocks as they are."""

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


class Browsers:
    """The other process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def tell(self, line: str) -> str:
        """One command and its answer."""
        await self.say(line)
        return await self.answer()

    async def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        await self._process.stdin.drain()

    async def answer(self) -> str:
        assert self._process.stdout is not None
        answer = (await self._process.stdout.readline()).decode().strip()
        if not answer:
            raise RuntimeError("the browsers' process has ended")
        return answer

    async def end(self) -> None:
        await self.say("quit")
        await self._process.wait()


def rss_kb() -> int:
    """This process' resident memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def quantile(values: list[float], part: float) -> float:
    """The value below which ``part`` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class Bench:
    """A server with the hub and, beside it, bare aiohttp websockets."""

    def __init__(self, world: World, app: web.Application, port: int, browsers: Browsers) -> None:
        self.world = world
        self.hub = app[HUB]
        self.port = port
        self.browsers = browsers
        self.bare: list[web.WebSocketResponse] = []
        self.agents: list[str] = []
        self.failed = 0
        self.idle_p99: list[float] = []

    async def bare_socket(self, request: web.Request) -> web.StreamResponse:
        """What aiohttp gives without us: the yardstick."""
        tab = web.WebSocketResponse(compress=False)
        await tab.prepare(request)
        self.bare.append(tab)
        async for _ in tab:
            pass
        return tab

    async def connect(self, count: int) -> None:
        """T10: memory per connection, ours with session, subscriptions and history."""
        start = rss_kb()
        await self.browsers.tell(f"open bare {self.port} {count} /bare")
        bare = rss_kb() - start
        secrets = []
        for number in range(count + 10):
            agent = f"pbx1:PJSIP/{number}"
            self.world.view.state[f"agent:{agent}"] = {"calls": {}, "pops": []}
            self.world.view.serves[agent] = frozenset({"support"})
            user = await self.world.users.add(
                name=f"u{number}", role="agent", password_hash="x", at=0, agent_id=agent
            )
            secret = f"{number:064x}"
            now = self.world.clock.wall_ms()
            await self.world.users.open_session(secret, user.id, now, now + 3_600_000)
            self.agents.append(agent)
            secrets.append(secret)
        self.secrets = secrets
        start = rss_kb()
        await self.browsers.tell(f"open hub {self.port} {count} /ws " + " ".join(secrets[:count]))
        ours = rss_kb() - start
        each, yard = ours / count, max(bare / count, 0.1)
        print(f"T10 memory per connection: ours {each:.1f} kB, bare aiohttp {yard:.1f} kB")
        self.judge("T10 ours / bare", each / yard, 3.0, noisy=False)

    async def cpu_us(self, kind: str, send: Callable[[], Awaitable[None]], readers: int) -> float:
        """CPU of this process per message, until all browsers have all."""
        await self.browsers.say(f"expect {kind} {PER_ROUND}")
        await asyncio.sleep(0.2)
        began = time.process_time()
        for _ in range(PER_ROUND):
            await send()
        await self.browsers.answer()
        return (time.process_time() - began) / (PER_ROUND * readers) * 1e6

    async def send_bare(self) -> None:
        for index, tab in enumerate(self.bare):
            await tab.send_str(MESSAGE)
            if index % 100 == 99:
                await asyncio.sleep(0)

    async def send_ours(self) -> None:
        self.broadcast()
        await asyncio.sleep(0.55)

    def broadcast(self) -> None:
        self.world.view.publish(
            "queues:mine", [["queues", "support", "f", PAYLOAD + str(random.random())]]
        )

    async def t6(self, rounds: int) -> None:
        """CPU per message of a broadcast."""
        bare, ours = [], []
        for _ in range(rounds):
            bare.append(await self.cpu_us("bare", self.send_bare, len(self.bare)))
            ours.append(await self.cpu_us("hub", self.send_ours, len(self.hub.connections)))
        spread = max(bare) / min(bare)
        print(
            f"T6  broadcast of 2 kB: ours {median(ours):.1f} µs ({min(ours):.1f}-{max(ours):.1f}), "
            f"bare {median(bare):.1f} µs ({min(bare):.1f}-{max(bare):.1f}) per message"
        )
        self.judge("T6 ours / bare", median(ours) / median(bare), 1.5, noisy=spread > 2)

    async def phase(self, broadcasts: bool, frozen: bool) -> list[float]:
        """The delays of single pushes; with a broadcast a second, with a frozen browser."""
        await self.browsers.tell("latencies")
        if frozen:
            await self.browsers.tell(f"freeze {self.port} {self.secrets[-1]}")
        began = time.monotonic()
        pushes = int(PUSHES_PER_S * PHASE_S)
        for number in range(pushes):
            due = began + number / PUSHES_PER_S
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if broadcasts and number % PUSHES_PER_S == 0:
                self.broadcast()
            agent = self.agents[random.randrange(len(self.agents) - 10)]
            self.push(agent, due)
            if frozen and number % 10 == 0:
                self.push(self.agents[-1], due, 20)
        await asyncio.sleep(0.3)
        told: list[float] = json.loads(await self.browsers.tell("latencies"))
        return told

    def push(self, agent: str, due: float, times: int = 1) -> None:
        body = {"due": round(due, 6), "id": "x", "call": {"note": PAYLOAD * times}}
        self.world.view.publish(f"agent:{agent}", Push("pop", body))

    async def t7_t9(self, rounds: int) -> None:
        """Single pushes idle, beside broadcasts, and beside a browser that reads nothing."""
        idle: list[float] = []
        busy: list[float] = []
        frozen: list[float] = []
        spread, spread_busy = [], []
        cuts = self.hub.counts.cut_slow
        for _ in range(rounds):
            alone = await self.phase(False, False)
            spread.append(quantile(alone, 0.99))
            idle += alone
            beside = await self.phase(True, False)
            spread_busy.append(quantile(beside, 0.99))
            busy += beside
            frozen += await self.phase(True, True)
        # The references are the p99 idle and beside broadcasts; one or two rounds show no spread.
        noisy = rounds < 3 or any(max(p) / min(p) > 2 for p in (spread, spread_busy))
        self.idle_p99 += spread
        for name, values in (("idle", idle), ("broadcasts", busy), ("frozen", frozen)):
            print(
                f"    {name:10} p50 {quantile(values, 0.5):.2f} ms  "
                f"p99 {quantile(values, 0.99):.2f} ms  max {max(values):.1f} ms  "
                f"({len(values)} samples)"
            )
        limit = 4.0 if len(self.bare) <= 1000 else 6.0
        p99 = [quantile(values, 0.99) for values in (idle, busy, frozen)]
        self.judge("T7 p99 beside broadcasts / idle", p99[1] / p99[0], limit, noisy)
        self.judge("T9 p99 with one frozen / without", p99[2] / p99[1], 1.3, noisy)
        cut = self.hub.counts.cut_slow - cuts
        print(f"T9  frozen browsers cut at their bound while pushed to: {cut} of {rounds}")
        self.judge("T9 not cut", rounds - cut, 0, noisy=False)

    async def t9_quiet(self) -> None:
        """A frozen browser to which little is sent: found by the ping, its memory bounded."""
        before = set(self.hub.connections)
        await self.browsers.tell(f"freeze {self.port} {self.secrets[-2]}")
        (victim,) = set(self.hub.connections) - before
        began, most = time.monotonic(), 0
        while victim in self.hub.connections and time.monotonic() - began < 60:
            most = max(most, victim.unread())
            await asyncio.sleep(0.1)
        seconds = time.monotonic() - began
        print(f"T9  a quiet frozen browser was closed after {seconds:.1f} s, {most} bytes unread")
        self.judge("T9 seconds to close", seconds, 30.0, noisy=False)

    def judge(self, name: str, value: float, limit: float, noisy: bool) -> None:
        verdict = "too noisy" if noisy else "ok" if value <= limit else "MISSED"
        self.failed += verdict == "MISSED"
        print(f"    {name}: {value:.2f} (target <= {limit}) {verdict}", flush=True)


@asynccontextmanager
async def opened(count: int) -> AsyncIterator[Bench]:
    """The bench with ``count`` browsers of each kind connected."""
    live_api.MAX_PER_USER = 10**6
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), clock=RealClock())
        app = world.app()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("hub_load.py")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=4_000_000,
        )
        browsers = Browsers(process)
        bench = Bench(world, app, 0, browsers)
        app.router.add_get("/bare", bench.bare_socket)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
        await site.start()
        bench.port = runner.addresses[0][1]
        await bench.connect(count)
        yield bench
        await browsers.end()
        await runner.cleanup()
        await world.tasks.stop()


async def main(count: int, rounds: int) -> int:
    """Runs all; returns how many targets were missed."""
    print(f"load average {os.getloadavg()[0]:.1f}, {count} connections, {rounds} rounds")
    async with opened(count) as bench:
        await bench.t6(rounds)
        await bench.t7_t9(3)
        await bench.t9_quiet()
    print(f"load average {os.getloadavg()[0]:.1f}")
    return bench.failed


if __name__ == "__main__":
    numbers: list[Any] = [int(text) for text in sys.argv[1:]]
    sys.exit(1 if asyncio.run(main(*[*numbers, *(1000, 7)[len(numbers) :]])) else 0)
