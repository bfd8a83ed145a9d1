"""The build hook: one copy of each library, relative imports, and a sentence when it cannot."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from screenpop_ui import build_assets
from screenpop_ui.assets import NEEDED, AssetsMissing, static_root
from screenpop_ui.build_assets import AssetsError, build, rewrite_imports

VENDOR = static_root() / "vendor"


def test_bare_imports_become_relative_and_the_source_map_goes() -> None:
    text = (
        'import{h}from"preact";import x from "./x.js";export{y}from"preact/hooks";'
        "\n//# sourceMappingURL=a.map"
    )
    assert rewrite_imports(text, "a.js") == (
        'import{h}from"./preact.js";import x from "./x.js";export{y}from"./hooks.js";\n'
    )


def test_an_import_we_do_not_ship_stops_the_build() -> None:
    with pytest.raises(AssetsError, match="left-pad"):
        rewrite_imports('import a from"left-pad";', "a.js")


def test_no_vendored_script_imports_by_a_bare_name() -> None:
    for file in VENDOR.glob("*.js"):
        assert not re.findall(r'from\s*"[^."]', file.read_text("utf-8")), file.name


def test_the_manifest_names_version_licence_and_checksum() -> None:
    manifest = json.loads((VENDOR / "manifest.json").read_text())
    assert {entry["package"] for entry in manifest} >= {"preact", "htm", "@preact/signals"}
    for entry in manifest:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["licence"] in {"MIT", "Apache-2.0", "OFL-1.1"}


def test_the_licence_of_every_package_is_shipped() -> None:
    assert len(list((VENDOR / "licences").glob("*.txt"))) == 6


def test_a_second_build_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_npm(room: Path) -> None:
        raise AssertionError(f"npm was called for {room}")

    monkeypatch.setattr(build_assets, "run_npm", no_npm)
    assert build(Path(build_assets.__file__).parent) is False


def test_a_failed_npm_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{")
    (tmp_path / "package-lock.json").write_text("{")
    (tmp_path / "build_assets.py").write_text("")
    with pytest.raises(AssetsError, match="registry"):
        build(tmp_path)
    assert not (tmp_path / "static" / "vendor").exists()


def test_without_vendor_the_start_fails_with_one_sentence(tmp_path: Path) -> None:
    for name in NEEDED:
        if not name.startswith("vendor/"):
            (tmp_path / "static" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "static" / name).touch()
    with pytest.raises(AssetsMissing) as told:
        static_root(tmp_path)
    assert "vendor/preact.js" in str(told.value)
    assert "pip install" in str(told.value)
    assert "\n" not in str(told.value)


def test_the_lock_file_carries_checksums_and_no_registry() -> None:
    lock = (Path(build_assets.__file__).parent / "package-lock.json").read_text()
    packages = {k: v for k, v in json.loads(lock)["packages"].items() if k}
    assert all("integrity" in package for package in packages.values())
    assert "resolved" not in lock
