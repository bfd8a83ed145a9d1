"""A disk of the database's own that can be filled up and freed again.

It is a small tmpfs. Where mounting is not allowed, the service's process may write no file beyond
the size that they have now, which its database feels in the same way.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ORDINARY = ("setpriv", "--bounding-set=-dac_override")
"""Starts a program that root's right to write every file is taken from."""
SIZE = "16m"
BLOCK = bytes(1 << 16)


class SmallDisk:
    """A folder that can be full. ``pid`` gives the process that writes into it."""

    def __init__(self, folder: Path, pid: Callable[[], int]) -> None:
        self.folder = folder
        self._pid = pid
        folder.mkdir(parents=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)]
        done = subprocess.run(command, capture_output=True, check=False)
        self._mounted = done.returncode == 0

    def fill(self) -> None:
        """Not a byte more finds room."""
        if not self._mounted:
            largest = max((f.stat().st_size for f in self.folder.iterdir()), default=0)
            resource.prlimit(self._pid(), resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            return
        with (self.folder / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            size = len(BLOCK)
            while size:
                try:
                    filler.write(BLOCK[:size])
                except OSError:
                    size //= 2

    def free(self) -> None:
        """There is room again."""
        if not self._mounted:
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(self._pid(), resource.RLIMIT_FSIZE, unlimited)
        (self.folder / "filler").unlink(missing_ok=True)

    def forbid(self) -> None:
        """Nobody may open a file for writing or make one, but who has root's right (``ORDINARY``
        has not). What is open stays so."""
        for path in (*self.folder.iterdir(), self.folder):
            path.chmod(path.stat().st_mode & ~0o222)

    def allow(self) -> None:
        """The owner may write again."""
        for path in (self.folder, *self.folder.iterdir()):
            path.chmod(path.stat().st_mode | 0o200)

    def remove(self) -> None:
        """Takes the disk away."""
        if self._mounted:
            subprocess.run(["umount", "-l", str(self.folder)], capture_output=True, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)
