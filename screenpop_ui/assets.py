"""Finds the files the browser needs, and refuses to start without them.

``vendor/`` is made when the package is installed (``build_assets.py``) and is not in git; a
checkout that was never installed has none, and the pages would be blank. That is said at start,
once.
"""

from __future__ import annotations

from pathlib import Path

NEEDED = (
    "vendor/preact.js",
    "vendor/hooks.js",
    "vendor/htm.js",
    "vendor/signals-core.js",
    "vendor/signals.js",
    "vendor/fonts/vazirmatn-arabic.woff2",
    "vendor/fonts/vazirmatn-latin.woff2",
    "vendor/fonts/heebo-hebrew.woff2",
    "app/sign-in.js",
    "app/desk/main.js",
    "app/wall/main.js",
    "css/tokens.css",
    "i18n/en.json",
    "i18n/fa.json",
    "i18n/he.json",
)


class AssetsMissing(Exception):
    """The browser's files are not there; the message is one sentence for the operator."""


def static_root(package: Path | None = None) -> Path:
    """The folder to serve at ``/static``, complete.

    Raises AssetsMissing naming the first file that is not there.
    """
    root = (package or Path(__file__).resolve().parent) / "static"
    for name in NEEDED:
        if not (root / name).is_file():
            raise AssetsMissing(
                f"The browser files are incomplete ({root / name} is missing): "
                "run 'pip install -e .' in the source folder, or install the package again."
            )
    return root
