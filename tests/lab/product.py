"""The product as its user runs it: a process, a settings file, a token, HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from tests.free_port import free_port

from .conf import SITES, site_queue
from .lab import Lab

READY_SECONDS = 30


class ProductError(Exception):
    """The product did not do what its contract says; the text has its own last words."""


class Product:
    """``callcenter serve`` on a settings file in ``folder``, connected through the lab's proxy.

    ``books``: more lines of its ``[[pbx]]``; ``others``: more PBXs, each a ``[[pbx]]`` of its own.
    """

    def __init__(
        self,
        lab: Lab,
        folder: Path,
        *,
        queue_log: bool = False,
        books: Sequence[str] = (),
        others: Sequence[Lab] = (),
    ) -> None:
        self._lab = lab
        self._folder = folder
        self._queue_log = queue_log
        self._books = books
        self._others = others
        self._process: asyncio.subprocess.Process | None = None
        self._token = ""
        self._cookies: dict[str, aiohttp.CookieJar] = {}
        self.store = folder
        """The folder of the database, where that is a file."""
        self.server = ""
        """The database's URL, where that is a server."""
        self.behind = ""
        """The same without the lab's proxy: what is looked up shall not wait for what is tested."""
        self.rights: Sequence[str] = ()
        """A command that starts another one with fewer rights, when the service shall have such."""
        self.port = free_port()

    @property
    def config(self) -> Path:
        """The settings file."""
        return self._folder / "callcenter.toml"

    @property
    def log(self) -> Path:
        """What the product wrote on its standard error."""
        return self._folder / "product.log"

    def _settings(self) -> str:
        secrets = self._lab.asterisk.secrets
        lines = [
            "[site]",
            'name = "Lab"',
            'timezone = "UTC"',
            'region = "IR"',
            "[[pbx]]",
            'name = "pbx1"',
            'host = "127.0.0.1"',
            f"port = {self._lab.proxy.port}",
            'username = "callcenter"',
            f'secret = "{secrets.read}"',
            'trunks = ["PJSIP/trunk-"]',
            f'actions = {{ username = "callcenter-actions", secret = "{secrets.action}" }}',
        ]
        if self._queue_log:
            lines.append(f'queue_log = "{self._lab.asterisk.queue_log}"')
        lines += self._books
        for number, other in enumerate(self._others, start=2):
            lines += [
                "[[pbx]]",
                f'name = "pbx{number}"',
                'host = "127.0.0.1"',
                f"port = {other.proxy.port}",
                'username = "callcenter"',
                f'secret = "{other.asterisk.secrets.read}"',
                'trunks = ["PJSIP/trunk-"]',
            ]
        # Of one queue the wrap-up time is told, of the others it is to be learned.
        for site in range(SITES + 1):
            lines += ["[[queue]]", f'name = "{site_queue("vip", site)}"', "wrapup_s = 5"]
        lines += [
            "[http]",
            'host = "127.0.0.1"',
            f"port = {self.port}",
            "[database]",
            f'url = "{self.server or f"sqlite:///{self.store}/callcenter.db"}"',
            "",
        ]
        return "\n".join(lines)

    async def command(self, *words: str, stdin: str = "") -> str:
        """Runs ``callcenter WORDS --config FILE`` and returns its standard output."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "callcenter.cli",
            *words,
            "--config",
            str(self.config),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
        if process.returncode != 0:
            raise ProductError(f"callcenter {' '.join(words)}: {err.decode()[-2000:]}")
        return out.decode().strip()

    async def start(self) -> None:
        """Writes the settings, makes a token, starts the service and waits until it is ready."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(self._settings(), encoding="utf-8")
        self.config.chmod(0o600)
        self._token = await self.command("token", "create", "lab", "--role", "admin")
        await self.run()

    async def run(self) -> None:
        """Starts the service (again) and waits until ``/ready`` says yes."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.rights,
                sys.executable,
                "-m",
                "callcenter.cli",
                "serve",
                "--config",
                str(self.config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._process.returncode is not None:
                raise ProductError(f"callcenter serve ended at once:\n{self.last_words()}")
            with suppress(OSError):
                await self.get("/ready")
                return
            await asyncio.sleep(0.2)
        raise ProductError(
            f"callcenter serve is not ready in {READY_SECONDS} s:\n{self.last_words()}"
        )

    def last_words(self) -> str:
        """The end of the product's log."""
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    async def get(self, path: str, **query: str) -> Any:
        """The JSON (or text) at ``path``; ``OSError`` when the answer is no success."""
        return await asyncio.to_thread(self._get, path, query)

    def _get(self, path: str, query: dict[str, str]) -> Any:
        url = f"http://127.0.0.1:{self.port}{path}"
        if query:
            url += "?" + urllib.parse.urlencode(query)
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {self._token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            body = answer.read().decode()
        return json.loads(body) if answer.headers.get_content_type() == "application/json" else body

    async def calls(self) -> list[dict[str, Any]]:
        """Every call the product knows, newest first."""
        items: list[dict[str, Any]] = []
        query = {"limit": "500"}
        while True:
            page = await self.get("/api/v1/calls", **query)
            items += page["items"]
            if not page.get("next_cursor"):
                return items
            query["cursor"] = page["next_cursor"]

    async def readiness(self) -> tuple[bool, str]:
        """What ``/ready`` says: yes or no, and why not."""
        here = f"http://127.0.0.1:{self.port}/ready"
        async with aiohttp.ClientSession() as session, session.get(here) as answer:
            told = await answer.json()
            assert (answer.status == 200) == told["ready"]
            return told["ready"], " ".join(told["reasons"])

    async def metric(self, name: str) -> float:
        """The sum of a metric's series."""
        lines = str(await self.get("/metrics")).splitlines()
        return sum(
            float(line.split()[-1]) for line in lines if line.split("{")[0].split()[:1] == [name]
        )

    @property
    def pid(self) -> int:
        """Of the running service."""
        assert self._process is not None
        return self._process.pid

    async def live(self) -> dict[str, Any]:
        """The board as it is shown now."""
        state: dict[str, Any] = await self.get("/api/v1/live")
        return state

    async def desk(self, interface: str) -> dict[str, Any]:
        """What the page of the agent with this interface is shown: pops, cards, his state."""
        user, password = interface.replace("/", "-").lower(), "a long enough password"
        here = f"http://127.0.0.1:{self.port}"
        known = user in self._cookies
        jar = self._cookies.setdefault(user, aiohttp.CookieJar(unsafe=True))
        if not known:
            words = ("user", "add", user, "--role", "agent", "--agent", f"pbx1:{interface}")
            await self.command(*words, stdin=f"{password}\n")
        async with aiohttp.ClientSession(cookie_jar=jar, headers={"Origin": here}) as session:
            if not known:
                body = {"user": user, "password": password}
                async with session.post(f"{here}/api/v1/session", json=body) as answer:
                    answer.raise_for_status()
            async with session.ws_connect(f"{here}/ws") as socket:
                await socket.send_json({"t": "sub", "topics": [{"n": "agent:me"}]})
                while True:
                    frame = await socket.receive_json(timeout=10)
                    if frame["t"] == "snap":
                        shown: dict[str, Any] = frame["d"]
                        return shown

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What stands in the database."""
        if self.server:
            with ThreadPoolExecutor(1) as aside:
                return aside.submit(asyncio.run, self._rows_of_server(query)).result(30)
        path = self.store / "callcenter.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    async def _rows_of_server(self, query: str) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.behind)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def spans(
        self, truth: dict[str, Any], pbx: str = "pbx1"
    ) -> dict[str, list[dict[str, Any]]]:
        """What the product has of the shifts that the truth tells of, by interface."""
        found: dict[str, list[dict[str, Any]]] = {}
        for interface, told in truth.get("spans", {}).items():
            agent = urllib.parse.quote(f"{pbx}:{interface}", safe="")
            since, until = (
                datetime.fromtimestamp(instant, UTC).isoformat()
                for instant in (told[0]["from"], told[-1]["to"])
            )
            path = f"/api/v1/agents/{agent}/spans"
            found[interface] = (await self.get(path, **{"from": since, "to": until}))["items"]
        return found

    async def stop(self) -> None:
        """Ends the service, by force if it does not go within 10 s."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def kill(self) -> None:
        """Ends the service at once (SIGKILL)."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


ROOT = Path(__file__).resolve().parents[2]
