"""Whose phone rings next: app_queue's choice of members for a caller.

Pure: reads the PBX, changes only who was rung last (``rrmemory``).
"""

from __future__ import annotations

from .model import Member, Pbx, Queue, Waiting


def pick(pbx: Pbx, queue: Queue, caller: Waiting, now: int) -> list[Member]:
    """The members to ring for this caller now (epoch ms); none when it is not his turn.

    With ``autofill`` (Asterisk's default) the first n callers who are not being offered are
    served when n members are free.
    """
    free = [
        member
        for member in queue.members.values()
        if queue.free(member, now) and not _wanted_elsewhere(pbx, queue, member, now)
    ]
    ahead = [entry for entry in queue.waiting if not entry.ringing]
    if not free or caller not in ahead or ahead.index(caller) >= len(free):
        return []
    least = min(member.penalty for member in free)
    free = [member for member in free if member.penalty == least]
    if queue.strategy == "ringall":
        return free
    return [_next(queue, free)]


def _next(queue: Queue, free: list[Member]) -> Member:
    if queue.strategy == "leastrecent":
        return min(free, key=lambda member: member.last_call)
    if queue.strategy == "fewestcalls":
        return min(free, key=lambda member: member.calls_taken)
    if queue.strategy == "linear":
        return free[0]
    order = list(queue.members)
    after = order.index(queue.last_rung) + 1 if queue.last_rung in order else 0
    chosen = min(free, key=lambda member: (order.index(member.interface) - after) % len(order))
    queue.last_rung = chosen.interface
    return chosen


def _wanted_elsewhere(pbx: Pbx, queue: Queue, member: Member, now: int) -> bool:
    """A heavier queue has a caller whom nobody rings for yet, and this member serves it too."""
    for other, same in pbx.members_of(member.interface):
        if other is not queue and other.weight > queue.weight and other.free(same, now):
            unserved = sum(not entry.ringing for entry in other.waiting)
            if unserved:
                return True
    return False
