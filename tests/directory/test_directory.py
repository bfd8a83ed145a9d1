"""Who is calling: rules of falling certainty, and never the first of several silently."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from callcenter.directory.directory import EmbeddedDirectory
from callcenter.directory.numbers import normalise
from callcenter.domain.customer import Alert
from callcenter.ports.errors import StoreRefused
from callcenter.store.customers import SqlCustomers
from callcenter.store.engine import Database
from tests.directory.fakes import StandingClock


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def directory(database: Database, clock: StandingClock) -> EmbeddedDirectory:
    return EmbeddedDirectory(SqlCustomers(database), clock, "IR")


async def names(directory: EmbeddedDirectory, raw: str, region: str = "IR") -> list[str]:
    return [match.customer.name for match in await directory.look_up(normalise(raw, region))]


@pytest.mark.parametrize(
    ("stored", "calls"),
    [
        # PEERS.md C 2 and 15: the record holds the very number, written in another way.
        ("+98 912-345-6789", "989123456789"),
        ("0912 345 6789", "+989123456789"),
        # 16: more than one national form.
        ("(0912) 345 67 89", "00989123456789"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "09123456789"),
        # 17: a space at the end.
        ("09123456789 ", "09123456789"),
        ("\u202a+989123456789\u202c", "9123456789"),
        # 18: numbers that begin with a plus.
        ("+12125550123", "+12125550123"),
        ("+12125550123", "0012125550123"),
    ],
)
async def test_a_number_is_found_however_it_was_written(
    directory: EmbeddedDirectory, stored: str, calls: str
) -> None:
    await directory.create(name="Sara", numbers=[(stored, "mobile")])
    found = await directory.look_up(normalise(calls, "IR"))
    assert [(each.customer.name, each.confidence) for each in found] == [("Sara", "exact")]


async def test_everybody_with_the_number_is_shown(directory: EmbeddedDirectory) -> None:
    for name in ("Sara", "Omid", "Leila"):
        await directory.create(name=name, numbers=[("02188887777", "")])
    assert await names(directory, "+982188887777") == ["Sara", "Omid", "Leila"]


@pytest.mark.parametrize("raw", ["Anonymous", "", "ناشناس", "1001"])
async def test_withheld_and_internal_numbers_are_never_looked_up(
    directory: EmbeddedDirectory, raw: str, database: Database
) -> None:
    await database.close()
    assert await names(directory, raw) == []


async def test_a_number_of_another_country_that_ends_alike_is_another_number(
    directory: EmbeddedDirectory,
) -> None:
    await directory.create(name="Sara", numbers=[("+989123456789", "")])
    assert await names(directory, "+449123456789") == []
    assert await names(directory, "+982123456789") == []


async def test_a_number_in_unknown_form_is_found_by_its_national_digits(
    directory: EmbeddedDirectory,
) -> None:
    await directory.create(name="Shop", numbers=[("8888777", "")])
    found = await directory.look_up(normalise("8888777", "IR"))
    assert [(each.customer.name, each.confidence) for each in found] == [("Shop", "national")]
    assert await names(directory, "8888777", "IL") == []


async def test_the_end_of_a_number_counts_only_if_it_fits_one(
    directory: EmbeddedDirectory,
) -> None:
    await directory.create(name="Sara", numbers=[("+989123456789", "")])
    odd = replace(normalise("8888777", "IR"), digits="77123456789")
    found = await directory.look_up(odd)
    assert [(each.customer.name, each.confidence) for each in found] == [("Sara", "suffix")]
    await directory.create(name="Omid", numbers=[("+982123456789", "")])
    assert await directory.look_up(odd) == []


async def test_a_new_customer_is_found_though_the_number_was_nobodys(
    directory: EmbeddedDirectory,
) -> None:
    assert await names(directory, "09123456789") == []
    sara = await directory.create(name="Sara", numbers=[("09123456789", "")])
    assert await names(directory, "09123456789") == ["Sara"]
    await directory.update(replace(sara, numbers=[]))
    assert await names(directory, "09123456789") == []


async def test_what_another_program_changed_is_seen_within_a_second(
    directory: EmbeddedDirectory, database: Database, clock: StandingClock
) -> None:
    assert await names(directory, "09123456789") == []
    importer = EmbeddedDirectory(SqlCustomers(database), clock, "IR")
    await importer.create(name="Sara", numbers=[("09123456789", "")])
    clock.turn(1_000)
    assert await names(directory, "09123456789") == ["Sara"]


async def test_a_kept_answer_asks_nothing_of_the_store(
    directory: EmbeddedDirectory, database: Database
) -> None:
    await directory.create(name="Sara", numbers=[("09123456789", "")])
    await names(directory, "09123456789")
    await names(directory, "09120000000")
    await database.close()
    assert await names(directory, "09123456789") == ["Sara"]
    assert await names(directory, "09120000000") == []


async def test_a_customer_comes_back_whole(
    directory: EmbeddedDirectory, clock: StandingClock
) -> None:
    made = await directory.create(
        name=" سارا\u200cبانو ",
        numbers=[("0912 345 6789", "mobile"), ("+989123456789", "again"), ("8888777", "shop")],
        code="C-1",
        tier="gold",
        organisation="شرکت",
        language="fa",
        tags=["vip", "vip", " "],
        fields={"since": "2020-01-02", "visits": 3, "rate": 1.5},
        alert=Alert("Owes us", "omid", 5),
        notes="two\nlines",
    )
    assert await directory.get(made.id) == made
    assert made.name == "سارا\u200cبانو"
    assert [number.e164 for number in made.numbers] == ["+989123456789", ""]
    assert made.tags == ["vip"]
    assert made.created_at == made.updated_at == clock.wall_ms()
    assert await directory.get(made.id + 1) is None


async def test_an_update_replaces_and_stamps(
    directory: EmbeddedDirectory, clock: StandingClock
) -> None:
    made = await directory.create(name="Sara", numbers=[("09123456789", "")])
    clock.turn(5_000)
    later = await directory.update(replace(made, name="Sara Karimi", tags=["new"]))
    assert await directory.get(made.id) == later
    assert (later.created_at, later.updated_at) == (made.created_at, made.created_at + 5_000)
    assert [each.name for each in await directory.search("karimi", 5)] == ["Sara Karimi"]


async def test_what_cannot_be_stored_gets_a_sentence(directory: EmbeddedDirectory) -> None:
    sara = await directory.create(name="Sara", code="C-1")
    with pytest.raises(StoreRefused, match="«C-1» belongs to the customer «Sara»"):
        await directory.create(name="Omid", code=" C-1 ")
    with pytest.raises(StoreRefused, match="needs a name"):
        await directory.create(name="  ")
    with pytest.raises(StoreRefused, match="too short"):
        await directory.create(name="Omid", numbers=[("1001", "")])
    with pytest.raises(StoreRefused, match="no customer with the id 999"):
        await directory.update(replace(sara, id=999, code=""))
    with pytest.raises(StoreRefused, match="no id"):
        await directory.update(replace(sara, id=0))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sara", ["Sara Karimi"]),
        ("KARI", ["Sara Karimi"]),
        ("kar sar", ["Sara Karimi"]),
        ("علي", ["علی رضایی"]),
        ("رضایي على", ["علی رضایی"]),
        ("كريمي", ["کریمی"]),
        ("c-7", ["Sara Karimi"]),
        ("c7", ["Sara Karimi"]),
        ("۰۹۱۲ ۳۴۵", ["Sara Karimi"]),
        ("+98912", ["Sara Karimi"]),
        ("0098912", ["Sara Karimi"]),
        ("912345", ["Sara Karimi"]),
        ("345", []),
        ("acme", ["Sara Karimi"]),
        ("nobody", []),
        ("%", []),
        ("", []),
        ("שָׂרָה", ["שרה"]),
    ],
)
async def test_customers_are_found_by_beginnings_of_words(
    directory: EmbeddedDirectory, text: str, found: list[str]
) -> None:
    await directory.create(
        name="Sara Karimi", code="C-7", organisation="Acme", numbers=[("09123456789", "")]
    )
    await directory.create(name="علی رضایی", numbers=[("02188887777", "")])
    await directory.create(name="کریمی")
    await directory.create(name="שרה")
    assert [customer.name for customer in await directory.search(text, 10)] == found


async def test_a_search_answers_no_more_than_asked(directory: EmbeddedDirectory) -> None:
    for number in range(20):
        await directory.create(name=f"Sara {number}")
    assert len(await directory.search("sara", 5)) == 5
    assert await directory.search("sara", 0) == []


async def test_many_numbers_are_looked_up_as_each_of_them_would_be(
    directory: EmbeddedDirectory,
) -> None:
    raws = [
        *("09123456789", "+989123456789", "9123456789", "00989123456789", "anonymous", "104"),
        *("02188887777", "88887777", "+12125550123", "2125550123", "0912345678", "", "23456789"),
    ]
    numbers = [normalise(raw, "IR") for raw in raws]
    assert await directory.look_up_many(numbers) == [[] for _ in raws]
    await directory.create(name="Sara", numbers=[("0912 345 6789", "")])
    await directory.create(name="Omid", numbers=[("021 8888 7777", ""), ("23456789", "")])
    await directory.create(name="Leila", numbers=[("02188887777", ""), ("+1 212 555 0123", "")])
    many = await directory.look_up_many(numbers)
    assert many == [await directory.look_up(number) for number in numbers]
    assert [len(found) for found in many][:4] == [1, 1, 1, 1]
    assert [match.customer.name for match in many[6]] == ["Omid", "Leila"]
    assert await directory.look_up_many([]) == []
