"""Figures of any period out of the stored sums: scopes, steps, and what is asked for wrongly."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain.facts import Recorded
from callcenter.services.kpi_query import Figures, KpiQuery, KpiValue
from callcenter.services.ledger import Ledger
from kpi.counters import Cell, Counters
from kpi.rules import Rules
from tests.playbook import T0, Playbook, gives_up, gone, hangs_up, leaves_queue

HOUR = 3_600_000
RULES = Rules(zone="Asia/Tehran")


class Sums:
    """A call log that has the sums of some calls."""

    def __init__(self, cells: dict[Cell, Counters]) -> None:
        self._cells = cells

    async def cells(self, from_ms: int, to_ms: int) -> dict[Cell, Counters]:
        return {c: v for c, v in self._cells.items() if from_ms <= c.interval_ms < to_ms}

    async def fcr_calls(self, from_ms: int, to_ms: int) -> list[Any]:
        return []


class Clock:
    def wall_ms(self) -> int:
        return T0 + 24 * HOUR

    def monotonic(self) -> float:
        return 0.0


def figures() -> Figures:
    """Three callers: two answered (after 7 and 40 s) and one who gave up, an hour later."""
    book = Playbook().with_members("support", "1001")
    for n, waits in enumerate((5, 38)):
        leg, dest = f"c{n}", f"a{n}"
        book.waiting(leg).wait(waits).ringing("1001", dest, leg).wait(2)
        book.talking("1001", dest, leg).wait(30).hangs_up(dest, leg, f"b-{dest}")
        book.wait(10)
    book.wait(3600).waiting("g").wait(90)
    book.say(hangs_up("g"), leaves_queue("g"), gives_up("g"), gone("g"))
    ledger = Ledger(RULES)
    change = ledger.apply([Recorded(n, fact) for n, fact in enumerate(book.facts, start=1)])
    return Figures(Sums(change.cells), RULES, Clock())  # type: ignore[arg-type]  # what it asks for


def query(**given: Any) -> KpiQuery:
    return KpiQuery(**({"from_ms": T0 - HOUR, "to_ms": T0 + 4 * HOUR} | given))


def shown(values: list[KpiValue]) -> list[tuple[str, float | None, float | None]]:
    return [(value.measure, value.numerator, value.denominator) for value in values]


async def test_a_total_is_one_value_a_measure_with_what_it_was_made_from() -> None:
    found = await figures().kpi(query(measures=("service_level", "abandon_rate")))
    assert shown(found) == [("service_level", 1, 3), ("abandon_rate", 1, 3)]
    assert {value.at for value in found} == {T0 - HOUR}


async def test_steps_part_the_time_and_empty_ones_are_left_out() -> None:
    found = await figures().kpi(query(measures=("abandon_rate",), interval="1h"))
    assert shown(found) == [("abandon_rate", 0, 2), ("abandon_rate", 1, 1)]
    assert found[1].at - found[0].at == HOUR


async def test_days_are_cut_in_the_zone_of_the_site() -> None:
    (found,) = await figures().kpi(query(measures=("abandon_rate",), interval="1d"))
    # Midnight of Tehran is half past eight in the evening, UTC.
    assert found.at % (24 * HOUR) == 20 * HOUR + HOUR // 2


async def test_a_queue_nobody_called_has_no_value_and_not_zero() -> None:
    found = await figures().kpi(
        query(scope="queue", ids=("support", "sales"), measures=("abandon_rate",))
    )
    by_queue = {value.id: value.value for value in found}
    assert by_queue["sales"] is None
    assert by_queue["support"] == pytest.approx(1 / 3)


async def test_without_ids_every_agent_who_worked_is_told() -> None:
    found = await figures().kpi(query(scope="agent", measures=("handle_time",)))
    assert [value.id for value in found] == ["pbx1:PJSIP/1001"]


async def test_without_measures_all_of_the_catalogue_come_and_resolution_with_them() -> None:
    found = await figures().kpi(query())
    names = [value.measure for value in found]
    assert len(names) == len(set(names)) > 10
    assert "fcr_repeat" in names


async def test_a_way_of_counting_is_asked_for_by_name() -> None:
    found = await figures().kpi(query(measures=("service_level.of_answered",)))
    assert shown(found) == [("service_level.of_answered", 1, 2)]


@pytest.mark.parametrize("name", ["nonsense", "service_level.nonsense"])
async def test_a_measure_that_does_not_exist_is_named_with_those_that_do(name: str) -> None:
    with pytest.raises(ValueError, match=rf"no measure '{name}'; there are .*abandon_rate"):
        await figures().kpi(query(measures=(name,)))
