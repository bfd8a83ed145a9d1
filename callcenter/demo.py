"""The demo: the built-in fake PBX, a directory of its callers, and people to sign in as.

It binds to loopback only, says on every page that the PBX is a fake, and starts afresh each time:
its database is its own and is emptied at the start. Its passwords are printed and are nobody's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ami_bridge.fakepbx.clock import WallClock
from ami_bridge.fakepbx.server import FakePbx
from callcenter import demo_past
from callcenter.app import StartError, SystemClock
from callcenter.directory.directory import EmbeddedDirectory
from callcenter.directory.numbers import normalise
from callcenter.ports.users import Role
from callcenter.services.access import Access
from callcenter.settings import Account, Database, Pbx, Queue, Secret, Settings, Trace
from callcenter.store.customers import SqlCustomers
from callcenter.store.engine import Database as StoreDatabase
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database, upgrade
from callcenter.store.users import SqlUsers

USERNAME, SECRET = "demo", "demo-ami"
PASSWORD = "demo-centre"
DATABASE = Path("data/demo.db")
PORTION = 2_000
SEED = 1405
"""Of the fake PBX: the same callers, and the same day, at every start."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
PEOPLE: tuple[tuple[str, Role, str | None, str], ...] = (
    ("admin", "admin", None, "en"),
    ("supervisor", "supervisor", None, "en"),
    ("sara", "agent", "PJSIP/1001", "fa"),
    ("michal", "agent", "PJSIP/1003", "he"),
    ("emma", "agent", "PJSIP/1006", "en"),
)


QUEUES = (
    Queue(name="support", title_en="Support", title_fa="پشتیبانی", title_he="תמיכה"),
    Queue(name="sales", title_en="Sales", title_fa="فروش", title_he="מכירות"),
    Queue(name="billing", title_en="Billing", title_fa="امور مالی", title_he="חשבונות"),
    Queue(name="vip", title_en="VIP", title_fa="ویژه", title_he="VIP"),
)


class Demo:
    """A fake PBX and the settings that point at it."""

    def __init__(self, settings: Settings, calls_per_minute: float) -> None:
        self._settings = settings
        self._pbx = FakePbx(
            WallClock(),
            seed=SEED,
            calls_per_minute=calls_per_minute,
            username=USERNAME,
            secret=SECRET,
        )

    async def start(self) -> Settings:
        """Starts the fake PBX; gives the settings with which the service hears it.

        Raises ``StartError`` when the demo would be open to others than this machine.
        """
        settings = self._settings
        if settings.http.host not in LOOPBACK:
            raise StartError(
                f"The demo has printed passwords and listens on this machine only, but [http] "
                f"host is {settings.http.host}. Configure a [[pbx]], or leave host at 127.0.0.1."
            )
        port = await self._pbx.start()
        url = settings.database.url
        if url == Database().url:
            DATABASE.parent.mkdir(parents=True, exist_ok=True)
            for old in DATABASE.parent.glob(DATABASE.name + "*"):
                old.unlink()
            url = f"sqlite:///{DATABASE}"
        account = Account(username=USERNAME, secret=Secret(SECRET))
        fake = Pbx(
            name="demo",
            host="127.0.0.1",
            port=port,
            username=USERNAME,
            secret=Secret(SECRET),
            actions=account,
        )
        trace = settings.trace
        if not trace.keep:
            # What AMI said of a call can be looked at; the people are made up, nothing is hidden.
            trace = Trace(keep="24h", folder=str(DATABASE.parent / "demo-traces"), scrub=False)
        site = replace(settings.site, region=settings.site.region or "IR")
        await self._furnish(url, site.region)
        return replace(
            settings,
            pbx=(fake,),
            queue=settings.queue or QUEUES,
            database=replace(settings.database, url=url),
            site=site,
            trace=trace,
        )

    async def _furnish(self, url: str, region: str) -> None:
        """All that is there before the service opens its doors: people, callers, a morning."""
        await upgrade(url)
        database = await open_database(url)
        try:
            await self._sign_up(Access(SqlUsers(database), SystemClock()))
            await self._remember(database, region)
        finally:
            await database.close()

    async def _sign_up(self, access: Access) -> None:
        """Makes the people to sign in as, those who are not there yet."""
        there = {user.name for user in await access.users()}
        for name, role, interface, language in PEOPLE:
            agent = None
            if interface is not None:
                agent = f"demo:{interface}"
                self._pbx.attended.add(interface)
            if name not in there:
                await access.add_user(
                    name=name, role=role, password=PASSWORD, agent_id=agent, lang=language
                )

    async def _remember(self, database: StoreDatabase, region: str) -> None:
        """Fills the directory with the callers and the journal with the hours before, once."""
        journal = SqlJournal(database)
        if await journal.last_seq():
            return
        clock = SystemClock()
        directory = EmbeddedDirectory(SqlCustomers(database), clock, region)
        known: dict[str, int] = {}
        for given in self._pbx.customers():
            customer = await directory.create(**_customer(given))
            known |= {number.e164: customer.id for number in customer.numbers}

        def whose(raw: str) -> tuple[int | None, str]:
            number = normalise(raw, region, "shown")
            return known.get(number.e164), "" if number.internal else number.e164

        past = demo_past.facts("demo", SEED, clock.wall_ms(), whose)
        for start in range(0, len(past), PORTION):
            await journal.append(past[start : start + PORTION])

    def welcome(self) -> str:
        """What the person at the terminal needs to know."""
        base = f"http://{self._settings.http.host}:{self._settings.http.port}"
        lines = ["", "The telephone system is a fake that plays a busy centre. Sign in as:"]
        for name, role, interface, language in PEOPLE:
            page = "wall" if role != "agent" else "desk"
            lines.append(
                f"  {name:<11} password {PASSWORD}   {role:<10} {interface or '':<11} "
                f"{language}  {base}/{page}"
            )
        lines += ["", "Stop with Ctrl+C. Everything said here is gone at the next start."]
        return "\n".join(lines)

    async def stop(self) -> None:
        """Stops the fake PBX."""
        await self._pbx.stop()


def _customer(given: dict[str, Any]) -> dict[str, Any]:
    """A caller of the fake PBX as the directory takes him."""
    numbers = given.get("numbers", ())
    return {
        "name": given["name"],
        "numbers": [(n, "") if isinstance(n, str) else (n[0], n[1]) for n in numbers],
        "language": given.get("language", ""),
        "tags": given.get("tags", ()),
        "fields": dict(given.get("fields", {})),
        "code": str(given.get("code", "")),
        "tier": str(given.get("tier", "")),
        "organisation": str(given.get("organisation", "")),
    }
