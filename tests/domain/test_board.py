"""The board: who waits, who is in which state, which PBX is heard; folded from facts alone."""

from __future__ import annotations

from callcenter.domain.board import Board
from callcenter.domain.facts import (
    AgentSeen,
    AgentStateChanged,
    AnyFact,
    CallEnded,
    LinkLost,
    LinkRestored,
    QueueEntered,
    QueueLeft,
    QueueSeen,
    VisitCorrected,
)
from callcenter.domain.model import AgentRef, AgentState, Caller, CallRecord, Visit

SARA = AgentRef("pbx1:PJSIP/1001", "Sara", "PJSIP/1001")
OMID = AgentRef("pbx1:PJSIP/1002", "Omid", "PJSIP/1002")


def entered(at: int, call: str = "pbx1:1", visit: int = 1, queue: str = "Support") -> QueueEntered:
    return QueueEntered(at=at, pbx="pbx1", call=call, visit=visit, queue=queue, position=1)


def left(call: str = "pbx1:1", visit: int = 1, queue: str = "Support") -> QueueLeft:
    return QueueLeft(
        at=9, pbx="pbx1", call=call, visit=visit, queue=queue, reason="abandoned", wait_ms=1
    )


def now_is(
    agent: AgentRef,
    state: AgentState,
    at: int = 1,
    reason: str = "",
    queues: tuple[str, ...] = ("support",),
    paused_in: tuple[str, ...] = (),
) -> AgentStateChanged:
    return AgentStateChanged(
        at=at,
        pbx="pbx1",
        agent=agent,
        state=state,
        reason=reason,
        queues=queues,
        paused_in=paused_in,
    )


def board_of(*facts: AnyFact) -> Board:
    board = Board()
    for fact in facts:
        board.apply(fact)
        board.apply(fact)
    return board


def test_longest_waiting_caller_is_the_oldest() -> None:
    board = board_of(entered(5), entered(3, "pbx1:2"), entered(9, "pbx1:3"))
    assert board.oldest("Support") == 3
    assert len(board.waiting["Support"]) == 3
    assert board.oldest("sales") is None


def test_caller_who_left_waits_no_more() -> None:
    board = board_of(entered(5), left(), left("pbx1:9"))
    assert board.waiting["Support"] == {}
    assert board.oldest("Support") is None


def test_visit_settled_afterwards_waits_no_more() -> None:
    settled = VisitCorrected(
        at=9,
        pbx="pbx1",
        call="pbx1:1",
        visit=1,
        queue="Support",
        reason="abandoned",
        wait_ms=1,
        settled_by="queue_log",
    )
    assert board_of(entered(5), settled).waiting["Support"] == {}


def test_end_of_a_call_takes_its_caller_from_every_queue() -> None:
    end = CallEnded(at=9, pbx="pbx1", call="pbx1:1", ended_by="caller", outcome="unknown")
    board = board_of(entered(5), entered(6, visit=2, queue="sales"), entered(7, "pbx1:2"), end)
    assert {queue: len(places) for queue, places in board.waiting.items()} == {
        "Support": 1,
        "sales": 0,
    }


def test_agents_serve_their_queues_unless_paused_there() -> None:
    board = board_of(
        now_is(SARA, "ready", queues=("sales", "support"), paused_in=("sales",)),
        now_is(OMID, "talking", queues=("support",)),
    )
    assert [agent.name for agent in board.serving("Support")] == ["Sara", "Omid"]
    assert board.serving("sales") == []
    assert (board.free("Support"), board.free("sales")) == (1, 0)
    assert board.by_state()["talking"] == 1
    assert board.by_state()["paused"] == 0


def test_state_that_goes_on_keeps_its_beginning() -> None:
    board = board_of(now_is(SARA, "talking", 5), now_is(SARA, "talking", 9, queues=("sales",)))
    assert board.agents[SARA.id].since == 5
    board.apply(now_is(SARA, "paused", 12, "lunch"))
    board.apply(now_is(SARA, "paused", 15, "training"))
    assert board.agents[SARA.id].since == 15


def test_queue_is_spelled_as_configured_wherever_it_comes_from() -> None:
    board = board_of(
        QueueSeen(at=1, pbx="pbx1", queue="Support", strategy="ringall", service_level_s=20),
        AgentSeen(at=1, pbx="pbx1", agent=SARA, queues=("support", "sales")),
    )
    assert board.queues == {"Support": "ringall", "sales": ""}


def test_link_is_up_or_down_since_then() -> None:
    board = board_of(LinkLost(at=5, pbx="pbx1", why="cut"))
    assert (board.links["pbx1"].up, board.links["pbx1"].since) == (False, 5)
    board.apply(LinkRestored(at=8, pbx="pbx1", gap_ms=3, restarted=False))
    assert (board.links["pbx1"].up, board.links["pbx1"].since) == (True, 8)


def test_who_waited_when_we_stopped_waits_on_since_then() -> None:
    call = CallRecord(
        id="pbx1:1",
        pbx="pbx1",
        uniqueid="1",
        linkedid="1",
        direction="inbound",
        caller=Caller("0912"),
        line="600",
        started_at=1,
    )
    call.visits.append(Visit(number=1, queue="Sales", entered_at=2, left_at=5, end="timed_out"))
    call.visits.append(Visit(number=2, queue="Support", entered_at=5))
    board = Board()
    board.resume([call])
    assert board.queues == {"Support": ""}
    assert board.oldest("Support") == 5
    board.apply(left(visit=2))
    assert board.oldest("Support") is None


def test_state_that_goes_on_over_a_restart_of_ours_keeps_its_beginning() -> None:
    board = Board()
    board.resume([], [(SARA.id, "talking", "", 5), (OMID.id, "paused", "lunch", 6)])
    assert board.agents == {}
    board.apply(now_is(SARA, "talking", 9))
    board.apply(now_is(OMID, "ready", 9))
    assert (board.agents[SARA.id].since, board.agents[OMID.id].since) == (5, 9)
    board.apply(now_is(SARA, "ready", 10))
    board.apply(now_is(SARA, "talking", 11))
    assert board.agents[SARA.id].since == 11
