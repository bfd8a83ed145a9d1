"""First-call resolution: was it settled with one call?

Two figures stand side by side and are never mixed. ``repeat`` watches what customers do: an
answered call after which the same customer did not call again within the window. ``flagged`` is
what agents say. The first is provisional while windows are open, and says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice

from msgspec import Struct

from .ratio import Ratio
from .records import FcrCall

WINDOW_MS = 7 * 24 * 3_600_000
"""Default window: seven days."""
RESUMED_MS = 30 * 60_000
"""A call that was cut and resumed within this time is one issue."""


class Repeat(Struct, frozen=True):
    """The figure and what a reader must know beside it.

    ``ratio`` is issues without a repeat of issues. ``open_windows`` of them count as resolved only
    so far: their window has not passed. ``withheld`` are the answered calls without a key, which
    are in neither half.
    """

    ratio: Ratio
    open_windows: int
    withheld: int

    @property
    def provisional(self) -> bool:
        """Whether the figure can still fall."""
        return self.open_windows > 0


class _Issue(Struct):
    """An answered call, or several of which all but the last were cut and resumed."""

    first: FcrCall
    last: FcrCall
    place: int
    """Of the last call, among the contacts of this key."""


def repeat(
    calls: Iterable[FcrCall],
    from_ms: int,
    to_ms: int,
    now: int,
    *,
    window_ms: int = WINDOW_MS,
    merge_drops: bool = True,
) -> Repeat:
    """Of the issues that began within the period, how many brought no further call.

    ``calls`` reach from 30 minutes before the period, so that a resumed call is known as such, to
    ``window_ms`` after it or to now. The window runs from the end of the issue's last call. A
    later call is a repeat when it was answered or abandoned and the reasons, where both have one,
    are the same. Our own call-back that reached the customer closes the issue: neither it nor what
    comes after it is a repeat.
    """
    by_key: dict[str, list[FcrCall]] = defaultdict(list)
    withheld = 0
    # A call that comes twice, as the store and the live records may both give it, is one.
    for call in {call.id: call for call in calls}.values():
        if call.key is not None and call.direction != "internal":
            by_key[call.key].append(call)
        elif call.direction == "inbound" and call.answered:
            withheld += from_ms <= call.started_at < to_ms
    issues = settled = still_open = 0
    for contacts in by_key.values():
        contacts.sort(key=lambda call: (call.started_at, call.id))
        for issue in _issues(contacts, merge_drops):
            if not from_ms <= issue.first.started_at < to_ms:
                continue
            issues += 1
            until = _end(issue.last) + window_ms
            closing = _next(issue, contacts, until)
            if closing is None:
                settled += 1
                still_open += issue.last.ended_at is None or now < until
            else:
                settled += closing.direction == "outbound"
    return Repeat(Ratio(settled, issues), still_open, withheld)


def flagged(calls: Iterable[FcrCall], *, net: bool = False) -> Ratio:
    """Calls that the agent marked resolved, of all inbound calls he marked.

    ``net`` leaves out those that nobody here could have resolved.
    """
    marked = [
        call.resolved
        for call in calls
        if call.direction == "inbound"
        and call.resolved is not None
        and not (net and call.not_resolvable)
    ]
    return Ratio(sum(marked), len(marked))


def _issues(contacts: list[FcrCall], merge_drops: bool) -> list[_Issue]:
    issues: list[_Issue] = []
    for place, call in enumerate(contacts):
        if call.direction != "inbound" or not call.answered:
            continue
        before = issues[-1] if issues else None
        if merge_drops and before is not None and _resumes(call, before.last):
            before.last, before.place = call, place
        else:
            issues.append(_Issue(call, call, place))
    return issues


def _resumes(call: FcrCall, before: FcrCall) -> bool:
    return before.dropped and call.started_at - _end(before) <= RESUMED_MS


def _next(issue: _Issue, contacts: list[FcrCall], until: int) -> FcrCall | None:
    """The contact that decides over an issue: a repeat, or our own call-back."""
    for call in islice(contacts, issue.place + 1, None):
        if call.started_at > until:
            break
        if call.direction == "outbound":
            if call.answered:
                return call
        elif (call.answered or call.abandoned) and _same_reason(issue.last, call):
            return call
    return None


def _same_reason(one: FcrCall, other: FcrCall) -> bool:
    return not one.reason or not other.reason or one.reason == other.reason


def _end(call: FcrCall) -> int:
    return call.started_at if call.ended_at is None else call.ended_at
