"""A call to a queue, from the line to its end, in the steps of the recorded stories.

``QueueCall`` plays one caller: visits one queue or two, is offered to agents, talks or leaves. What
people do in it stands in its ``Fate``; when phones ring, ``answers`` says who picks up.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Literal

from . import acd
from .conversation import QueueTalk
from .dialled import end_alone
from .exchange import Exchange
from .model import RING, UP, Channel, Member, Queue, Waiting
from .plan import Answers, Fate, Line, Party
from .ringing import Ringing
from .simulation import Story

Left = Literal["answered", "abandoned", "key", "limit", "cut", "refused"]
Ends = dict[Left, float]
"""When, at the latest, a wait ends in which way: epoch milliseconds, maybe infinite."""

TRUNK = "PJSIP/trunk"
MUSIC = ("Class", "default")


class QueueCall:
    """One caller and his way. ``outcome`` names how the last visit ended."""

    def __init__(
        self, ex: Exchange, line: Line, caller: Party, fate: Fate, answers: Answers
    ) -> None:
        self._ex = ex
        self._line = line
        self._caller = caller
        self._fate = fate
        self._answers = answers
        self.outcome: Left | None = None
        self._began = 0
        self._still_open: Ringing | None = None

    def story(self) -> Story:
        """The whole call."""
        ex, line = self._ex, self._line
        self._began = ex.now
        ex.pbx.processed += 1
        channel = ex.open_channel(
            TRUNK, RING, "from-trunk", line.did, self._caller.number, self._caller.name
        )
        yield 0.001
        ex.go_to(channel, line.context, line.exten, 1)
        ex.set_state(channel, UP)
        ex.refresh(TRUNK)
        if line.records:
            self._record(channel)
        yield from self.in_dialplan(channel)

    def in_dialplan(self, channel: Channel) -> Story:
        """From Queue() on; also where a Redirect into a queue's extension leads to."""
        ex, line = self._ex, self._line
        self._began = self._began or ex.now
        ex.go_to(channel, line.context, line.exten, line.priority)
        self.outcome = yield from self._visit(channel, line.queue, line.limit_s)
        if self.outcome == "limit" and line.overflow:
            self._flow_over(channel)
            self.outcome = yield from self._visit(channel, line.overflow, line.overflow_limit_s)
        if self.outcome in ("limit", "refused"):
            ex.go_to(channel, "after-queue", "s", 3)
            end_alone(ex, channel, 16)
        elif self.outcome == "key":
            yield from self._voicemail(channel)

    def _record(self, channel: Channel) -> None:
        ex = self._ex
        ex.go_to(channel, "sub-rec", "s", 1)
        path = f"/var/spool/asterisk/monitor/{channel.uniqueid}.wav"
        ex.set_variable(channel, "MIXMONITOR_FILENAME", path)
        ex.say("MixMonitorStart", channel)

    def _flow_over(self, channel: Channel) -> None:
        ex = self._ex
        if self._line.account:
            ex.go_to(channel, channel.context, channel.exten, self._line.priority + 1)
            old, channel.account = channel.account, self._line.account
            ex.say("NewAccountCode", channel, ("OldAccountCode", old))
        ex.go_to(channel, self._line.context, self._line.exten, self._line.priority + 2)
        ex.set_variable(channel, "ABANDONED", "")

    # -- one visit ----------------------------------------------------------------------------

    def _visit(
        self, channel: Channel, name: str, limit_s: float
    ) -> Generator[float, str | None, Left]:
        ex = self._ex
        queue = ex.pbx.queues[name]
        if self._line.tells:
            ex.set_variable(channel, "QUEUESTATUS", "")
        full = queue.maxlen and len(queue.waiting) >= queue.maxlen
        if full or (not queue.join_empty and not queue.present()):
            why = "FULL" if full else "JOINEMPTY"
            ex.set_variable(channel, "QUEUESTATUS", why)
            if self._line.tells:
                self._tell_end(channel, "QueueRefused", queue, ("Why", why))
            return "refused"
        entry = self._join(channel, queue)
        ends: Ends = {
            "abandoned": self._began + self._fate.patience_s * 1000,
            "limit": ex.now + limit_s * 1000,
            "key": ex.now + self._fate.key_s * 1000,
        }
        while True:
            members = acd.pick(ex.pbx, queue, entry, ex.now)
            left: Left | None = None
            if members:
                left = yield from self._ring(channel, queue, entry, members, ends)
            if left is None:
                left = yield from self._wait(channel, queue.retry_s, ends)
            if left == "answered":
                return left
            if left is not None:
                self._leave_unanswered(channel, queue, entry, left)
                return left

    def _wait(
        self, channel: Channel, seconds: float, ends: Ends
    ) -> Generator[float, str | None, Left | None]:
        """Nobody can be rung: waits until the next try or the end."""
        ex = self._ex
        until = min(ex.now + seconds * 1000, *ends.values())
        word = yield from ex.sim.pass_until(until, "hangup")
        left: Left | None = "cut" if word else _reached(ends, ex.now)
        if left == "abandoned":
            ex.hangup_request(channel)
        if left in ("abandoned", "cut"):
            ex.say("MusicOnHoldStop", channel)
        return left

    def _ring(
        self, channel: Channel, queue: Queue, entry: Waiting, members: list[Member], ends: Ends
    ) -> Generator[float, str | None, Left | None]:
        """Rings the members and plays what comes of it; None: nobody answered, he waits on."""
        ex = self._ex
        entry.ringing = True
        rings = Ringing(ex, queue, channel, members)
        first = rings.start(self._answers)
        until = min(rings.limit, first, *ends.values())
        word = yield from ex.sim.pass_until(until, "hangup")
        entry.ringing = False
        if word and word != f"hangup {channel.uniqueid}":
            rings.nobody_answered()
            return None
        left: Left | None = "cut" if word else _reached(ends, ex.now)
        if left is None and first <= ex.now:
            held_s = _whole_s(entry.joined, ex.now)
            member, leg = rings.answered(lambda: self._leave(channel, queue, entry), held_s)
            talk = QueueTalk(ex, queue, member, channel, leg, held_s)
            yield from talk.story(self._fate.talk)
            return "answered"
        if left in ("abandoned", "cut"):
            if left == "abandoned":
                ex.hangup_request(channel)
            ex.say("MusicOnHoldStop", channel)
            rings.cancel()
            self._still_open = rings
        elif left == "key":
            rings.cancel()
            rings.close(0)
        else:
            rings.nobody_answered()
        return left

    def _join(self, channel: Channel, queue: Queue) -> Waiting:
        ex = self._ex
        channel.application = "Queue"
        channel.data = f"{queue.name},tkx"
        entry = Waiting(channel.uniqueid, ex.now, len(queue.waiting) + 1)
        queue.waiting.append(entry)
        ex.set_device(f"Queue:{queue.name}", "RINGING")
        place = (("Position", str(entry.original)), ("Count", str(len(queue.waiting))))
        ex.say("QueueCallerJoin", channel, ("Queue", queue.name), *place, klass="agent")
        ex.say("MusicOnHoldStart", channel, MUSIC)
        return entry

    def _leave(self, channel: Channel, queue: Queue, entry: Waiting) -> None:
        ex = self._ex
        position = queue.position(channel.uniqueid)
        queue.waiting.remove(entry)
        if not queue.waiting:
            ex.set_device(f"Queue:{queue.name}", "NOT_INUSE")
        place = (("Position", str(position)), ("Count", str(len(queue.waiting))))
        ex.say("QueueCallerLeave", channel, ("Queue", queue.name), *place, klass="agent")

    def _leave_unanswered(self, channel: Channel, queue: Queue, entry: Waiting, left: Left) -> None:
        """Every end of waiting but the answer; the caller's channel closes if he is gone."""
        ex = self._ex
        held_s = _whole_s(entry.joined, ex.now)
        if left != "key":
            queue.abandoned += 1
            queue.abandoned_in_level += held_s <= queue.service_level_s
            ex.set_variable(channel, "ABANDONED", "TRUE")
            position = str(queue.position(channel.uniqueid))
            body = (
                ("Queue", queue.name),
                ("Position", position),
                ("OriginalPosition", str(entry.original)),
                ("HoldTime", str(held_s)),
            )
            ex.say("QueueCallerAbandon", channel, *body, klass="agent")
        else:
            ex.go_to(channel, "queue-exit", self._fate.key, 0)
        if left in ("limit", "key"):
            ex.say("MusicOnHoldStop", channel)
        self._leave(channel, queue, entry)
        if left == "limit":
            ex.set_variable(channel, "QUEUESTATUS", "TIMEOUT")
            if self._line.tells:
                self._tell_end(channel, "QueueLeft", queue, ("Status", "TIMEOUT"))
        elif left in ("abandoned", "cut"):
            ex.soft_hangup(channel)
            if self._still_open is not None:
                self._still_open.close(0)
            ex.close_channel(channel, 0)
            ex.refresh(channel.device)

    def _tell_end(self, channel: Channel, name: str, queue: Queue, word: tuple[str, str]) -> None:
        self._ex.go_to(channel, "queue-left", "s", 2)
        self._ex.user_event(channel, name, ("Queue", queue.name), word)

    def _voicemail(self, channel: Channel) -> Story:
        ex, line = self._ex, self._line
        ex.go_to(channel, "voicemail", line.exten, 2)
        channel.application, channel.data = "VoiceMail", f"{line.exten}@default,us"
        word = yield from ex.sim.pass_until(ex.now + self._fate.message_s * 1000, "hangup")
        if not word:
            ex.hangup_request(channel)
        mailbox = (("Mailbox", f"{line.exten}@default"), ("Waiting", "1"))
        ex.say("MessageWaiting", channel, *mailbox, ("New", "1"), ("Old", "0"))
        ex.soft_hangup(channel)
        channel.exten = "h"
        ex.close_channel(channel, 0)
        ex.refresh(channel.device)


def _reached(ends: Ends, now: int) -> Left | None:
    """The end that has come by now, the earliest of several."""
    left = min(ends, key=lambda end: ends[end])
    return left if ends[left] <= now else None


def _whole_s(since: int, until: int) -> int:
    """Asterisk subtracts whole seconds of the wall clock (epoch ms in, seconds out)."""
    return until // 1000 - since // 1000
