"""The agents' desks: which calls each agent has on his screen, and what changes there.

A pop is the card of one call for one agent. It appears at the offer, is withdrawn when somebody
else answers or the caller goes, stays through the conversation and the wrap-up, and goes when the
disposition is filed. A second offer of the same call updates the card and pops nothing (UI C.4).
Everything is derived from the ledger's records, so a reload or a restart shows the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from callcenter.domain.board import Board
from callcenter.domain.customer import FollowUp
from callcenter.domain.facts import (
    AgentAnswered,
    AgentOffered,
    AgentStateChanged,
    CallEnded,
    CallFact,
    CallReclassified,
    CallStarted,
    DispositionSet,
    NoteSaved,
    OfferEnded,
    Recorded,
    WrapUpEnded,
    WrapUpStarted,
)
from callcenter.domain.model import CallRecord
from callcenter.ports.clock import Clock

from . import cards
from .callers import Callers
from .desk_state import Card, DeskRules, DeskState
from .figures import LiveFigures
from .ledger import LINGER_MS, Ledger
from .pushes import Deltas, Push, difference, unlike

KEPT = 20
"""Calls without a disposition that stay on a desk; older ones are in its list of calls."""

OWN_CALLS = 10
"""Lines in an agent's list of his own last calls."""

Told = Callable[[str, Deltas | Push], None]


class Desks:
    """All desks. ``told(agent, change)`` hears every change of a desk, at once."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        board: Board,
        callers: Callers,
        figures: LiveFigures,
        clock: Clock,
        rules: DeskRules,
        told: Told,
    ) -> None:
        self._ledger = ledger
        self._board = board
        self._callers = callers
        self._figures = figures
        self._clock = clock
        self._rules = rules
        self._told = told
        self._desks: dict[str, DeskState] = {}
        self._wrap_ends: dict[tuple[str, str], int | None] = {}
        self._looked: Callable[[str], None] = lambda agent: None
        callers.on_change(self._caller_known)

    def on_look(self, listener: Callable[[str], None]) -> None:
        """``listener(agent)`` hears when a page opens this desk, to load what no fact tells."""
        self._looked = listener

    def rebuild(self) -> None:
        """Puts calls that are under way back on their desks, after a restart of ours."""
        oldest = self._clock.wall_ms() - LINGER_MS
        for record in self._ledger.in_memory():
            if record.ended_at is not None and record.ended_at < oldest:
                continue
            on = [agent for agent in self._agents_of(record) if cards.phase(record, agent)]
            if record.direction != "internal" and (on or record.ended_at is None):
                self._callers.begin(record, resumed=True)
            for agent in on:
                self._desk(agent).calls[record.id] = None

    def apply(self, batch: Sequence[Recorded], arrived_ms: float) -> None:
        """Follows the facts of one commit."""
        changed: dict[str, None] = {}
        popped: list[tuple[str, str]] = []
        # The records stand as they are after the whole batch: each call is looked at once.
        spoken = {item.fact.call: None for item in batch if isinstance(item.fact, CallFact)}
        concerned = {call: self._spoil(call) for call in spoken}
        for item in batch:
            fact = item.fact
            if isinstance(fact, AgentStateChanged):
                changed[fact.agent.id] = None
                continue
            if not isinstance(fact, CallFact):
                continue
            record = self._ledger.get(fact.call)
            if record is None:
                continue
            if isinstance(fact, CallStarted | CallReclassified):
                self._callers.begin(record)
            elif isinstance(fact, AgentOffered) and record.ended_at is not None:
                pass  # What was found out later rings nowhere.
            elif isinstance(fact, AgentOffered | AgentAnswered):
                desk = self._desk(fact.agent.id)
                if fact.call not in desk.calls:
                    desk.calls[fact.call] = None
                    desk.arrived[fact.call] = arrived_ms
                    popped.append((fact.agent.id, fact.call))
            elif isinstance(fact, WrapUpStarted):
                self._wrap_ends[(fact.agent.id, fact.call)] = fact.until
            elif isinstance(fact, WrapUpEnded):
                self._wrap_ends.pop((fact.agent.id, fact.call), None)
            elif isinstance(fact, OfferEnded) and fact.end != "answered":
                self._withdraw(fact.agent.id, record, changed)
            elif isinstance(fact, CallEnded | DispositionSet | NoteSaved):
                self._over(record)
            for agent in concerned[fact.call]:
                changed[agent] = None
        for agent, call in popped:
            if self._pop(agent, call):
                changed.pop(agent, None)
        for agent in changed:
            self._tell(agent)

    def _spoil(self, call: str) -> set[str]:
        """The cards of this call are to be made anew; says whose they are or may be."""
        record = self._ledger.get(call)
        if record is None:
            return set()
        agents = self._agents_of(record)
        for agent in agents:
            desk = self._desks.get(agent)
            card = None if desk is None else desk.cards.get(call)
            if card is not None:
                card.stale = True
        return agents

    def snapshot(self, agent: str) -> dict[str, Any]:
        """The whole state of a desk, as the page takes it."""
        # Who looks already must not miss what this snapshot says for the first time.
        self._desk(agent).cards.clear()
        self._tell(agent)
        self._looked(agent)
        return self._build(agent, self._desk(agent))

    def arrived(self, agent: str, call: str) -> float | None:
        """When AMI told us of the offer behind this pop (wall clock, ms); taken once."""
        desk = self._desks.get(agent)
        return None if desk is None else desk.arrived.pop(call, None)

    def knows(self, agent: str) -> bool:
        """Whether any PBX ever told of this agent."""
        return agent in self._board.agents or agent in self._desks

    def interface(self, agent: str) -> str:
        """The interface by which queues ring this agent, with the options they use."""
        now = self._board.agents.get(agent)
        return "" if now is None else now.interface

    def dispositions(self) -> list[str]:
        """The codes of all results that a call may have, in the order of their keys."""
        return [str(one["code"]) for one in self._rules.dispositions]

    def state(self, agent: str) -> str:
        """The state of this agent now."""
        now = self._board.agents.get(agent)
        return "unknown" if now is None else now.state

    def holds(self, record: CallRecord) -> bool:
        """Whether the call is on somebody's desk; it stays there until it is filed."""
        return any(
            record.id in desk.calls
            for agent in self._agents_of(record)
            if (desk := self._desks.get(agent)) is not None
        )

    def set_follow_ups(self, agent: str, items: Sequence[tuple[FollowUp, str]]) -> None:
        """Today's follow-ups of an agent, each with its customer's name."""
        self._desk(agent).follow_ups = {
            str(item.id): cards.reminder(item, customer) for item, customer in items
        }
        self._tell(agent)

    def set_recent(self, agent: str, records: Sequence[tuple[CallRecord, str]]) -> None:
        """The agent's own last calls, newest first, each with its customer's name."""
        self._desk(agent).recent = [self._own_line(record, name) for record, name in records]
        self._tell(agent)

    def refresh(self, agent: str) -> None:
        """Looks again at a desk because something beside the facts changed."""
        self._desk(agent).cards.clear()
        self._tell(agent)

    def watched(self) -> list[str]:
        """Desks that somebody has looked at."""
        return [agent for agent, desk in self._desks.items() if desk.shown is not None]

    def _desk(self, agent: str) -> DeskState:
        return self._desks.setdefault(agent, DeskState())

    @staticmethod
    def _agents_of(record: CallRecord) -> set[str]:
        offers = [offer for visit in record.visits for offer in visit.offers] + record.direct
        return {offer.agent.id for offer in offers} | {
            talk.agent.id for talk in record.conversations
        }

    def _caller_known(self, call: str) -> None:
        record = self._ledger.get(call)
        if record is None:
            return
        self._spoil(call)
        info = self._callers.get(call)
        for agent in self._agents_of(record):
            desk = self._desks.get(agent)
            if desk is None or call not in desk.calls:
                continue
            if info is not None and info.customer is not None:
                now = self._clock.wall_ms()
                cust = cards.customer_card(info.customer, self._callers.field_kinds, now)
                self._told(agent, Push("pop2", {"id": call, "cust": cust}))
            self._tell(agent)

    def _pop(self, agent: str, call: str) -> bool:
        """Shows a pop and tells the desk; False when more is to be told
        (or nothing was, the call being gone from it already)."""
        record = self._ledger.get(call)
        desk = self._desk(agent)
        if record is None or call not in desk.calls:
            return False
        made = self._card(record, agent)
        self._told(
            agent,
            Push(
                "pop",
                {"id": call, "attempt": made["attempt"], "call": made, "cust": made["cust"]},
            ),
        )
        self._tell(agent)
        told = len(desk.calls) <= KEPT
        while len(desk.calls) > KEPT:
            oldest = next(iter(desk.calls))
            desk.take_off(oldest)
            self._forget(oldest)
        return told

    def _withdraw(self, agent: str, record: CallRecord, changed: dict[str, None]) -> None:
        desk = self._desk(agent)
        if record.id not in desk.calls or cards.phase(record, agent):
            return
        desk.take_off(record.id)
        offers = cards.offers_to(record, agent)
        why = "missed"
        if offers and offers[-1].end == "cancelled":
            taken = any(
                offer.end == "answered" for visit in record.visits for offer in visit.offers
            ) or any(offer.end == "answered" for offer in record.direct)
            why = "elsewhere" if taken or record.conversations else "abandoned"
        self._told(agent, Push("popend", {"id": record.id, "why": why}))
        changed[agent] = None

    def filed(self, agent: str, call: str) -> None:
        """The agent is done with a call: its card leaves his desk, and nobody else's.

        A disposition alone does not do that: it is chosen in the middle of the work, and the words
        and the reminder that follow it need the card.
        """
        desk = self._desks.get(agent)
        record = self._ledger.get(call)
        if desk is None or call not in desk.calls:
            return
        if record is None or cards.phase(record, agent) in ("wrap_up", "done", ""):
            desk.take_off(call)
            self._forget(call)
            self._tell(agent)

    def _over(self, record: CallRecord) -> None:
        """A call that has ended is among the last calls of who talked; else it leaves the desks."""
        if record.ended_at is None:
            return
        info = self._callers.get(record.id)
        customer = info.customer if info is not None else None
        for agent in self._agents_of(record):
            desk = self._desks.get(agent)
            if desk is None:
                continue
            if cards.phase(record, agent) == "":
                desk.take_off(record.id)
            if cards.talks_of(record, agent):
                before = {line["id"]: line for line in desk.recent}
                known = before.get(record.id)
                name = customer.name if customer is not None else known["name"] if known else ""
                mine = {record.id: self._own_line(record, name)}
                lines = before | mine if known else mine | before
                desk.recent = list(lines.values())[:OWN_CALLS]
        self._forget(record.id)

    def _own_line(self, record: CallRecord, name: str) -> dict[str, Any]:
        line = cards.line(record, name)
        return line | {"number": self._callers.national(line["number"])}

    def _forget(self, call: str) -> None:
        """What is known of a caller is kept while his call lasts or is on a desk."""
        record = self._ledger.get(call)
        if record is None or (
            record.ended_at is not None
            and not any(
                call in desk.calls
                for agent in self._agents_of(record)
                if (desk := self._desks.get(agent)) is not None
            )
        ):
            self._callers.forget(call)

    def _card(self, record: CallRecord, agent: str) -> dict[str, Any]:
        desk, now, kinds = self._desk(agent), self._clock.wall_ms(), self._callers.field_kinds
        known = desk.cards.get(record.id)
        if known is not None and (known.kinds != kinds or (known.until or now) < now):
            known = None
        if known is not None and not known.stale:
            return known.made
        queue = record.visits[-1].queue if record.visits else ""
        info = self._callers.get(record.id)
        customer = info.customer if info is not None else None
        same = known is not None and known.customer is customer
        made = cards.card(
            record,
            agent,
            info,
            kinds,
            now=now,
            wrap_ends_at=self._wrap_ends.get((agent, record.id)),
            ring_limit_s=self._rules.ring_limit_s(queue),
            line_shown=self._callers.national(record.line) if record.line else "",
            cust=known.made["cust"] if known is not None and same else None,
        )
        alert = customer.alert if customer is not None else None
        live = alert is not None and made["cust"] is not None and made["cust"]["alert"] is not None
        until = alert.until if alert and live else None
        desk.cards[record.id] = Card(made, kinds, until, customer)
        return made

    def _tell(self, agent: str) -> None:
        desk = self._desks.get(agent)
        if desk is None or desk.shown is None:
            return
        before, after = desk.shown, self._build(agent, desk)
        # Most of a desk stays as it is; equal parts are passed over at the price of one comparison.
        moved = [key for key, value in after.items() if value != before[key]]
        if not moved:
            return
        old, new = ({key: desk_then[key] for key in moved} for desk_then in (before, after))
        if "calls" in new:
            old["calls"], new["calls"] = unlike(old["calls"], new["calls"])
        changes = difference(old, new)
        if changes:
            self._told(agent, changes)

    def _build(self, agent: str, desk: DeskState) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for call in desk.calls:
            record = self._ledger.get(call)
            if record is not None:
                made[call] = self._card(record, agent)
        if len(desk.cards) > len(made):
            desk.cards = {call: card for call, card in desk.cards.items() if call in made}
        now = self._board.agents.get(agent)
        ends = (self._wrap_ends.get((agent, call)) for call in made)
        wrap_until = next((end for end in ends if end is not None), None)
        state = {
            "agent": {"id": now.id, "name": now.name, "interface": now.interface}
            if now is not None
            else None,
            "state": {
                "state": now.state if now is not None else "unknown",
                "reason": now.reason if now is not None else "",
                "since": now.since if now is not None else self._clock.wall_ms(),
                "until": wrap_until,
                "can_set": self._rules.can_set(agent),
            },
            "pause_reasons": self._rules.pause_reasons,
            "dispositions": self._rules.dispositions,
            "calls": made,
            "pops": [call for call, item in made.items() if item["phase"] == "ringing"],
            "followups": dict(desk.follow_ups),
            "recent": desk.recent,
            "day": desk.day_of(self._figures.today("agent", agent)),
        }
        desk.shown = state
        return state
