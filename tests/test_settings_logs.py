"""``queue_log`` and ``cel`` of a PBX: a path, the address of a table, or a table of keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from callcenter.settings import LogTable, Settings, SettingsError, load, shown, warnings

PBX = '[[pbx]]\nusername = "reader"\nsecret = "s3cret"\n'
URL = "postgresql://reader@db.example.org:5433/asterisk"


def loaded(folder: Path, lines: str, environ: dict[str, str] | None = None) -> Settings:
    path = folder / "callcenter.toml"
    path.write_text(PBX + lines, encoding="utf-8")
    path.chmod(0o600)
    return load(path, environ or {})


def refused(folder: Path, lines: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, lines, environ)
    return str(caught.value)


def test_a_path_stays_a_path(tmp_path: Path) -> None:
    (pbx,) = loaded(tmp_path, 'queue_log = "/var/log/asterisk/queue_log"\n').pbx
    assert (pbx.queue_log, pbx.cel) == ("/var/log/asterisk/queue_log", "")


@pytest.mark.parametrize(
    ("lines", "table"),
    [
        (f'queue_log = "{URL}"', LogTable(url=URL)),
        (f'queue_log = "{URL}?table=pbx.log"', LogTable(url=URL, table="pbx.log")),
        (
            f'queue_log = "{URL}?table=log&ssl=require"',
            LogTable(url=f"{URL}?ssl=require", table="log"),
        ),
        (f'queue_log = {{ url = "{URL}", zone = "UTC" }}', LogTable(url=URL, zone="UTC")),
        (
            f'[pbx.queue_log]\nurl = "{URL}?table=a"\ntable = "b"',
            LogTable(url=URL, table="b"),
        ),
        ('queue_log = "mariadb://a@b/c"', LogTable(url="mariadb://a@b/c")),
    ],
)
def test_a_table_is_named_by_its_address_or_by_keys(
    tmp_path: Path, lines: str, table: LogTable
) -> None:
    assert loaded(tmp_path, f"{lines}\n").pbx[0].queue_log == table


def test_its_password_comes_from_a_file_or_the_environment_and_is_never_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "db.secret").write_text("pass:word\n")
    (tmp_path / "db.secret").chmod(0o644)
    lines = f'queue_log = {{ url = "{URL}", secret_file = "db.secret" }}\n'
    settings = loaded(tmp_path, f'{lines}cel = {{ url = "{URL}" }}\n', {CEL_SECRET: "geheim"})
    log, cel = settings.pbx[0].queue_log, settings.pbx[0].cel
    assert isinstance(log, LogTable)
    assert isinstance(cel, LogTable)
    assert log.secret is not None
    assert cel.secret is not None
    assert (log.secret.reveal(), cel.secret.reveal()) == ("pass:word", "geheim")
    values = dict(shown(settings))
    assert values["pbx[1].queue_log.url"] == f'"{URL}"'
    assert "pass" not in str(values["pbx[1].queue_log.secret"])
    (said,) = [w for w in warnings(settings, tmp_path / "callcenter.toml") if "db.secret" in w]
    assert "chmod 600" in said


CEL_SECRET = "CALLCENTER_PBX__0__CEL__SECRET"


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ('queue_log = "sqlite:///x.db"', ["pbx[1].queue_log", "a path, or postgresql://"]),
        ('queue_log = { url = "postgresql://a@b" }', ["pbx[1].queue_log.url", "a path, or"]),
        ('cel = "mysql://a:b@c/d"', ["pbx[1].cel", "does not belong", "secret_file"]),
        (
            f'queue_log = {{ url = "{URL}", zone = "Mars" }}',
            ["pbx[1].queue_log.zone", "no time zone 'Mars'"],
        ),
        (
            f'queue_log = {{ url = "{URL}", secret_file = "none" }}',
            ["pbx[1].queue_log.secret_file", "cannot be read"],
        ),
        (f'queue_log = {{ url = "{URL}", tabel = "x" }}', ["Did you mean table?"]),
        ("queue_log = { table = 'x' }", ["pbx[1].queue_log.url", "is missing"]),
        (f'queue_log = {{ url = "{URL}", secret = "" }}', ["secret of this table is missing"]),
        ("queue_log = 3", ["pbx[1].queue_log", "got 3"]),
        ('queue_log = "postgresql://[x/y"', ["a path, or postgresql://"]),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, lines: str, words: list[str]) -> None:
    said = refused(tmp_path, f"{lines}\n")
    for word in words:
        assert word in said
    assert ":b@" not in said
