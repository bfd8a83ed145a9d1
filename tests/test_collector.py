"""The garbage collector: what is there is left alone, rings that come later still go."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from callcenter import collector
from callcenter.domain.facts import CallHeld, Recorded
from callcenter.domain.model import AgentRef, CallRecord, Visit
from kpi.counters import Counters


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """These tests change the whole process; afterwards it is as it was."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Ring:
    """Names itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_there_is_not_looked_at_again() -> None:
    collector.calm()
    assert gc.get_freeze_count() > 1_000
    assert gc.get_threshold() == (collector.YOUNG, collector.MIDDLE, collector.OLD)


def test_ring_that_comes_later_still_goes() -> None:
    collector.calm()
    seen = weakref.ref(Ring())
    assert seen() is not None
    gc.collect()
    assert seen() is None


def test_what_the_first_minute_brought_is_kept_as_well() -> None:
    collector.calm()
    before = gc.get_freeze_count()
    kept = [[number] for number in range(1_000)]
    collector.keep()
    assert gc.get_freeze_count() >= before + len(kept)


def test_values_are_nothing_to_look_at() -> None:
    """A roster makes a hundred thousand of them, a day of a large centre millions."""
    values = (
        CallHeld(at=1, pbx="p", call="c", conversation=1),
        Recorded(1, CallHeld(at=1, pbx="p", call="c", conversation=1)),
        AgentRef("a", "Sara", "PJSIP/1"),
        Visit(number=1, queue="q", entered_at=1),
        Counters(),
    )
    assert not [value for value in values if gc.is_tracked(value)]
    assert not CallRecord.__struct_config__.gc
