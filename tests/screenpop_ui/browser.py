"""How the tests start Debian's Chromium."""

from __future__ import annotations

import shutil
from typing import Any


def chromium_arguments() -> dict[str, Any]:
    """Arguments for ``chromium.launch``. Raises RuntimeError when no Chromium is installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("Chromium is missing: run 'apt-get install chromium'.")
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-gpu"]}
