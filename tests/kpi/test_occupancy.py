"""Occupancy and utilisation: the worked example of one agent's day."""

from kpi import occupancy, utilisation
from kpi.cells import fold
from kpi.contributions import of_span
from kpi.counters import Cell, Counters
from kpi.ratio import Ratio
from kpi.records import AgentSpan

MINUTE = 60_000
DAY = (
    ("talking", "", 240),
    ("held", "", 20),
    ("wrap_up", "", 60),
    ("offered", "", 10),
    ("ready", "", 60),
    ("paused", "training", 30),
    ("paused", "break", 30),
    ("paused", "lunch", 30),
    ("signed_out", "", 500),
    ("unknown", "", 7),
)


def worked_day(make) -> Counters:
    """480 minutes signed in, then signed out, then out of sight, from real spans."""
    at, spans = make.T0, []
    for state, reason, minutes in DAY:
        end = at + minutes * MINUTE
        spans.append(
            AgentSpan(
                agent_id="a", name="Leila", state=state, reason=reason, start_ms=at, end_ms=end
            )
        )
        at = end
    summed = Counters()
    for cell, counters in fold(of_span(span, at) for span in spans).items():
        if cell.scope == "agent":
            summed += counters
    return summed


def test_worked_example_occupancy_is_320_of_390_minutes(make) -> None:
    found = occupancy.occupancy(worked_day(make))
    assert found == Ratio(320 * MINUTE, 390 * MINUTE)
    assert round(100 * (found.value or 0), 1) == 82.1


def test_worked_example_utilisation_is_320_of_480_minutes(make) -> None:
    found = utilisation.utilisation(worked_day(make))
    assert found == Ratio(320 * MINUTE, 480 * MINUTE)
    assert round(100 * (found.value or 0), 1) == 66.7


def test_pauses_have_their_share_by_reason(make) -> None:
    assert utilisation.pause_share(worked_day(make), "lunch").value == 30 / 480
    assert utilisation.state_share(worked_day(make), "paused").value == 90 / 480
    assert utilisation.pause_share(worked_day(make), "prayer").numerator == 0


def test_a_lost_connection_is_neither_idle_nor_busy() -> None:
    unseen = Counters(state_ms={"unknown": 60_000})
    assert occupancy.occupancy(unseen).value is None
    assert utilisation.utilisation(unseen).value is None


def test_the_centre_s_occupancy_is_made_from_its_agents_sums(make) -> None:
    spans = [
        AgentSpan(
            agent_id=agent, name=agent, state=state, start_ms=make.T0, end_ms=make.T0 + length
        )
        for agent, state, length in (("a", "talking", 600), ("b", "ready", 200))
    ]
    cells = fold(of_span(span, make.T0) for span in spans)
    assert occupancy.occupancy(cells[Cell(make.T0, "all", "")]) == Ratio(600, 800)
