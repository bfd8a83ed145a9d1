"""The sample configuration: no secrets in it, and the lab runs on it, not beside it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from .conf import SAMPLE, Ports, Secrets, prepare

PORTS = Ports(ami=15038, sip=15060, line=15070, rtp=12000)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root/usr/lib/x/asterisk/modules").mkdir(parents=True)
    return tmp_path / "root"


def test_sample_has_no_secret_of_its_own() -> None:
    for file in SAMPLE.glob("*.conf"):
        for line in file.read_text(encoding="utf-8").splitlines():
            found = re.match(r"^\s*(?:secret|password)\s*=\s*(.*)$", line)
            if found:
                assert re.fullmatch(r"@PHONE_SECRET_\d{4}@", found.group(1)), f"{file.name}: {line}"


def test_lab_uses_every_file_of_the_sample(tmp_path: Path, root: Path) -> None:
    prepare(tmp_path / "etc", "/lab/x", root, 22, PORTS, Secrets())
    names = {path.name for path in (tmp_path / "etc").iterdir()}
    assert {path.name for path in SAMPLE.glob("*.conf")} <= names


def test_lab_changes_only_what_must_differ(tmp_path: Path, root: Path) -> None:
    prepare(tmp_path / "etc", "/lab/x", root, 22, PORTS, Secrets())
    for name in ("queues.conf", "extensions.conf", "features.conf", "modules.conf", "logger.conf"):
        assert (tmp_path / "etc" / name).read_text() == (SAMPLE / name).read_text()


def test_old_asterisk_gets_the_old_filters_and_no_new_ones(tmp_path: Path, root: Path) -> None:
    prepare(tmp_path / "etc", "/lab/x", root, 16, PORTS, Secrets())
    lines = (tmp_path / "etc/manager.conf").read_text().splitlines()
    filters = [line for line in lines if line.startswith("eventfilter")]
    assert [line.split("=")[0].strip() for line in filters] == ["eventfilter"] * 3


def test_fill_in_leaves_no_placeholder_and_never_the_same_secret(tmp_path: Path) -> None:
    made = subprocess.run(
        ["sh", str(SAMPLE / "fill-in.sh"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    phones = re.findall(r"^password = (\w+)$", (tmp_path / "pjsip.conf").read_text(), re.M)
    accounts = re.findall(r"^secret = (\w+)$", (tmp_path / "manager.conf").read_text(), re.M)
    assert len(phones) == 12
    assert len(accounts) == 2
    assert len({*phones, *accounts}) == 14
    assert all(secret in made.stdout for secret in accounts)


def test_fill_in_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "queues.conf").write_text("[mine]\n")
    for _ in range(2):
        subprocess.run(
            ["sh", str(SAMPLE / "fill-in.sh"), str(tmp_path)], capture_output=True, check=True
        )
    assert (tmp_path / "queues.conf.before-callcenter").read_text() == "[mine]\n"


def test_fill_in_says_what_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", str(SAMPLE / "fill-in.sh"), str(tmp_path / "nowhere")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is no folder" in done.stderr
