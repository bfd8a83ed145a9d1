"""One running Asterisk of the lab: started, waited for, restarted, killed, removed.

Each instance has its own configuration, logs, spool and database below ``/lab`` inside the chroot,
and its own loopback ports, so that several run side by side and none leaves anything behind.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import shutil
import signal
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tests.free_port import free_port

from .chroot import LabError, find_or_make
from .conf import REALTIME, RTP_PORTS, SITES, Ports, Secrets, prepare, site_queue
from .realtime import Tables

BOOT_SECONDS = 60
FOLDERS = (
    "run",
    "log",
    "log/cdr-csv",
    "log/cel-custom",
    "spool",
    "spool/monitor",
    "spool/tmp",
    "db",
    "cache",
)


def _free_rtp() -> int:
    """The first of ``RTP_PORTS`` ports below the range that the kernel hands out itself."""
    return random.SystemRandom().randrange(10_000, 31_000 - RTP_PORTS, 2)


def _asterisk_ids(root: Path) -> tuple[int, int]:
    for line in (root / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "asterisk":
            return int(uid), int(gid)
    raise LabError(f"{root} has no user asterisk: remove this folder, it will be made anew.")


class Asterisk:
    """A real Asterisk with the sample configuration.

    ``version`` is 22 or 16. ``ports`` and ``secrets`` tell how to reach it. ``files`` are put over
    those of the sample, by name, and ``modules`` are loaded that it leaves out.
    """

    def __init__(
        self,
        version: int = 22,
        *,
        sites: int = SITES,
        files: Mapping[str, str] | None = None,
        modules: Sequence[str] = (),
    ) -> None:
        self.version = version
        self.sites = sites
        self._files = dict(files or {})
        self._modules = modules
        self.ports = Ports(
            ami=free_port(),
            sip=free_port(socket.SOCK_DGRAM),
            line=free_port(socket.SOCK_DGRAM),
            rtp=_free_rtp(),
        )
        self.secrets = Secrets()
        self.name = f"{os.getpid()}-{secrets.token_hex(3)}"
        self._root: Path | None = None
        self._process: asyncio.subprocess.Process | None = None

    @property
    def home(self) -> Path:
        """The instance's own folder, as seen from outside the chroot."""
        if self._root is None:
            raise LabError("this Asterisk has not been started")
        return self._root / "lab" / self.name

    @property
    def tables(self) -> Tables:
        """The database from which it reads queues and members."""
        return Tables(self.home)

    @property
    def queue_log(self) -> Path:
        """The file that Asterisk writes its queue log to."""
        return self.home / "log/queue_log"

    @property
    def cel(self) -> Path:
        """The file that it writes its channel events to."""
        return self.home / "log/cel-custom/Master.csv"

    async def start(self) -> None:
        """Makes the instance's folder, starts Asterisk and waits until it is fully booted."""
        self._root = await asyncio.to_thread(find_or_make, self.version)
        _sweep(self._root)
        inside = f"/lab/{self.name}"
        prepare(
            self.home / "etc",
            inside,
            self._root,
            self.version,
            self.ports,
            self.secrets,
            self.sites,
        )
        for name, text in self._files.items():
            (self.home / "etc" / name).write_text(text, encoding="utf-8")
        listed = self.home / "etc/modules.conf"
        for module in self._modules:
            listed.write_text(listed.read_text().replace(f"noload = {module}\n", ""))
        for part in FOLDERS:
            (self.home / part).mkdir(parents=True)
        self.tables.make([site_queue(REALTIME, site) for site in range(self.sites + 1)])
        self._give_to_asterisk()
        await self._run()

    def _give_to_asterisk(self) -> None:
        assert self._root is not None
        uid, gid = _asterisk_ids(self._root)
        os.chown(self.home, uid, gid)
        for path in self.home.rglob("*"):
            os.chown(path, uid, gid)

    async def _run(self) -> None:
        console = (self.home / "console.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            "chroot",
            str(self._root),
            "/usr/sbin/asterisk",
            "-f",
            "-U",
            "asterisk",
            "-C",
            f"/lab/{self.name}/etc/asterisk.conf",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
        console.close()
        (self.home / "pid").write_text(str(self._process.pid))
        try:
            await asyncio.wait_for(self._booted(), BOOT_SECONDS)
        except TimeoutError:
            raise LabError(
                f"Asterisk did not boot in {BOOT_SECONDS} s:\n{self.last_words()}"
            ) from None

    async def _booted(self) -> None:
        """Logs in again and again until FullyBooted has come."""
        assert self._process is not None
        while True:
            if self._process.returncode is not None:
                raise LabError(f"Asterisk ended while starting:\n{self.last_words()}")
            with suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.ports.ami)
                try:
                    writer.write(
                        b"Action: Login\r\nUsername: lab\r\nSecret: %b\r\nEvents: on\r\n\r\n"
                        % self.secrets.lab.encode()
                    )
                    with suppress(TimeoutError):
                        await asyncio.wait_for(reader.readuntil(b"FullyBooted"), 2)
                        return
                finally:
                    writer.close()
            await asyncio.sleep(0.1)

    def last_words(self) -> str:
        """The end of the console and of the messages log, for error texts."""
        lines: list[str] = []
        for name in ("console.log", "log/messages"):
            path = self.home / name
            if path.exists():
                lines += path.read_text(errors="replace").splitlines()[-20:]
        return "\n".join(lines)

    async def kill(self) -> None:
        """Ends Asterisk at once, as a power cut would (SIGKILL)."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def restart(self, *, killed: bool = False) -> None:
        """Ends Asterisk (cleanly, or by SIGKILL) and starts it again, same ports, same database."""
        await self._end(signal.SIGKILL if killed else signal.SIGTERM)
        await self._run()

    async def restart_itself(self) -> None:
        """``core restart now``: it hangs everybody up and begins anew, with the same pid."""
        booted = (self.home / "log/queue_log").read_bytes().count(b"|QUEUESTART|")
        command = await asyncio.create_subprocess_exec(
            "chroot",
            str(self._root),
            "/usr/sbin/asterisk",
            "-C",
            f"/lab/{self.name}/etc/asterisk.conf",
            "-rx",
            "core restart now",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asyncio.wait_for(command.wait(), 10)
        async with asyncio.timeout(BOOT_SECONDS):
            while self.queue_log.read_bytes().count(b"|QUEUESTART|") == booted:
                await asyncio.sleep(0.1)
            await self._booted()

    async def stop(self, *, keep: bool = False) -> None:
        """Ends Asterisk and removes its folder, unless ``keep``."""
        await self._end(signal.SIGTERM)
        if self._root is not None and not keep:
            shutil.rmtree(self.home, ignore_errors=True)

    async def __aenter__(self) -> Asterisk:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


def _sweep(root: Path) -> None:
    """Ends and removes instances whose test run has died without doing so itself."""
    for home in (root / "lab").glob("*-*"):
        owner = home.name.split("-")[0]
        if Path(f"/proc/{owner}").exists():
            continue
        with suppress(OSError, ValueError):
            pid = int((home / "pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if f"/lab/{home.name}/".encode() in command:
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(home, ignore_errors=True)
