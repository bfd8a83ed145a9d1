"""The directory by CSV from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Cli

GOOD = "name,phone,tags\nشیرین یزدانی,0912 345 6789,vip|kind\nנועה לוי,+972 54 123 4567,\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(GOOD, encoding="utf-8-sig")
    return path


def test_customers_go_in_and_come_out_the_same(cli: Cli, sheet: Path) -> None:
    done = cli("customers", "import", str(sheet), "--region", "IR")
    assert done.stdout.splitlines()[-1].startswith("2 new, 0 changed")
    assert done.stderr == ""
    out = sheet.with_name("out.csv")
    assert "2 customers" in cli("customers", "export", str(out)).stdout
    text = out.read_text(encoding="utf-8-sig")
    assert "+989123456789" in text
    assert "נועה לוי" in text
    again = cli("customers", "import", str(out), "--region", "IR")
    assert again.stdout.splitlines()[-1].startswith("0 new, 0 changed, 2 unchanged")


def test_a_dry_run_stores_nothing(cli: Cli, sheet: Path) -> None:
    assert "dry run" in cli("customers", "import", str(sheet), "--dry-run", "--region", "ir").stdout
    assert "0 customers" in cli("customers", "export", str(sheet.with_name("out.csv"))).stdout


def test_bad_lines_are_named_and_the_good_ones_stored_and_the_end_is_a_failure(
    cli: Cli, sheet: Path
) -> None:
    sheet.write_text("name;phone\nGood;0912 345 6789\n;0912 345 6780\nToo;a;b;c\n")
    done = cli("customers", "import", str(sheet), "--region", "IR", code=1)
    assert "line 3: rejected" in done.stdout
    assert "line 4: rejected" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 new, 0 changed, 0 unchanged, 0 double, 2 rej")


def test_a_number_of_somebody_else_is_a_double_unless_numbers_are_shared(
    cli: Cli, sheet: Path
) -> None:
    sheet.write_text("name,phone\nAnna,0912 345 6789\nBela,0912 345 6789\n")
    done = cli("customers", "import", str(sheet), "--region", "IR", "--dry-run")
    assert "1 new, 0 changed, 0 unchanged, 1 double" in done.stdout
    done = cli("customers", "import", str(sheet), "--region", "IR", "--shared-numbers")
    assert "2 new" in done.stdout


def test_without_a_region_it_is_said_that_short_numbers_match_nothing(
    cli: Cli, sheet: Path
) -> None:
    assert "no region is set" in cli("customers", "import", str(sheet), "--dry-run").stderr
    cli.env["CALLCENTER_SITE__REGION"] = "IR"
    assert cli("customers", "import", str(sheet), "--dry-run").stderr == ""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"", "is empty"),
        (b"name,phone\n\xff\xfe,1\n", "not UTF-8: line 2"),
        ("name,phone\nA,1\n".encode("utf-16"), "UTF-16"),
        (b"colour,size\nred,2\n", "no column for the customer's name"),
    ],
)
def test_a_file_that_cannot_be_imported_is_told_in_a_sentence(
    cli: Cli, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    assert said in cli.refused("customers", "import", str(path), "--region", "IR", code=1)


def test_a_region_that_does_not_exist_is_wrong_use(cli: Cli, sheet: Path) -> None:
    assert "no country 'XX'" in cli.refused("customers", "import", str(sheet), "--region", "XX")


def test_an_export_to_nowhere_is_told_and_leaves_nothing(cli: Cli, tmp_path: Path) -> None:
    said = cli.refused("customers", "export", str(tmp_path / "gone" / "out.csv"), code=1)
    assert "cannot be written" in said


def test_names_cannot_steer_the_terminal(cli: Cli, sheet: Path) -> None:
    sheet.write_text('name,phone\n"\x1b[2JEvil",0912 345 6789\nOther,0912 345 6789\n')
    done = cli("customers", "import", str(sheet), "--region", "IR", "--dry-run")
    assert "Evil" in done.stdout
    assert "\x1b" not in done.stdout
