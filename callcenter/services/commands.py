"""What an agent does at his desk: notes, dispositions, reminders, state.

Every command carries an ``op``; the same ``op`` of the same user gets the same answer, so a
repetition after a lost connection is harmless. Refusals are results with a sentence.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from callcenter.domain.customer import FollowUp
from callcenter.domain.facts import AnyFact, DispositionSet, NoteSaved
from callcenter.domain.model import CallRecord
from callcenter.ports.clock import Clock
from callcenter.ports.directory import Directory
from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.ports.follow_ups import FollowUps
from callcenter.ports.pbx import Pbx, PbxRefused

from . import cards
from .access import SignedIn
from .callers import Callers
from .desks import OWN_CALLS, Desks
from .engine import Engine
from .ledger import Ledger
from .ports_call_log import CallFilter, CallLog
from .pushes import Result

REMEMBERED = 5_000
Command = Callable[[SignedIn, Mapping[str, Any]], Awaitable[Result]]


PROMISE = "follow_up needs due_at (epoch ms) and text."


def _is_promise(wanted: Mapping[str, Any]) -> bool:
    return isinstance(wanted.get("due_at"), int) and isinstance(wanted.get("text", ""), str)


def refused(code: str, message: str) -> Result:
    """A refusal with its sentence."""
    return Result(ok=False, code=code, msg=message)


class Commands:
    """Carries out what desks ask for."""

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: Ledger,
        call_log: CallLog,
        callers: Callers,
        desks: Desks,
        directory: Directory,
        follow_ups: FollowUps,
        pbxs: Mapping[str, Pbx],
        clock: Clock,
        day_end: Callable[[], int],
        pop_shown: Callable[[float], None],
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._call_log = call_log
        self._callers = callers
        self._desks = desks
        self._directory = directory
        self._follow_ups = follow_ups
        self._pbxs = pbxs
        self._clock = clock
        self._day_end = day_end
        self._pop_shown = pop_shown
        self._done: OrderedDict[tuple[str, str], Result] = OrderedDict()
        self._locks: dict[str, asyncio.Lock] = {}
        self._table: dict[str, Command] = {
            "state.set": self._set_state,
            "wrapup.done": self._wrap_up_done,
            "disposition.set": self._set_disposition,
            "customer.choose": self._choose_customer,
            "customer.create": self._create_customer,
            "followup.done": self._follow_up_done,
            "followup.later": self._follow_up_later,
        }

    async def note(self, call: str, user: SignedIn, rev: int, text: str, op: str) -> Result:
        """Saves the note that follows revision ``rev``; a stale one gets both texts back."""
        return await self._once(user, op, lambda: self._note(call, user, rev, text))

    async def command(self, user: SignedIn, op: str, do: str, args: Mapping[str, Any]) -> Result:
        """Carries out a command of the table, once per ``op``."""
        step = self._table.get(do)
        if step is None:
            return refused("bad_message", f"There is no command {do!r}.")
        return await self._once(user, op, lambda: step(user, args))

    async def pop_acknowledged(
        self, user: SignedIn, call: str, what: str, ms: int, tab: str
    ) -> None:
        """A tab painted the pop; the first one closes the measurement from AMI to paint."""
        if what != "shown" or user.agent_id is None:
            return
        arrived = self._desks.arrived(user.agent_id, call)
        if arrived is not None:
            self._pop_shown(max(0.0, self._clock.wall_ms() - arrived) / 1000)

    async def set_disposition(
        self, user: SignedIn, call: str, code: str, resolved: bool | None, note: str | None
    ) -> Result:
        """Files a disposition (and a note with it) on a call, also long after its end."""
        return await self._guarded(lambda: self._file(user, call, code, resolved, note))

    async def set_state(self, user: SignedIn, agent: str, state: str, reason: str) -> Result:
        """Pauses an agent or makes him ready, for himself or by a supervisor."""
        return await self._guarded(lambda: self._pause(user, agent, state, reason))

    # -- the commands ----------------------------------------------------------------------

    async def _note(self, call: str, user: SignedIn, rev: int, text: str) -> Result:
        record = await self._record(call)
        if record is None:
            return refused("not_found", f"There is no call {call}.")
        if not self._may(user, record):
            return refused("forbidden", "This is not one of your calls.")
        async with self._locks.setdefault(call, asyncio.Lock()):
            record = await self._record(call) or record
            if rev < record.note_rev and record.note != text:
                text = text if record.note in text else f"{record.note}\n---\n{text}"
                merged = True
            else:
                merged = False
            at = self._clock.wall_ms()
            saved = NoteSaved(
                at=at, pbx=record.pbx, call=call, by=user.name, text=text, rev=record.note_rev + 1
            )
            await self._engine.commit([saved])
        self._trim_locks()
        data: dict[str, Any] = {"rev": saved.rev, "at": at}
        if merged:
            data |= {"conflict": True, "text": text}
        return Result(ok=True, data=data)

    async def _set_state(self, user: SignedIn, args: Mapping[str, Any]) -> Result:
        if user.agent_id is None:
            return refused("forbidden", "Your user is not tied to an agent.")
        state, reason = args.get("state"), args.get("reason", "")
        if state not in ("ready", "paused") or not isinstance(reason, str):
            return refused("bad_message", "state is ready or paused, reason is a text.")
        return await self._pause(user, user.agent_id, state, reason)

    async def _pause(self, user: SignedIn, agent: str, state: str, reason: str) -> Result:
        if user.role == "agent" and agent != user.agent_id:
            return refused("forbidden", "You can set your own state only.")
        if state not in ("ready", "paused"):
            return refused("bad_message", "state is ready or paused.")
        name, _, interface = agent.partition(":")
        pbx = self._pbxs.get(name)
        known = self._desks.knows(agent)
        if pbx is None or not known:
            return refused("not_found", f"There is no agent {agent}.")
        if not pbx.can_act:
            return refused(
                "no_actions",
                "No account for actions is configured for this PBX; pause at your phone.",
            )
        try:
            await pbx.pause(self._desks.interface(agent) or interface, state == "paused", reason)
        except PbxRefused as error:
            return refused("offline", error.sentence)
        return Result(ok=True)

    async def _wrap_up_done(self, user: SignedIn, args: Mapping[str, Any]) -> Result:
        call = str(args.get("call", ""))
        wanted = args.get("follow_up")
        # Judged before anything is filed: a refused command has done nothing.
        if isinstance(wanted, Mapping) and not _is_promise(wanted):
            return refused("bad_message", PROMISE)
        filed = await self._file(
            user, call, args.get("disposition"), args.get("resolved"), args.get("note")
        )
        if not filed.ok:
            return filed
        if isinstance(wanted, Mapping):
            await self._add_follow_up(user, call, wanted)
        if user.agent_id is not None:
            self._desks.filed(user.agent_id, call)
        if args.get("ready") and user.agent_id is not None:
            now = self._desks.state(user.agent_id)
            if now in ("paused", "wrap_up"):
                await self._pause(user, user.agent_id, "ready", "")
        return filed

    async def _set_disposition(self, user: SignedIn, args: Mapping[str, Any]) -> Result:
        return await self._file(
            user,
            str(args.get("call", "")),
            args.get("disposition"),
            args.get("resolved"),
            args.get("note"),
        )

    async def _file(self, user: SignedIn, call: str, code: Any, resolved: Any, note: Any) -> Result:
        record = await self._record(call)
        if record is None:
            return refused("not_found", f"There is no call {call}.")
        if not self._may(user, record):
            return refused("forbidden", "This is not one of your calls.")
        if not isinstance(code, str) or not code:
            return refused("bad_message", "disposition is missing: choose a result.")
        known = self._desks.dispositions()
        if code not in known:
            return refused(
                "bad_message",
                f"There is no disposition {code[:60]!r}; choose one of {', '.join(known)}.",
            )
        if resolved is not None and not isinstance(resolved, bool):
            return refused("bad_message", "resolved is true, false or nothing.")
        facts: list[AnyFact] = []
        at = self._clock.wall_ms()
        if isinstance(note, str) and note != record.note:
            facts.append(
                NoteSaved(
                    at=at,
                    pbx=record.pbx,
                    call=call,
                    by=user.name,
                    text=note,
                    rev=record.note_rev + 1,
                )
            )
        facts.append(
            DispositionSet(
                at=at,
                pbx=record.pbx,
                call=call,
                by=user.name,
                code=code,
                resolved=resolved,
                note=note if isinstance(note, str) else record.note,
            )
        )
        await self._engine.commit(facts)
        return Result(ok=True, data={"rev": record.note_rev})

    async def _add_follow_up(self, user: SignedIn, call: str, wanted: Mapping[str, Any]) -> None:
        due = wanted["due_at"]
        text = wanted.get("text", "")
        record = await self._record(call)
        await self._follow_ups.add(
            FollowUp(
                customer_id=record.customer_id if record is not None else None,
                call_id=call,
                text=text,
                due_at=due,
                by=user.name,
                for_agent=user.agent_id,
            )
        )
        await self._reminders_changed(user)

    async def _choose_customer(self, user: SignedIn, args: Mapping[str, Any]) -> Result:
        record = await self._record(str(args.get("call", "")))
        wanted = args.get("customer_id")
        if record is None or not isinstance(wanted, int):
            return refused("not_found", "There is no such call, or no customer was named.")
        if not self._may(user, record):
            return refused("forbidden", "This is not one of your calls.")
        customer = await self._directory.get(wanted)
        if customer is None:
            return refused("not_found", f"There is no customer {wanted}.")
        await self._callers.chosen(record, customer, "chosen")
        return Result(ok=True)

    async def _create_customer(self, user: SignedIn, args: Mapping[str, Any]) -> Result:
        record = await self._record(str(args.get("call", "")))
        name = args.get("name")
        if record is None:
            return refused("not_found", "There is no such call.")
        if not self._may(user, record):
            return refused("forbidden", "This is not one of your calls.")
        if not isinstance(name, str) or not name.strip():
            return refused("bad_message", "The new customer needs a name.")
        given = {
            key: value
            for key in ("code", "tier", "organisation", "language", "notes")
            if isinstance(value := args.get(key), str)
        }
        number = args.get("number")
        number = number if isinstance(number, str) and number else record.caller.number
        customer = await self._directory.create(
            name=name.strip(),
            numbers=[(number, "")] if number else [],
            code=given.get("code", ""),
            tier=given.get("tier", ""),
            organisation=given.get("organisation", ""),
            language=given.get("language", ""),
            notes=given.get("notes", ""),
        )
        await self._callers.chosen(record, customer, "created")
        return Result(ok=True, data={"customer_id": customer.id})

    async def _follow_up_done(self, user: SignedIn, args: Mapping[str, Any]) -> Result:
        item = await self._own_follow_up(user, args)
        if item is None:
            return refused("not_found", "There is no such follow-up of yours.")
        await self._follow_ups.done(item.id, self._clock.wall_ms())
        await self._reminders_changed(user)
        return Result(ok=True)

    async def _follow_up_later(self, user: SignedIn, args: Mapping[str, Any]) -> Result:
        item = await self._own_follow_up(user, args)
        due = args.get("due_at")
        if item is None:
            return refused("not_found", "There is no such follow-up of yours.")
        if not isinstance(due, int):
            return refused("bad_message", "due_at (epoch ms) is missing.")
        await self._follow_ups.later(item.id, due)
        await self._reminders_changed(user)
        return Result(ok=True)

    async def _own_follow_up(self, user: SignedIn, args: Mapping[str, Any]) -> FollowUp | None:
        try:
            wanted = int(args.get("id", 0))
        except (TypeError, ValueError):
            return None
        item = await self._follow_ups.get(wanted)
        if item is None or (user.role == "agent" and item.for_agent != user.agent_id):
            return None
        return item

    # -- around them -----------------------------------------------------------------------

    async def load_desk(self, agent: str) -> None:
        """Reads what a desk shows beside its calls: reminders of the day, own last calls."""
        items = await self._follow_ups.open_of_agent(agent, self._day_end())
        named = [(item, await self._name_of(item.customer_id)) for item in items]
        self._desks.set_follow_ups(agent, named)
        page = await self._call_log.find(CallFilter(agent=agent, limit=OWN_CALLS))
        ended = [record for record in page.items if record.ended_at is not None]
        last = [(record, await self._name_of(record.customer_id)) for record in ended]
        self._desks.set_recent(agent, last)

    async def _reminders_changed(self, user: SignedIn) -> None:
        if user.agent_id is not None:
            await self.load_desk(user.agent_id)

    async def _name_of(self, customer_id: int | None) -> str:
        customer = await self._directory.get(customer_id) if customer_id is not None else None
        return customer.name if customer is not None else ""

    async def _record(self, call: str) -> CallRecord | None:
        record = self._ledger.get(call)
        if record is not None:
            return record
        stored = await self._call_log.get(call)
        if stored is not None:
            self._ledger.load(stored)
        return self._ledger.get(call)

    @staticmethod
    def _may(user: SignedIn, record: CallRecord) -> bool:
        if user.role != "agent":
            return True
        agent = user.agent_id
        return agent is not None and bool(
            cards.offers_to(record, agent) or cards.talks_of(record, agent)
        )

    async def _once(self, user: SignedIn, op: str, step: Callable[[], Awaitable[Result]]) -> Result:
        key = (user.name, op)
        if key in self._done:
            return self._done[key]
        result = await self._guarded(step)
        if result.code != "offline":
            self._done[key] = result
            while len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
        return result

    @staticmethod
    async def _guarded(step: Callable[[], Awaitable[Result]]) -> Result:
        try:
            return await step()
        except StoreUnavailable as error:
            return refused("offline", error.sentence)
        except StoreRefused as error:
            return refused("bad_message", error.sentence)

    def _trim_locks(self) -> None:
        if len(self._locks) > REMEMBERED:
            self._locks = {call: lock for call, lock in self._locks.items() if lock.locked()}
