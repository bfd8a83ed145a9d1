"""Settings: what is read, what overrides what, and the sentences for what is wrong."""

from __future__ import annotations

import ast
import copy
import pickle
from pathlib import Path

import pytest

import callcenter.settings as settings_module
from callcenter.settings import Secret, Settings, listing, load, shown, warnings
from callcenter.settings_check import machine_zone

PBX = '[[pbx]]\nusername = "reader"\nsecret = "s3cret"\n'


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str) -> Path:
        path = tmp_path / "callcenter.toml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return _write


def test_without_file_and_environment_the_demo_plays_on_loopback() -> None:
    settings = load(None, {"TZ": "Asia/Tehran"})
    assert settings.demo
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert settings.site.timezone == "Asia/Tehran"
    assert settings.queue_named("support").target_s == 20
    assert settings.queue_named("support").short_abandon_s == 5
    assert settings.queue_named("support").target == 0.8


def test_a_file_is_read_into_typed_values(write) -> None:
    settings = load(
        write(
            '[site]\nname = "مرکز تماس"\ntimezone = "Asia/Tehran"\nregion = "IR"\n'
            'languages = ["fa", "en"]\n' + PBX + 'tls = { ca_file = "", server_name = "pbx" }\n'
            'trunks = ["PJSIP/trunk-"]\n[pbx.actions]\nusername = "actor"\nsecret = "other"\n'
            '[directory.regions]\n97231234567 = "IL"\n[[queue]]\nname = "Support"\ntarget_s = 30\n'
        ),
        {},
    )
    assert not settings.demo
    assert settings.site.name == "مرکز تماس"
    pbx = settings.pbx[0]
    assert pbx.secret is not None
    assert pbx.secret.reveal() == "s3cret"
    assert pbx.encryption is not None
    assert pbx.encryption.server_name == "pbx"
    assert pbx.encryption.verify is True
    assert pbx.actions is not None
    assert pbx.actions.secret == Secret("other")
    assert settings.directory.regions == {"97231234567": "IL"}
    assert settings.queue_named("support").target_s == 30
    assert settings.queue_named("sales").target_s == 20


def test_tls_true_is_the_table_with_its_defaults(write) -> None:
    pbx = load(write(PBX + "tls = true\n"), {}).pbx[0]
    assert pbx.encryption is not None
    assert pbx.encryption.verify
    assert load(write(PBX), {}).pbx[0].encryption is None


def test_the_queue_called_star_holds_for_queues_without_their_own_table(write) -> None:
    settings = load(
        write('[[queue]]\nname = "*"\ntarget_s = 40\n[[queue]]\nname = "vip"\ntarget_s = 10\n'), {}
    )
    assert settings.queue_named("sales").target_s == 40
    assert settings.queue_named("sales").name == "sales"
    assert settings.queue_named("VIP").target_s == 10


def test_environment_overrides_the_file_and_adds_to_lists(write) -> None:
    settings = load(
        write(PBX + "[http]\nport = 9000\n"),
        {
            "CALLCENTER_HTTP__PORT": "9001",
            "CALLCENTER_HTTP__METRICS_OPEN": "true",
            "CALLCENTER_PBX__0__SECRET": "from outside",
            "CALLCENTER_PBX__1__NAME": "pbx2",
            "CALLCENTER_PBX__1__USERNAME": "reader",
            "CALLCENTER_PBX__1__SECRET": "12345",
            "CALLCENTER_PBX__1__TLS__SERVER_NAME": "b.example",
            "CALLCENTER_SITE__LANGUAGES__0": "he",
            "CALLCENTER_QUEUE__0__NAME": "vip",
            "CALLCENTER_QUEUE__0__TARGET": "0.9",
            "CALLCENTER_DIRECTORY__REGIONS__982112345": "IR",
            "CALLCENTER_SERVICE_HOST": "10.0.0.1",
            "CALLCENTER_HTTP_SERVICE_PORT": "80",
            "CALLCENTER_HTTP_PORT": "tcp://10.0.0.1:80",
            "PATH": "/bin",
        },
    )
    assert settings.http.port == 9001
    assert settings.http.metrics_open is True
    assert [p.name for p in settings.pbx] == ["pbx1", "pbx2"]
    assert settings.pbx[0].secret == Secret("from outside")
    assert settings.pbx[1].secret == Secret("12345")
    assert settings.pbx[1].encryption is not None
    assert settings.site.languages == ("he",)
    assert settings.queue_named("vip").target == 0.9
    assert settings.directory.regions == {"982112345": "IR"}


def test_the_public_address_becomes_the_origin_that_browsers_send() -> None:
    settings = load(None, {"CALLCENTER_HTTP__PUBLIC_URL": "HTTPS://Calls.example.org:8443/"})
    assert settings.http.public_url == "https://calls.example.org:8443"


def test_eleven_entries_of_a_list_come_in_the_order_of_their_numbers() -> None:
    environ = {f"CALLCENTER_HTTP__TRUSTED_PROXIES__{n}": f"10.0.0.{n}" for n in range(11)}
    assert load(None, environ).http.trusted_proxies == tuple(f"10.0.0.{n}" for n in range(11))


def test_a_secret_comes_from_the_first_line_of_its_file(write, tmp_path: Path) -> None:
    (tmp_path / "ami").write_text("hunter2 \nrest\n")
    (tmp_path / "ami").chmod(0o600)
    path = write('[[pbx]]\nusername = "reader"\nsecret_file = "ami"\n')
    settings = load(path, {})
    assert settings.pbx[0].secret == Secret("hunter2")
    assert warnings(settings, path) == [
        "site.region is not set: numbers without a country code will match no customer. "
        "Set it to your country, such as IR."
    ]


def test_secrets_that_others_can_read_and_open_doors_are_warned_of(write, tmp_path: Path) -> None:
    (tmp_path / "ami").write_text("hunter2\n")
    (tmp_path / "ami").chmod(0o640)
    path = write(
        '[site]\nregion = "IR"\n[[pbx]]\nusername = "reader"\nsecret_file = "ami"\n'
        'host = "pbx.example"\n[pbx.actions]\nusername = "actor"\nsecret = "x"\n'
        '[[pbx]]\nname = "b"\nusername = "reader"\nsecret = "x"\n[http]\nhost = "0.0.0.0"\n'
    )
    path.chmod(0o644)
    said = warnings(load(path, {}), path)
    assert len(said) == 4
    assert said[0].startswith(f"{path}: contains a secret")
    assert said[1] == (
        f"{tmp_path / 'ami'}: others than its owner can read this secret: "
        f"chmod 600 {tmp_path / 'ami'}"
    )
    assert "AMI to pbx.example is not encrypted" in said[2]
    assert "http.host 0.0.0.0" in said[3]


def test_a_secret_shows_as_stars_everywhere() -> None:
    secret = Secret("hunter2")
    for text in (str(secret), repr(secret), f"{secret}", f"{secret:>10}", "%s" % secret):  # noqa: UP031 (the old way must be safe too)
        assert "hunter2" not in text
        assert "*" in text
    for way in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError):
            way(secret)
    settings = load(None, {"CALLCENTER_PBX__0__USERNAME": "u", "CALLCENTER_PBX__0__SECRET": "hun"})
    assert "hun" not in repr(settings)
    assert ("pbx[1].secret", '"********"') in shown(settings)


def test_the_password_in_the_database_url_is_not_shown() -> None:
    settings = load(None, {"CALLCENTER_DATABASE__URL": "postgresql://cc:hunter2@db/cc"})
    assert dict(shown(settings))["database.url"] == '"postgresql://cc:********@db/cc"'


def test_every_key_is_listed_with_its_variable_and_meaning() -> None:
    rows = {row.key: row for row in listing()}
    assert rows["http.port"].env == "CALLCENTER_HTTP__PORT"
    assert rows["http.port"].default == "8080"
    assert rows["pbx[].tls.ca_file"].env == "CALLCENTER_PBX__N__TLS__CA_FILE"
    assert rows["pbx[].username"].default == "required"
    assert rows["site.languages"].env == "CALLCENTER_SITE__LANGUAGES__N"
    assert rows["directory.regions.LINE"].env == "CALLCENTER_DIRECTORY__REGIONS__LINE"
    assert "desk.dispositions[].resolved" in rows
    assert all(row.meaning.endswith(".") for row in rows.values())
    assert len(rows) == len(listing())


def test_what_is_listed_can_be_set_by_its_variable() -> None:
    """Each plain key of the listing is known to ``load``: a wrong name would be refused."""
    for row in listing():
        if "N" in row.env.split("__") or row.env.endswith(("LINE", "…")) or row.key == "bus.url":
            continue
        value = row.default.strip('"') if row.default != "the machine's, else UTC" else "UTC"
        load(None, {row.env: value})


def test_the_machines_zone_is_found_or_utc(tmp_path: Path) -> None:
    assert machine_zone({}, tmp_path) == "UTC"
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Asia/Jerusalem")
    assert machine_zone({}, tmp_path) == "Asia/Jerusalem"
    (tmp_path / "etc/timezone").write_text("Asia/Tehran\n")
    assert machine_zone({}, tmp_path) == "Asia/Tehran"
    assert machine_zone({"TZ": ":Europe/Berlin"}, tmp_path) == "Europe/Berlin"
    assert machine_zone({"TZ": "nonsense/../x"}, tmp_path) == "Asia/Tehran"


def test_the_sample_settings_are_valid_and_name_every_table(tmp_path: Path) -> None:
    sample = Path(__file__).parent.parent / "callcenter.example.toml"
    text = sample.read_text(encoding="utf-8")
    (tmp_path / "ami-reader.secret").write_text("x\n")
    copied = tmp_path / "callcenter.toml"
    copied.write_text(text, encoding="utf-8")
    assert not load(copied, {}).demo
    # Every commented key must be right as well: take the marks away and load once more.
    bare = "\n".join(
        line.removeprefix("#") if line[:2] != "# " else line for line in text.split("\n")
    )
    (tmp_path / "ami-actor.secret").write_text("x\n")
    copied.write_text(bare, encoding="utf-8")
    loaded = load(copied, {})
    assert loaded != load(None, {})
    for row in listing():
        table, _, key = row.key.partition(".")
        assert table.rstrip("[]") in bare
        last = key.rpartition(".")[2].rstrip("[]")
        assert last in bare or last in ("LINE", "url"), row.key


def test_settings_know_only_themselves_and_the_domain() -> None:
    folder = Path(settings_module.__file__).parent
    for path in folder.glob("settings*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                assert (node.module or "").split(".")[0].startswith(("settings", "domain")), path


def test_defaults_alone_are_settings() -> None:
    assert Settings().demo
