"""A Debian with Asterisk inside, unpacked into a cache folder and used by ``chroot``.

Debian 12 has no Asterisk of its own. ``debootstrap`` makes a small Debian of the suite that has the
wanted version, in about 45 seconds; it is kept in ``$XDG_CACHE_HOME/callcenter-lab`` (for root
without that variable: ``/var/cache/callcenter-lab``) and serves all later runs. The mirror is read
from this machine's own apt sources at run time.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUILD_SECONDS = 900


class LabError(Exception):
    """The lab cannot be set up; the text says why and what to do."""


@dataclass(frozen=True)
class Suite:
    """Which Debian holds which Asterisk; ``script`` is the debootstrap script to use."""

    name: str
    version: int
    script: str
    include: str
    security: bool = False


# Debian 12's debootstrap knows no suite forky: the script of sid does for it.
FORKY = Suite("forky", 22, "sid", "asterisk,asterisk-config")
BULLSEYE = Suite(
    "bullseye", 16, "bullseye", "asterisk,asterisk-config,asterisk-modules,asterisk-voicemail"
)
SUITES = {suite.version: suite for suite in (FORKY, BULLSEYE)}


def cache_folder() -> Path:
    """Where the unpacked systems are kept between runs; outside the repository."""
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base) / "callcenter-lab"
    if os.geteuid() == 0:
        return Path("/var/cache/callcenter-lab")
    return Path.home() / ".cache" / "callcenter-lab"


def mirror() -> str:
    """The Debian mirror of this machine's apt sources.

    Raises:
        LabError: no source of a Debian archive was found.
    """
    sources = Path("/etc/apt/sources.list.d")
    for file in sorted(sources.glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", file.read_text()):
            found = re.search(r"^URIs:\s*(\S+)", stanza, re.M)
            suites = re.search(
                r"^Suites:.*\b(bookworm|trixie|forky|stable|testing|sid)\b", stanza, re.M
            )
            if found and suites and "security" not in found.group(1):
                return found.group(1)
    for file in [Path("/etc/apt/sources.list"), *sorted(sources.glob("*.list"))]:
        if not file.exists():
            continue
        line = re.search(
            r"^deb\s+(?:\[[^]]*\]\s+)?(\S+/debian/?)\s+\S+\s+.*\bmain\b", file.read_text(), re.M
        )
        if line:
            return line.group(1)
    raise LabError(
        "no Debian mirror in /etc/apt/sources.list or /etc/apt/sources.list.d: "
        "the lab unpacks its Asterisk from there."
    )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One builder at a time on this machine; the others wait and then find it made."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)


def find_or_make(version: int = 22) -> Path:
    """The root folder of a Debian with Asterisk ``version``, made when it is missing.

    The build happens in a temporary folder that is renamed at the end, so that a half-made system
    is never found.

    Raises:
        LabError: not root, debootstrap missing, or the build failed.
    """
    suite = SUITES[version]
    cache = cache_folder()
    root = cache / f"asterisk-{suite.version}-{suite.name}"
    if os.geteuid() != 0:
        raise LabError("the lab needs root: it runs Asterisk inside a chroot.")
    cache.mkdir(parents=True, exist_ok=True)
    if not root.exists():
        with _locked(cache / f"{root.name}.lock"):
            if not root.exists():
                _build(suite, root)
    return root


def _build(suite: Suite, root: Path) -> None:
    program = shutil.which("debootstrap")
    if program is None:
        raise LabError("debootstrap is not installed: apt-get install debootstrap")
    for left in root.parent.glob(f".making-{root.name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    making = Path(tempfile.mkdtemp(prefix=f".making-{root.name}-", dir=root.parent))
    making.chmod(0o755)
    command = [
        program,
        "--variant=minbase",
        f"--include={suite.include}",
        suite.name,
        str(making),
        mirror(),
        f"/usr/share/debootstrap/scripts/{suite.script}",
    ]
    print(f"lab: unpacking Debian {suite.name} with Asterisk {suite.version} into {root} ...")
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if done.returncode != 0 or not (making / "usr/sbin/asterisk").exists():
        tail = "\n".join(done.stdout.splitlines()[-15:])
        shutil.rmtree(making, ignore_errors=True)
        raise LabError(f"debootstrap of {suite.name} failed:\n{tail}")
    for package in (making / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    making.rename(root)
