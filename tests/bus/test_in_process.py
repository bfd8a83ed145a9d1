"""The bus inside one process: order, a listener that breaks, and parting."""

import pytest

from callcenter.bus.in_process import InProcessBus
from callcenter.domain.facts import LinkLost, Recorded

BATCH = [Recorded(1, LinkLost(at=1, pbx="p", why="cut"))]


def test_listeners_hear_in_the_order_in_which_they_joined() -> None:
    bus, heard = InProcessBus(), []
    bus.listen("a", lambda batch, at: heard.append(("a", batch[0].seq, at)))
    bus.listen("b", lambda batch, at: heard.append(("b", batch[0].seq, at)))
    bus.publish(BATCH, 7.0)
    assert heard == [("a", 1, 7.0), ("b", 1, 7.0)]


def test_a_listener_that_raises_is_counted_and_silences_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus, heard = InProcessBus(), []

    def broken(batch: object, at: float) -> None:
        raise RuntimeError("no")

    bus.listen("broken", broken)
    bus.listen("b", lambda batch, at: heard.append(at))
    bus.publish(BATCH, 7.0)
    assert heard == [7.0]
    assert bus.faults == 1
    assert "broken" in caplog.text


def test_one_who_left_hears_nothing_and_his_name_is_free_again() -> None:
    bus, heard = InProcessBus(), []
    leave = bus.listen("a", lambda batch, at: heard.append(at))
    with pytest.raises(ValueError, match="already"):
        bus.listen("a", lambda batch, at: None)
    leave()
    leave()
    bus.publish(BATCH, 7.0)
    assert heard == []
    bus.listen("a", lambda batch, at: heard.append(at))
    bus.publish(BATCH, 8.0)
    assert heard == [8.0]
