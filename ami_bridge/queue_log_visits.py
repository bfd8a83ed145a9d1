"""Lines of queue_log folded to stays in queues, call by call.

Pure: lines go in, in the order of the file; calls that are over and have been quiet for a while
come out. Order between calls is not strict in the file, within one call it is, but for the ends of
talks: a pool thread writes them, and they may come after a line of the caller's next stay. So the
end of a talk belongs to the oldest talk of that queue and agent that has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from msgspec import Struct

from callcenter.domain.logged import LoggedCall, LoggedRing, LoggedVisit
from callcenter.domain.model import EndedBy, TransferKind, VisitEnd

from .queue_log import LogLine, parse, whole

QUIET_S = 3_600
"""A call that is over comes out when the log has gone on this long without a word of it: a caller
may come back into a queue, transferred by whom he talks to."""
NEVER_S = 86_400
"""A stay without an end comes out after a day: its last line is lost, or was never written."""
RESTART_S = 120
"""Asterisk's start this soon after an end may have been its cause (ASTERISK 12.4)."""
SWAPPED_AMONG = 2_000
"""Among so many calls that were spoken of last one is looked for whose id has changed."""
SYSTEM = frozenset(("NONE", "MANAGER", "CLI", "REALTIME", ""))


class FoldCounters(Struct):
    """What went through. ``garbage``: no lines of a queue_log; ``other``: nothing of a call's stay
    (members, pauses, dialplan's own); ``headless``: the log begins in the middle; ``repeated``:
    an end that was told already."""

    lines: int = 0
    garbage: int = 0
    other: int = 0
    headless: int = 0
    repeated: int = 0
    starts: int = 0


class VisitFold:
    """Puts stays together. ``quiet_s`` and ``never_s``: see the constants."""

    def __init__(self, quiet_s: int = QUIET_S, never_s: int = NEVER_S) -> None:
        self.counters = FoldCounters()
        self.first_s: int | None = None
        self.now_s = 0
        self._quiet_s = quiet_s
        self._never_s = never_s
        self._calls: dict[str, LoggedCall] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        self._steps: dict[str, Callable[[LogLine], None]] = {
            "ENTERQUEUE": self._enter,
            "CONNECT": self._connect,
            "COMPLETECALLER": self._complete,
            "COMPLETEAGENT": self._complete,
            "BLINDTRANSFER": self._complete,
            "ATTENDEDTRANSFER": self._complete,
            "TRANSFER": self._complete,
            "ABANDON": self._left,
            "EXITWITHTIMEOUT": self._left,
            "EXITEMPTY": self._left,
            "EXITWITHKEY": self._left,
            "WITHDRAW": self._left,
            "SYSCOMPAT": self._left,
            "RINGNOANSWER": self._rang,
            "RINGCANCELED": self._rang,
            "AGENTDUMP": self._rang,
            "QUEUESTART": self._started,
        }

    def texts(self, lines: Iterable[str]) -> None:
        """Folds lines as they stand in the file."""
        steps, counters = self._steps, self.counters
        count = 0
        for text in lines:
            count += 1
            line = parse(text)
            if line is None:
                counters.garbage += 1
                continue
            epoch = line.epoch
            if epoch > self.now_s:
                if self.first_s is None:
                    self.first_s = epoch
                self.now_s = epoch
            step = steps.get(line.event)
            if step is None:
                counters.other += 1
            else:
                step(line)
        counters.lines += count

    def ready(self) -> list[LoggedCall]:
        """Calls that are over and quiet, oldest first; they are forgotten here."""
        before, never = self.now_s - self._quiet_s, self.now_s - self._never_s
        done: list[LoggedCall] = []
        for call in self._calls.values():
            if call.last_s > before:
                break
            if call.over or call.last_s <= never:
                done.append(call)
        for call in done:
            del self._calls[call.callid]
        if len(self._numbers) > 2 * len(self._calls) + 100_000:
            # A caller who comes back after that many others begins to count his stays anew.
            for callid in list(islice(self._numbers, len(self._numbers) // 2)):
                if callid not in self._calls:
                    del self._numbers[callid]
        return done

    def rest(self) -> list[LoggedCall]:
        """All that is left, also what goes on; to be asked at the end of the log."""
        rest = list(self._calls.values())
        self._calls.clear()
        self._numbers.clear()
        return rest

    # -- one line --------------------------------------------------------------------------

    def _call(self, line: LogLine, meant: LoggedCall | None = None) -> LoggedCall:
        """The call of a line, put behind the others: it is the one last spoken of."""
        callid = line.callid if meant is None else meant.callid
        call = self._calls.pop(callid, None)
        if call is None:
            call = LoggedCall(callid=callid)
        self._calls[callid] = call
        if line.epoch > call.last_s:
            call.last_s = line.epoch
        return call

    def _swapped(self, line: LogLine, talk_s: int | None) -> LoggedCall | None:
        """The call whose talk ends here under another id: it came through a Local channel that took
        itself out of the way meanwhile (ASTERISK 4.3). Queue, agent and beginning say so."""
        began_s = line.epoch - (talk_s or 0)
        for call in islice(reversed(self._calls.values()), SWAPPED_AMONG):
            visit = self._talking(call, line)
            if visit is not None and abs((visit.connected_s or 0) - began_s) <= 1:
                return call
        return None

    def _drawn_out(self, line: LogLine, wait_s: int | None) -> LoggedCall | None:
        """The call whose stay ends here under an id of which nothing was said: he was drawn out of
        his channel (parked or bridged by AMI, ASTERISK 4.3), and what remains of it leaves the
        queue. Queue, beginning and first place say whose it is; None when several may be meant."""
        place = whole(line.params, _PLACE_AT.get(line.event, 1))
        if line.callid in self._calls or wait_s is None or place is None:
            return None
        entered_s = line.epoch - wait_s
        found = [
            call
            for call in islice(reversed(self._calls.values()), SWAPPED_AMONG)
            for visit in call.visits
            if visit.end is None
            and visit.position == place
            and abs(visit.entered_s - entered_s) <= 1
            and _same(visit.queue, line.queue)
        ]
        return found[0] if len(found) == 1 else None

    def _begin(self, call: LoggedCall, queue: str, entered_s: int) -> LoggedVisit:
        folded = queue.casefold()
        numbers = self._numbers.get(call.callid)
        if numbers is None:
            numbers = self._numbers[call.callid] = {}
        number = numbers[folded] = numbers.get(folded, 0) + 1
        visit = LoggedVisit(callid=call.callid, queue=queue, number=number, entered_s=entered_s)
        call.visits.append(visit)
        return visit

    def _headless(self, call: LoggedCall, line: LogLine, entered_s: int) -> LoggedVisit:
        self.counters.headless += 1
        visit = self._begin(call, line.queue, max(0, entered_s))
        visit.headless = True
        return visit

    def _waiting(self, call: LoggedCall, queue: str) -> LoggedVisit | None:
        for visit in reversed(call.visits):
            if visit.end is None and _same(visit.queue, queue):
                return visit
        return None

    def _talking(self, call: LoggedCall, line: LogLine) -> LoggedVisit | None:
        for visit in call.visits:
            if (
                visit.parted_s is None
                and visit.end == "answered"
                and visit.agent == line.agent
                and _same(visit.queue, line.queue)
            ):
                return visit
        return None

    def _enter(self, line: LogLine) -> None:
        if line.callid in SYSTEM:
            self.counters.garbage += 1
            return
        visit = self._begin(self._call(line), line.queue, line.epoch)
        params = line.params
        if len(params) > 1:
            visit.caller = params[1]
        if len(params) > 2:
            visit.position = whole(params, 2) or 0
            visit.name = "|".join(params[3:])

    def _connect(self, line: LogLine) -> None:
        call = self._call(line)
        hold = whole(line.params, 0) or 0
        visit = self._waiting(call, line.queue)
        if visit is None:
            if any(
                v.connected_s == line.epoch and v.agent == line.agent and v.queue == line.queue
                for v in call.visits
            ):
                self.counters.repeated += 1
                return
            visit = self._headless(call, line, line.epoch - hold)
        visit.end = "answered"
        visit.agent = line.agent
        visit.connected_s = visit.left_s = line.epoch
        visit.wait_s = hold
        visit.ring_s = whole(line.params, 2)

    def _complete(self, line: LogLine) -> None:
        params, event = line.params, line.event
        plain = event in ("COMPLETECALLER", "COMPLETEAGENT")
        # From the end: ATTENDEDTRANSFER has one field more in its LINK form.
        last = len(params) >= (3 if plain else 5)
        hold = whole(params, -3 if last else -2)
        talk = whole(params, -2 if last else -1)
        call = self._calls.get(line.callid)
        visit = None if call is None else self._talking(call, line)
        if visit is None:
            call = self._swapped(line, talk) or call
        call = self._call(line, call)
        if visit is None:
            visit = self._talking(call, line)
        if visit is None:
            told = [v for v in call.visits if v.agent == line.agent and v.parted_s is not None]
            if any(v.queue.casefold() == line.queue.casefold() for v in told):
                self.counters.repeated += 1
                return
            entered = line.epoch - (hold or 0) - (talk or 0)
            visit = self._waiting(call, line.queue) or self._headless(call, line, entered)
            visit.end, visit.agent = "answered", line.agent
            visit.connected_s = visit.left_s = line.epoch - (talk or 0)
            visit.wait_s = hold
        visit.parted_s = line.epoch
        visit.talk_s = talk
        by, kind = _ENDS_OF_TALK[event]
        visit.by, visit.transfer = by, kind
        if kind is not None and params:
            visit.to = params[0] if kind == "blind" else ""

    def _left(self, line: LogLine) -> None:
        params, event = line.params, line.event
        wait = whole(params, _WAIT_AT.get(event, 2))
        call = self._call(line, self._drawn_out(line, wait))
        visit = self._waiting(call, line.queue)
        if visit is None:
            if any(v.queue.casefold() == line.queue.casefold() for v in call.visits):
                # ABANDON or EXITEMPTY twice (ASTERISK-25665), or ABANDON after SYSCOMPAT.
                self.counters.repeated += 1
                return
            visit = self._headless(call, line, line.epoch - (wait or 0))
        visit.end = _ENDS_OF_WAIT[event]
        visit.left_s = line.epoch
        visit.wait_s = line.epoch - visit.entered_s if wait is None else wait
        visit.by = "caller" if event in ("ABANDON", "EXITWITHKEY") else "pbx"
        if event == "EXITWITHKEY":
            visit.key = params[0]

    def _rang(self, line: LogLine) -> None:
        call = self._calls.get(line.callid)
        visit = None if call is None else self._waiting(call, line.queue)
        if call is None or visit is None:
            self.counters.headless += 1
            return
        call.last_s = max(call.last_s, line.epoch)
        ring_ms = whole(line.params, 0) or 0
        if line.event == "RINGCANCELED":
            visit.rings.append(LoggedRing(line.agent, line.epoch, ring_ms, "cancelled"))
        elif line.event == "AGENTDUMP":
            visit.rings.append(LoggedRing(line.agent, line.epoch, ring_ms, "rejected"))
        else:
            visit.rings.append(LoggedRing(line.agent, line.epoch, ring_ms, "no_answer"))

    def _started(self, line: LogLine) -> None:
        """Asterisk started: whatever was open before is gone, since the last line at least."""
        self.counters.starts += 1
        died_s = max((c.last_s for c in self._calls.values()), default=line.epoch)
        for call in self._calls.values():
            for visit in call.visits:
                if visit.over:
                    if line.epoch - visit.last_s <= RESTART_S:
                        visit.restarted_s = line.epoch
                    continue
                visit.cut, visit.by, visit.restarted_s = True, "pbx", line.epoch
                if visit.end is None:
                    visit.end, visit.left_s = "system", max(died_s, visit.entered_s)
                    visit.wait_s = visit.left_s - visit.entered_s
                else:
                    visit.parted_s = max(died_s, visit.connected_s or 0)


def _same(one: str, other: str) -> bool:
    """Whether both name one queue: Asterisk does not tell great letters from small."""
    return one == other or one.casefold() == other.casefold()


_ENDS_OF_TALK: dict[str, tuple[EndedBy, TransferKind | None]] = {
    "COMPLETECALLER": ("caller", None),
    "COMPLETEAGENT": ("agent", None),
    "BLINDTRANSFER": ("transfer", "blind"),
    "TRANSFER": ("transfer", "blind"),
    "ATTENDEDTRANSFER": ("transfer", "attended"),
}
_ENDS_OF_WAIT: dict[str, VisitEnd] = {
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timed_out",
    "EXITEMPTY": "emptied",
    "EXITWITHKEY": "key",
    "WITHDRAW": "withdrawn",
    "SYSCOMPAT": "system",
}
_WAIT_AT = {"EXITWITHKEY": 3, "SYSCOMPAT": 9}
"""Where an end has its wait, from 0; third where nothing is said."""
_PLACE_AT = {"EXITWITHKEY": 2}
"""Where an end has the caller's first place in the queue; second where nothing is said."""
