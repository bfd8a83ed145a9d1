"""``callcenter config``: what can be set, and what is."""

from __future__ import annotations

from pathlib import Path

from callcenter.settings import listing

from .conftest import Cli


def test_every_setting_is_listed_with_variable_type_default_and_meaning(cli: Cli) -> None:
    text = cli("config").stdout
    for row in listing():
        assert (
            f"{row.key}\n    {row.meaning}\n    {row.type}; default {row.default}; {row.env}"
            in text
        )


def test_the_list_needs_no_settings_to_be_right(cli: Cli) -> None:
    cli.env["CALLCENTER_HTTP__PORT"] = "nonsense"
    assert "http.port" in cli("config").stdout


def test_show_gives_values_in_force_and_secrets_as_stars(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "callcenter.toml"
    path.write_text(
        '[site]\nname = "Radmehr"\n[[pbx]]\nhost = "10.1.2.3"\nusername = "cc"\nsecret = "geheim"\n'
        '[database]\nurl = "postgresql://cc:geheim@db/calls"\n'
    )
    path.chmod(0o644)
    del cli.env["CALLCENTER_DATABASE__URL"]
    done = cli("config", "--show", "--config", str(path))
    assert "Radmehr" in done.stdout
    assert "10.1.2.3" in done.stdout
    assert "geheim" not in done.output
    assert "********" in done.stdout
    assert "chmod 600" in done.stderr


def test_a_wrong_setting_is_told_with_file_and_line(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "callcenter.toml"
    path.write_text("[http]\nprot = 1\n")
    said = cli.refused("config", "--show", "--config", str(path))
    assert "line 2" in said
    assert "Did you mean port?" in said
