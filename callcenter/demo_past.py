"""The demo's morning: what the fake centre did before anybody looked.

The same invented centre is played in virtual time for the hours before the start, heard through
the same translator and switchboard as the live one, and what follows is written into the journal
before the service opens it. So the wall has its lines and a caller his history from the first
minute. Calls that would still go on at the start are left out: the live centre begins afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from ami_bridge.fakepbx.centre import Centre
from ami_bridge.fakepbx.events import Event
from ami_bridge.fakepbx.exchange import Exchange
from ami_bridge.fakepbx.simulation import Simulation
from ami_bridge.protocol import Message
from ami_bridge.translate import Translator
from callcenter.domain.facts import (
    AnyFact,
    CallEnded,
    CallFact,
    CallReclassified,
    CallStarted,
    ConversationEnded,
    CustomerLinked,
    DispositionSet,
    NoteSaved,
)
from callcenter.domain.switchboard import Switchboard

HOURS = 4.0
CALLS_A_MINUTE = 3.0
"""A quiet morning: it must be made within a second or two of the start."""
UNTIL_S = 660
"""The last minutes before the start stay empty, so that every desk begins empty too: longer than
a call that nobody has filed is put back there (``ledger.LINGER_MS``)."""

Whose = Callable[[str], tuple[int | None, str]]
"""(number) -> the customer's id, if one is known, and the number as E.164."""

NOTES = {
    "+98": (
        ("resolved", "مودم دوباره راه‌اندازی شد و مشکل برطرف شد."),
        ("call_back", "منتظر نتیجهٔ کارشناس است؛ عصر تماس بگیریم."),
        ("information", "دربارهٔ تعرفهٔ جدید پرسید و راهنمایی شد."),
        ("escalated", "به واحد مالی ارجاع شد."),
    ),
    "+972": (
        ("resolved", "הנתב אותחל והגלישה חזרה לפעול."),
        ("call_back", "ממתין לתשובה מהטכנאי, לחזור אחר הצהריים."),
        ("information", "שאל על החבילה החדשה וקיבל הסבר."),
        ("escalated", "הועבר למחלקת החשבונות."),
    ),
    "": (
        ("resolved", "Router restarted, line is stable again."),
        ("call_back", "Waiting for the engineer; call back in the afternoon."),
        ("information", "Asked about the new tariff, explained."),
        ("order", "Ordered the 100 Mbit line, contract sent by mail."),
    ),
}


def facts(pbx: str, seed: int, now_ms: int, whose: Whose) -> list[AnyFact]:
    """What happened in the hours before ``now_ms`` (epoch ms), in order."""
    events: list[Event] = []
    simulation = Simulation(now_ms - int(HOURS * 3_600_000))
    centre = Centre(Exchange(simulation, seed, events.append), CALLS_A_MINUTE)
    centre.open()
    simulation.run_until(now_ms - UNTIL_S * 1000)
    translator, switchboard = Translator(), Switchboard(pbx)
    told: list[AnyFact] = []
    for event in events:
        message = Message.of(event.headers())
        for signal in translator.translate(message, event.at / 1000):
            told += switchboard.apply(signal)
    over = {fact.call for fact in told if isinstance(fact, CallEnded)}
    calls = [fact for fact in told if isinstance(fact, CallFact) and fact.call in over]
    return _with_work(calls, Random(seed), whose)


def _with_work(calls: Sequence[CallFact], chance: Random, whose: Whose) -> list[AnyFact]:
    """Adds what people did: whose number it was, and notes and results of most conversations."""
    numbers: dict[str, str] = {}
    linked: dict[str, list[str]] = {}
    made: list[AnyFact] = []
    for fact in calls:
        made.append(fact)  # type: ignore[arg-type]  # a CallFact of the union
        if isinstance(fact, CallStarted | CallReclassified) and fact.presentation == "shown":
            numbers[fact.call] = fact.number
            customer, e164 = whose(fact.number)
            seen = linked.setdefault(e164, [])
            # The invented callers are few and call often; told of every call, nobody's first
            # call would ever have resolved anything.
            if e164 and (
                fact.call in seen or not seen or (len(seen) < 2 and chance.random() < 0.3)
            ):
                seen.append(fact.call)
                how = "the same number" if customer is not None else "none"
                made.append(
                    CustomerLinked(
                        at=fact.at,
                        pbx=fact.pbx,
                        call=fact.call,
                        customer_id=customer,
                        e164=e164,
                        how=how,
                    )
                )
        elif isinstance(fact, ConversationEnded) and fact.queue and chance.random() < 0.8:
            number = numbers.get(fact.call, "")
            place = next(start for start in NOTES if number.startswith(start))
            code, text = chance.choice(NOTES[place])
            at, pbx, call, by = fact.at, fact.pbx, fact.call, fact.agent.name
            made.append(
                NoteSaved(at=at, pbx=pbx, call=call, by=by, text=text, rev=fact.conversation)
            )
            resolved = code in ("resolved", "information", "order")
            made.append(
                DispositionSet(
                    at=at, pbx=pbx, call=call, by=by, code=code, resolved=resolved, note=text
                )
            )
    return made
