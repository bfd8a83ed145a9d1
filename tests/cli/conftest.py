"""The command line as a person uses it, on a database of the test's own."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ami_bridge.trace import read
from callcenter.cli import main
from callcenter.cli.replaying import Tally, replay
from callcenter.domain.calls import Rules
from callcenter.store.journal import SqlJournal
from callcenter.store.schema import open_database, upgrade

from .pbx import ScriptedPbx

TRACES = Path(__file__).parents[1] / "traces"


class Cli:
    """``cli("user", "list")`` runs a command; ``code`` is how it must end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/calls.db"
        self.env = {
            "CALLCENTER_DATABASE__URL": self.url,
            "CALLCENTER_SITE__TIMEZONE": "Asia/Tehran",
        }

    def configure(self, *names: str) -> None:
        """PBXs in the settings, at an address where nobody is."""
        for n, name in enumerate(names):
            self.pbx(n, NAME=name, HOST="127.0.0.1", PORT="1", USERNAME="callcenter", SECRET="x")

    def pbx(self, n: int, **keys: str) -> None:
        self.env |= {f"CALLCENTER_PBX__{n}__{key}": value for key, value in keys.items()}

    def __call__(self, *args: str, input: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, args, input=input, env=self.env)
        told = result.output
        assert "Traceback" not in told
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(
            result.exception
        )
        assert result.exit_code == code, told
        return result

    def refused(self, *args: str, input: str | None = None, code: int = 2) -> str:
        """What is said on standard error of a command that must fail with ``code``."""
        said = self(*args, input=input, code=code).stderr
        assert said.strip()
        return " ".join(said.split())

    def process(
        self, *args: str, input: str | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """The command as a program of its own."""
        return subprocess.run(
            [sys.executable, "-m", "callcenter.cli", *args],
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            env={**os.environ, **self.env, **env},
            cwd=Path(__file__).parents[2],
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    for name in [name for name in os.environ if name.startswith("CALLCENTER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return Cli(tmp_path)


@pytest.fixture
def journalled(cli: Cli) -> Callable[..., int]:
    """Puts the facts of recorded stories into the journal; gives how many."""

    def put(*stories: str) -> int:
        facts = [
            fact
            for story in stories
            for fact in replay(read(TRACES / story / "ami.jsonl"), "pbx1", Rules(), Tally())
        ]

        async def store() -> None:
            await upgrade(cli.url)
            database = await open_database(cli.url)
            try:
                await SqlJournal(database).append(facts)
            finally:
                await database.close()

        asyncio.run(store())
        return len(facts)

    return put


@pytest.fixture
def pbx() -> Iterator[ScriptedPbx]:
    with ScriptedPbx() as server:
        yield server
