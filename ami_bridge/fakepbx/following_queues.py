"""The queues' part of ``following``: who waits, who is a member, how devices are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .model import Member, Pbx, Queue, Waiting

Body = Mapping[str, str]


class QueueFollower:
    """Keeps what one story says of queues. ``now`` gives epoch milliseconds.

    A queue that others use too keeps their members and callers, and its own counters.
    """

    def __init__(self, pbx: Pbx, now: Callable[[], int]) -> None:
        self._pbx = pbx
        self._now = now
        self._made: set[str] = set()
        self._members: set[tuple[str, str]] = set()
        self._callers: set[str] = set()
        self._table: dict[str, Callable[[Body], None]] = {
            "QueueCallerJoin": self._join,
            "QueueCallerLeave": self._left,
            "QueueCallerAbandon": self._abandoned,
            "AgentComplete": self._completed,
            "QueueMemberAdded": self._member,
            "QueueMemberStatus": self._member,
            "QueueMemberPause": self._member,
            "QueueMemberRemoved": self._signed_out,
            "DeviceStateChange": self._device,
        }

    def take(self, name: str, body: Body) -> None:
        """This was said, so it is true."""
        step = self._table.get(name)
        if step is not None:
            step(body)

    def furnish(self, rows: Iterable[Body]) -> None:
        """The members and callers of this story are those of these rows, and no others."""
        for uniqueid in list(self._callers):
            self.hung_up(uniqueid)
        for queue, interface in list(self._members):
            self._signed_out({"Queue": queue, "Interface": interface})
        for body in rows:
            if body["Event"] == "QueueParams":
                self._queue_is(body)
            elif body["Event"] == "QueueMember":
                self._member({**body, "Interface": body["Location"], "MemberName": body["Name"]})
            elif body["Event"] == "QueueEntry":
                self._wait(body, self._now() - int(body["Wait"]) * 1000)

    def hung_up(self, uniqueid: str) -> None:
        """This leg waits nowhere any more."""
        if uniqueid in self._callers:
            self._callers.discard(uniqueid)
            for queue in self._pbx.queues.values():
                queue.waiting = [entry for entry in queue.waiting if entry.channel != uniqueid]

    def stepped_in(self, leaves: str, enters: str) -> None:
        """Where the first leg waited, the second waits from now on."""
        for queue in self._pbx.queues.values():
            for entry in queue.waiting:
                if entry.channel == leaves:
                    entry.channel = enters
                    self._callers.add(enters)

    # -- queues -------------------------------------------------------------------------------

    def _queue(self, name: str) -> Queue:
        if name not in self._pbx.queues:
            self._made.add(name)
            self._pbx.queues[name] = Queue(name)
        return self._pbx.queues[name]

    def _queue_is(self, body: Body) -> None:
        queue = self._queue(body["Queue"])
        if queue.name not in self._made:
            return
        queue.strategy = body["Strategy"]
        queue.maxlen = int(body["Max"])
        queue.service_level_s = int(body["ServiceLevel"])
        queue.weight = int(body["Weight"])
        queue.hold_s, queue.talk_s = int(body["Holdtime"]), int(body["TalkTime"])
        queue.completed, queue.abandoned = int(body["Completed"]), int(body["Abandoned"])
        share = float(body["ServicelevelPerf"]) / 100
        queue.completed_in_level = round(share * queue.completed)
        share = float(body["ServicelevelPerf2"]) / 100
        in_level = round(share * (queue.completed + queue.abandoned))
        queue.abandoned_in_level = max(0, in_level - queue.completed_in_level)

    def _wait(self, body: Body, joined: int) -> None:
        queue, position = self._queue(body["Queue"]), int(body["Position"])
        self._left(body)
        priority = int(body.get("Priority") or 0)
        queue.waiting.insert(position - 1, Waiting(body["Uniqueid"], joined, position, priority))
        self._callers.add(body["Uniqueid"])

    def _join(self, body: Body) -> None:
        # Its Priority is the channel's place in the dialplan.
        self._wait({**body, "Priority": ""}, self._now())

    def _left(self, body: Body) -> None:
        queue = self._queue(body["Queue"])
        queue.waiting = [entry for entry in queue.waiting if entry.channel != body["Uniqueid"]]

    def _abandoned(self, body: Body) -> None:
        queue = self._queue(body["Queue"])
        queue.abandoned += 1
        queue.abandoned_in_level += int(body["HoldTime"]) <= queue.service_level_s

    def _completed(self, body: Body) -> None:
        queue, held_s = self._queue(body["Queue"]), int(body["HoldTime"])
        queue.completed += 1
        queue.completed_in_level += held_s <= queue.service_level_s
        queue.hold_s = (3 * queue.hold_s + held_s) // 4
        queue.talk_s = (3 * queue.talk_s + int(body["TalkTime"])) // 4

    # -- members and devices --------------------------------------------------------------------

    def _member(self, body: Body) -> None:
        members = self._queue(body["Queue"]).members
        self._members.add((body["Queue"], body["Interface"]))
        members[body["Interface"]] = Member(
            body["Queue"],
            body["Interface"],
            body["MemberName"],
            body["StateInterface"],
            membership=body["Membership"],
            penalty=int(body["Penalty"]),
            calls_taken=int(body["CallsTaken"]),
            last_call=int(body["LastCall"]),
            last_pause=int(body["LastPause"]),
            login_time=int(body["LoginTime"]),
            in_call=body["InCall"] == "1",
            status=int(body["Status"]),
            paused=body["Paused"] == "1",
            reason=body["PausedReason"],
            ring_in_use=body.get("Ringinuse") == "1",
            wrapup_s=int(body.get("Wrapuptime") or 0),
        )

    def _signed_out(self, body: Body) -> None:
        self._members.discard((body["Queue"], body["Interface"]))
        self._queue(body["Queue"]).members.pop(body["Interface"], None)

    def _device(self, body: Body) -> None:
        self._pbx.devices[body["Device"]] = body["State"]
