"""What the product says about a story, held against what really happened.

``differences`` takes the truth of a story and the answer of ``GET /api/v1/calls`` and returns
sentences, none when the product is right. Calls are matched by the caller's number and by time;
durations may differ by the story's tolerance. A truth has fields that the product cannot know when
the story says so (``unseen``).
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

# The truth's words for the end of a visit, and ours.
ENDS = {
    "answered": "answered",
    "transferred": "answered",
    "abandoned": "abandoned",
    "timeout": "timed_out",
    "exit_key": "key",
    "withdrawn": "withdrawn",
    "join_empty": "refused",
    "full": "refused",
    "leave_empty": "emptied",
    "no_such_queue": "refused",
    "system": "system",
}
Found = dict[str, Any]


def epoch(text: str | None) -> float | None:
    """Epoch seconds of an RFC 3339 instant."""
    return None if text is None else datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def matching(truth: Found, items: list[Found]) -> dict[tuple[str, str], list[Found]]:
    """The product's calls of each number and direction of the truth, oldest first."""
    first, last = truth["started"] - 2, truth["ended"] + 2
    found: dict[tuple[str, str], list[Found]] = {}
    for call in truth["calls"]:
        number = call["number"]
        found[number, call["direction"]] = sorted(
            (
                item
                for item in items
                if item["direction"] == call["direction"]
                and first <= (epoch(item["started_at"]) or 0) <= last
                and _same_number(item["caller"], number)
            ),
            key=lambda item: str(item["started_at"]),
        )
    return found


def _same_number(caller: Found, number: str) -> bool:
    return number in (caller.get("number"), caller.get("e164"))


def differences(truth: Found, items: list[Found]) -> list[str]:
    """Where the product is wrong, as sentences; empty when it has told the truth."""
    wrong: list[str] = []
    found = matching(truth, items)
    for (number, direction), ours in found.items():
        expected = [
            call
            for call in truth["calls"]
            if (call["number"], call["direction"]) == (number, direction)
        ]
        if len(ours) != len(expected):
            wrong.append(f"{number}: {len(expected)} calls were made, the log has {len(ours)}")
            continue
        for call, item in zip(expected, ours, strict=True):
            texts = Comparison(call, item, float(truth["tol"])).texts()
            wrong += [f"{number} {text}" for text in texts]
    return wrong


class Comparison:
    """One call of the truth against one of the log."""

    def __init__(self, truth: Found, item: Found, tolerance: float) -> None:
        self._truth = truth
        self._item = item
        self._tolerance = tolerance
        self._wrong: list[str] = []

    def texts(self) -> list[str]:
        """The differences."""
        if self._item.get("ended_at") is None:
            return ["is over, the log has it as still going on"]
        self._call()
        self._visits()
        self._legs()
        self._order()
        self._transfers()
        self._hold()
        return self._wrong

    def _same(self, what: str, wanted: object, got: object) -> None:
        if wanted != got:
            self._wrong.append(f"{what}: {wanted!r} in truth, {got!r} in the log")

    def _near(self, what: str, seconds: float, milliseconds: float | None) -> None:
        if milliseconds is None or abs(seconds - milliseconds / 1000) > self._tolerance:
            self._wrong.append(f"{what}: {seconds} s in truth, {milliseconds} ms in the log")

    def _call(self) -> None:
        truth, item = self._truth, self._item
        unseen = truth.get("unseen", [])
        outcome = ENDS.get(truth["outcome"], truth["outcome"])
        self._same("outcome", outcome, item.get("outcome"))
        if "ended_by" in truth and "ended_by" not in unseen:
            self._same("ended by", truth["ended_by"], item.get("ended_by"))
        for key in ("name", "presentation"):
            if key in truth:
                self._same(f"the caller's {key}", truth[key], item["caller"].get(key))

    def _visits(self) -> None:
        wanted, got = self._truth.get("visits", []), self._item["visits"]
        if len(wanted) != len(got):
            self._wrong.append(f"{len(wanted)} visits in truth, {len(got)} in the log")
            return
        for number, (truth, visit) in enumerate(zip(wanted, got, strict=True), start=1):
            name = f"visit of {truth['queue']}"
            self._same(f"{name}: number", number, visit.get("number", number))
            self._same(f"{name}: queue", truth["queue"], visit["queue"])
            self._same(f"{name}: end", ENDS[truth["result"]], visit["end"])
            if "wait" in truth:
                self._near(f"{name}: wait", truth["wait"], visit["wait_ms"])
            if "key" in truth and "key" not in truth.get("unseen", []):
                self._same(f"{name}: key", truth["key"], visit.get("key"))
            self._offers(name, truth, visit["offers"])
            if "agent" in truth:
                self._conversation(name, truth, number)

    def _offers(self, name: str, truth: Found, offers: list[Found]) -> None:
        agent = truth.get("agent")
        if agent is not None and agent == self._truth.get("pickup"):
            # Whose phone was rung did not answer, who answered was never rung.
            self._same(f"{name}: offers", ["cancelled"], [offer["end"] for offer in offers])
        elif agent is not None:
            won = [offer for offer in offers if offer["end"] == "answered"]
            self._same(f"{name}: answered offers", 1, len(won))
            if won:
                self._same(f"{name}: answered by", agent, who(won[0]["agent"]))
                if "ring" in truth:
                    self._near(f"{name}: ring", truth["ring"], won[0]["ring_ms"])
        missed = [who(o["agent"]) for o in offers if o["end"] in ("no_answer", "rejected")]
        self._same(f"{name}: rang in vain", truth.get("rna", []), missed)
        if "rung" in truth:
            self._same(
                f"{name}: rung", sorted(truth["rung"]), sorted(who(o["agent"]) for o in offers)
            )
            losers = [o["end"] for o in offers if who(o["agent"]) != agent]
            self._same(f"{name}: the others", ["cancelled"] * len(losers), losers)

    def _conversation(self, name: str, truth: Found, visit: int | None, nth: int = 0) -> None:
        """The conversation of this agent that ended the visit; the ``nth`` that no queue made."""
        unseen = truth.get("unseen", [])
        talks = [
            talk
            for talk in self._item["conversations"]
            if who(talk["agent"]) == truth["agent"] and talk.get("visit") == visit
        ]
        if visit is None:
            talks = talks[nth : nth + 1]
        if len(talks) != 1:
            self._wrong.append(
                f"{name}: 1 conversation of {truth['agent']}, the log has {len(talks)}"
            )
            return
        if visit is not None:
            self._same(f"{name}: queue of the talk", truth["queue"], talks[0].get("queue"))
        if "talk" not in unseen:
            self._near(f"{name}: talk of {truth['agent']}", truth["talk"], talks[0]["talk_ms"])
        if "by" in truth and "by" not in unseen:
            self._same(f"{name}: ended by", truth["by"], talks[0]["ended_by"])
        handed_on = talks[0].get("transfer") or {}
        if "method" in truth:
            self._same(f"{name}: transfer", truth["method"], handed_on.get("kind"))
            if "to" in truth:
                self._same(f"{name}: handed on to", truth["to"], handed_on.get("to"))

    def _legs(self) -> None:
        before: Counter[str] = Counter()
        for leg in self._truth.get("legs", []):
            self._conversation("direct talk", leg, None, before[leg["agent"]])
            before[leg["agent"]] += 1
        if "legs" in self._truth or self._truth.get("visits"):
            wanted = len(self._truth.get("legs", []))
            wanted += sum("agent" in visit for visit in self._truth.get("visits", []))
            self._same("conversations", wanted, len(self._item["conversations"]))

    def _order(self) -> None:
        """The conversations begin in the order and at the instants that the phones saw."""
        visits = [visit for visit in self._truth.get("visits", []) if "agent" in visit]
        talks = [*visits, *self._truth.get("legs", [])]
        if any("at" not in talk for talk in talks):
            return
        wanted = sorted(talks, key=lambda talk: float(talk["at"]))
        got = self._item["conversations"]
        self._same("who talked", [t["agent"] for t in wanted], [who(t["agent"]) for t in got])
        for true, talk in zip(wanted, got, strict=False):
            joined = talk["joined_at"]
            instant = joined / 1000 if isinstance(joined, int) else epoch(joined)
            self._near(f"joined by {true['agent']}", float(true["at"]), (instant or 0) * 1000)

    def _transfers(self) -> None:
        """Who handed the caller on, how and to whom, in order; and whom that rang in vain."""
        if "transfers" in self._truth:
            wanted = [(t["kind"], t["by"], t["to"]) for t in self._truth["transfers"]]
            got = [
                (talk["transfer"]["kind"], who(talk["agent"]), talk["transfer"]["to"])
                for talk in self._item["conversations"]
                if talk.get("transfer")
            ]
            self._same("transfers", wanted, got)
        if "direct" in self._truth:
            rung = [[who(o["agent"]), o["end"]] for o in self._item["direct"]]
            self._same("rung directly", self._truth["direct"], rung)

    def _hold(self) -> None:
        if "hold" in self._truth:
            held = sum(talk.get("hold_ms") or 0 for talk in self._item["conversations"])
            self._near("hold", self._truth["hold"], held)


def who(agent: Found) -> str:
    """The phone's number in an agent's interface: 1001 of PJSIP/1001 and Local/1001@agents/n."""
    found = re.search(r"\d{4}", str(agent.get("interface", "")))
    return found.group() if found else str(agent.get("id"))
