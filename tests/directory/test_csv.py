"""Customers from and to CSV: every line reported, nothing lost on the way out and in again."""

from __future__ import annotations

import asyncio
import csv
import itertools
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from callcenter.directory.csv_columns import BadFile
from callcenter.directory.csv_export import export_csv
from callcenter.directory.csv_import import import_csv
from callcenter.directory.csv_report import Line, Report
from callcenter.directory.directory import EmbeddedDirectory, search_words
from callcenter.directory.numbers import customer_number
from callcenter.domain.customer import Customer, CustomerNumber, FieldKind
from callcenter.ports.errors import StoreUnavailable
from callcenter.store.customers import SqlCustomers
from callcenter.store.engine import Database
from callcenter.store.schema import open_database, upgrade
from tests.directory.fakes import StandingClock


@pytest.fixture
def customers(database: Database) -> SqlCustomers:
    return SqlCustomers(database)


async def read(
    customers: SqlCustomers, path: Path, content: str | bytes, **options: bool
) -> Report:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return await import_csv(path, customers, StandingClock(), "IR", **options)


async def every(customers: SqlCustomers) -> list[Customer]:
    return [customer async for customer in customers.all()]


SHEETS = {
    "comma": "name,code,phone,tags\nSara,C1,09123456789,vip|new\n",
    "semicolon": "name;code;phone;tags\nSara;C1;09123456789;vip,new\n",
    "tab": "name\tcode\tphone\ttags\nSara\tC1\t09123456789\tvip، new\n",
    "hint of Excel": "sep=;\r\nname;code;phone;tags\r\nSara;C1;09123456789;vip|new\r\n",
    "byte-order mark": "\ufeffname,code,phone,tags\r\nSara,C1,09123456789,vip|new\r\n",
    "quotes": '"name","code","phone","tags"\n"Sara","C1","0912 345 6789","vip|new"\n',
    "Persian": "نام,کد مشتري,موبایل,برچسب\nSara,C1,۰۹۱۲۳۴۵۶۷۸۹,vip|new\n",
    "Hebrew": "שם,קוד לקוח,נייד,תגיות\nSara,C1,09123456789,vip|new\n",
    "no line end": "name,code,phone,tags\nSara,C1,09123456789,vip|new",
    "empty lines": "name,code,phone,tags\n\n,,,\nSara,C1,09123456789,vip|new\n\n",
}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())
async def test_files_of_many_kinds_say_the_same(
    customers: SqlCustomers, tmp_path: Path, sheet: str
) -> None:
    report = await read(customers, tmp_path / "c.csv", sheet)
    assert (report.new, report.rejected, report.double, report.stopped) == (1, 0, 0, "")
    (sara,) = await every(customers)
    assert (sara.name, sara.code, sara.tags) == ("Sara", "C1", ["vip", "new"])
    assert [number.e164 for number in sara.numbers] == ["+989123456789"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("نام,كد\nعلي,1\n".encode("cp1256", "replace"), "not UTF-8: line 1"),
        ("name,code\nSara,1\nJosé,2\n".encode("latin-1"), "not UTF-8: line 3"),
        ("name,code\n".encode("utf-16"), "UTF-16"),
        ("name,code\n".encode("utf-16-le"), "UTF-16"),
        ("name,é".encode()[:-1], "cut off"),
        ("", "is empty"),
        ("phone,code\n0912,1\n", "no column for the customer's name"),
        ("name,code,name\nA,1,B\n", "«name» twice"),
    ],
)
async def test_a_file_that_cannot_be_read_gets_a_sentence(
    customers: SqlCustomers, tmp_path: Path, content: str | bytes, said: str
) -> None:
    with pytest.raises(BadFile, match=said):
        await read(customers, tmp_path / "c.csv", content)


async def test_a_file_that_is_not_there_gets_a_sentence(
    customers: SqlCustomers, tmp_path: Path
) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        await import_csv(tmp_path / "none.csv", customers, StandingClock(), "IR")


async def test_every_line_is_reported_with_its_reason(
    customers: SqlCustomers, tmp_path: Path
) -> None:
    await read(
        customers,
        tmp_path / "first.csv",
        "name,code,phone,tier\nSara,C1,09120000001,gold\nOmid,C2,09120000002,\nNima,,09120000003,\n",
    )
    report = await read(
        customers,
        tmp_path / "second.csv",
        "name,code,phone,tier\n"
        "Sara,C1,09120000001,silver\n"  # 2 changed
        "Omid,C2,,\n"  # 3 unchanged
        '"Leila\nK.",C3,09120000004,\n'  # 4 and 5 new
        "Leila,C3,09120000005,\n"  # 6 double: code of line 4
        "Nima,,09120000003,gold\n"  # 7 changed, by number and name
        "Somebody,,09120000003,\n"  # 8 double: Nima's number in line 7
        "Other,,09120000002,\n"  # 9 double: Omid's number
        "Bad,C9,abc,\n"  # 10 rejected
        ",C10,09120000006,\n"  # 11 rejected
        "Long,C11,09120000007,gold,more\n",  # 12 rejected
    )
    found = [(line.line, line.what) for line in report.lines]
    assert found == [
        *((2, "changed"), (6, "double"), (7, "changed"), (8, "double"), (9, "double")),
        *((10, "rejected"), (11, "rejected"), (12, "rejected")),
    ]
    why = {line.line: line.why for line in report.lines}
    assert "tier" in why[2]
    assert "line 4 has the same code" in why[6]
    assert "under the name «Nima»" in why[8]
    assert "«Omid» (C2)" in why[9]
    assert "no telephone number" in why[10]
    assert "no name" in why[11]
    assert "5 columns" in why[12]
    assert report.applied_to == 12
    assert report.summary().startswith("1 new, 2 changed, 1 unchanged, 3 double, 3 rejected.")
    sara = (await customers.by_codes(["C1"]))["C1"]
    assert sara.tier == "silver"


async def test_a_dry_run_says_the_same_and_stores_nothing(
    customers: SqlCustomers, tmp_path: Path
) -> None:
    sheet = "name,code,phone,city\nSara,C1,09120000001,Qom\nOmid,C1,09120000002,Yazd\n"
    dry = await read(customers, tmp_path / "c.csv", sheet, dry_run=True)
    assert await every(customers) == []
    assert await customers.field_kinds() == []
    real = await read(customers, tmp_path / "c.csv", sheet)
    assert (dry.new, dry.double, dry.lines) == (real.new, real.double, real.lines)
    assert (dry.applied_to, real.applied_to) == (0, 3)


async def test_importing_a_file_twice_changes_nothing(
    customers: SqlCustomers, tmp_path: Path
) -> None:
    sheet = "name,code,phone,visits\nSara,C1,09120000001,3\nOmid,,09120000002,4\nNima,,,5\n"
    await read(customers, tmp_path / "c.csv", sheet)
    before = await every(customers)
    again = await read(customers, tmp_path / "c.csv", sheet)
    assert (again.unchanged, again.new, again.changed, again.double) == (3, 0, 0, 0)
    assert await every(customers) == before


async def test_free_columns_become_typed_fields(customers: SqlCustomers, tmp_path: Path) -> None:
    sheet = "name,visits,since,site,kind,zip,Score [text]\n" + "".join(
        f"N{n},{n},2020-01-{n:02},https://x.ir/{n},{'ab'[n % 2]},0{n},7\n" for n in range(1, 13)
    )
    await read(customers, tmp_path / "c.csv", sheet)
    assert await customers.field_kinds() == [
        FieldKind("visits", "visits", "number"),
        FieldKind("since", "since", "date"),
        FieldKind("site", "site", "link"),
        FieldKind("kind", "kind", "choice", ("a", "b")),
        FieldKind("zip", "zip", "text"),
        FieldKind("score", "Score", "text"),
    ]
    assert (await every(customers))[0].fields == {
        **{"visits": 1, "since": "2020-01-01", "site": "https://x.ir/1"},
        **{"kind": "b", "zip": "01", "score": "7"},
    }
    report = await read(customers, tmp_path / "d.csv", "name,code,visits\nNew,C1,many\n")
    assert "«many» in the column «visits» is no number" in report.lines[0].why


async def test_a_quotation_mark_that_is_not_closed_is_told_with_its_line(
    customers: SqlCustomers, tmp_path: Path
) -> None:
    report = await read(
        customers, tmp_path / "c.csv", 'name,code\nSara,C1\n"Omid"x,C2\nLeila,C3\n"Nima,C4\n'
    )
    assert [(line.line, line.what) for line in report.lines] == [(3, "rejected"), (5, "rejected")]
    assert report.new == 2


async def test_a_store_that_fails_on_the_way_leaves_whole_portions_and_says_so(
    customers: SqlCustomers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = itertools.count(1)
    save = customers.save

    async def failing(given: list[tuple[Customer, list[str]]]) -> list[Customer]:
        if next(calls) == 3:
            raise StoreUnavailable("The disk is full.")
        return await save(given)

    monkeypatch.setattr(customers, "save", failing)
    sheet = "name,code\n" + "".join(f"N{n},C{n}\n" for n in range(3_500))
    report = await read(customers, tmp_path / "c.csv", sheet)
    assert (report.applied_to, report.stopped) == (2_001, "The disk is full.")
    assert "up to line 2001" in report.summary()
    assert await customers.count() == 2_000
    monkeypatch.undo()
    again = await import_csv(tmp_path / "c.csv", customers, StandingClock(), "IR")
    assert (again.unchanged, again.new, again.stopped) == (2_000, 1_500, "")


async def test_progress_and_lines_are_told_as_they_come(
    customers: SqlCustomers, tmp_path: Path
) -> None:
    path = tmp_path / "c.csv"
    path.write_text("name,code\n" + "".join(f"N{n},C{n}\n" for n in range(2_500)))
    told: list[tuple[int, int]] = []
    lines: list[Line] = []
    await import_csv(
        path,
        customers,
        StandingClock(),
        "IR",
        progress=lambda done, all_: told.append((done, all_)),
        on_line=lines.append,
    )
    assert told == [(1_001, 2_501), (2_001, 2_501), (2_501, 2_501)]
    assert [line.line for line in lines] == list(range(2, 2_502))


async def test_an_export_is_in_utf8_with_mark_and_knows_its_columns(
    customers: SqlCustomers, tmp_path: Path
) -> None:
    directory = EmbeddedDirectory(customers, StandingClock(), "IR")
    await directory.create(
        name="سارا", numbers=[("09123456789", "mobile"), ("8888777", "")], tags=["a,b"]
    )
    assert await export_csv(tmp_path / "out.csv", customers) == 1
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfname,code,")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert (row["name"], row["numbers"], row["tags"]) == (
        "سارا",
        "mobile: +989123456789|8888777",
        "a,b|",
    )


_word = st.text(
    st.sampled_from("abcXYZ0123 ,;\t\"'\n[]:علیكي۱שר\u200c-😀"), min_size=1, max_size=12
).map(str.strip)
_name = _word.filter(lambda text: any(letter.isalpha() for letter in text)).map(
    lambda text: text.strip("\u200c \n\t")
)
_item = st.text(st.sampled_from("abc ,;،علی"), min_size=1, max_size=6).map(str.strip).filter(bool)
_number = st.integers(0, 9_999_999).map(lambda n: f"0912{n:07}")


_odd = st.sampled_from(["007", "5", "x"])


@st.composite
def _customers(draw: st.DrawFn) -> list[Customer]:
    found = []
    for place in range(draw(st.integers(0, 6))):
        numbers = draw(st.lists(st.tuples(_number, st.sampled_from(["", "home", "خانه"]))))
        kept = {raw: customer_number(raw, "IR", label) for raw, label in numbers}
        found.append(
            Customer(
                name=draw(_name) or "x",
                code=f"C{place}" if draw(st.booleans()) or not kept else "",
                tier=draw(st.sampled_from(["", "gold"])),
                language=draw(st.sampled_from(["", "fa", "he", "en"])),
                notes=draw(_word).strip("\u200c \n\t"),
                tags=list(dict.fromkeys(draw(st.lists(_item, max_size=3)))),
                fields={
                    **({"n": draw(st.integers(-99, 99))} if draw(st.booleans()) else {}),
                    **(
                        {"t": draw(st.sampled_from(["007", "5", "x"]))}
                        if draw(st.booleans())
                        else {}
                    ),
                },
                numbers=[each for each in kept.values() if isinstance(each, CustomerNumber)],
            )
        )
    return found


def _said(customer: Customer) -> Customer:
    """What a file can carry of a customer: not its id, instants, or a number's looks."""
    numbers = [replace(each, raw=each.e164, national="") for each in customer.numbers]
    return replace(customer, id=0, created_at=0, updated_at=0, numbers=numbers)


@settings(
    max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(given_customers=_customers(), delimiter=st.sampled_from([",", ";", "\t"]))
def test_an_export_imported_elsewhere_is_the_same_directory(
    tmp_path_factory: pytest.TempPathFactory, given_customers: list[Customer], delimiter: str
) -> None:
    asyncio.run(_there_and_back(tmp_path_factory.mktemp("trip"), given_customers, delimiter))


async def _there_and_back(folder: Path, wanted: list[Customer], delimiter: str) -> None:
    kinds = {"n": FieldKind("n", "n", "number"), "t": FieldKind("t", "T", "text")}
    await upgrade(f"sqlite:///{folder}/here.db")
    shutil.copy(folder / "here.db", folder / "there.db")
    here = await open_database(f"sqlite:///{folder}/here.db")
    there = await open_database(f"sqlite:///{folder}/there.db")
    try:
        source, target = SqlCustomers(here), SqlCustomers(there)
        await source.save_field_kinds(kinds)
        await source.save([(each, search_words(each)) for each in wanted])
        await export_csv(folder / "out.csv", source, delimiter=delimiter)
        report = await import_csv(
            folder / "out.csv", target, StandingClock(), "DE", shared_numbers=True
        )
        # Two lines of one name and number without a code are one customer: the import says so.
        assert report.rejected == 0, report.lines
        doubles = {line.line for line in report.lines if line.what == "double"}
        assert report.new + len(doubles) == len(wanted)
        if not doubles:
            assert [_said(each) for each in await every(target)] == [_said(e) for e in wanted]
            assert {kind.key: kind for kind in await target.field_kinds()} == kinds
    finally:
        await here.close()
        await there.close()


@pytest.mark.parametrize("header", ["Customer since", "customer_since", "مشتری از", "לקוח מאז"])
async def test_since_when_somebody_is_a_customer_is_known_by_its_header(
    customers: SqlCustomers, tmp_path: Path, header: str
) -> None:
    await read(customers, tmp_path / "c.csv", f"name,{header}\nSara,2019-10-05\n")
    (sara,) = await every(customers)
    assert sara.fields == {"customer_since": "2019-10-05"}
    assert [(kind.label, kind.type) for kind in await customers.field_kinds()] == [(header, "date")]
