"""Whether the log has the end of a stay."""

from __future__ import annotations

from callcenter.domain.logged import LoggedCall, LoggedVisit


def visit(**more: object) -> LoggedVisit:
    return LoggedVisit(callid="1.0", queue="q", number=1, entered_s=100, **more)  # type: ignore[arg-type]  # fields of it


def test_a_talk_is_over_with_its_own_line_and_a_waiting_with_its() -> None:
    assert not visit().over
    assert visit(end="abandoned", left_s=105).over
    assert not visit(end="answered", left_s=105).over
    assert visit(end="answered", left_s=105, parted_s=140).over


def test_the_last_second_is_that_of_the_last_line() -> None:
    assert [visit().last_s, visit(left_s=105).last_s] == [100, 105]
    assert visit(left_s=105, parted_s=140).last_s == 140


def test_a_call_is_over_with_all_its_stays() -> None:
    call = LoggedCall(callid="1.0", visits=[visit(end="timed_out", left_s=105), visit()])
    assert not call.over
    call.visits[1].end = "abandoned"
    assert call.over
