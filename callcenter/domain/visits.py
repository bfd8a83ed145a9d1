"""How a stay in a queue begins and ends.

AMI tells five ends by one event (``CallerGaveUp``). The reason is settled by evidence, in this
order (ASTERISK 3.3 to 3.5, 9.3), and never by elimination:

========================================  ==============================================
joined with an agent                       answered
QUEUESTATUS TIMEOUT, LEAVEEMPTY, WITHDRAW  timed_out, emptied, withdrawn
Asterisk is going down                     system
left without giving up, and stands         key (the place is the key)
elsewhere in the dialplan, or lives on
gave up, and its own line hung up, or the  abandoned (when it hung up)
variables are readable and a line that
cannot tell (a Local half) is gone
gave up, variables readable, lives on, or  withdrawn (redirected or hung up by somebody)
went though its own line did not hang up,
or entered a bridge without leaving
anything else                              unknown
========================================  ==============================================
"""

from __future__ import annotations

import re

from .calls import CallTrack, OpenVisit, Scene
from .facts import QueueEntered, QueueLeft, QueueRefused, VisitCorrected
from .legs import Leg
from .model import VisitEnd

SETTLE_MS = 2_000
"""How long the evidence of an exit may take (ASTERISK 3.3: QUEUESTATUS comes after the leave)."""

KEY = re.compile(r"^[0-9*#]{1,2}$")
"""What callers press to leave a queue: an extension of one key, seldom two."""

KEYS = frozenset("0123456789*#")
NAME_MS = 500
"""How long a refusal waits for the name of its queue (the dialplan's UserEvent comes next)."""

BY_STATUS: dict[str, VisitEnd] = {
    "TIMEOUT": "timed_out",
    "LEAVEEMPTY": "emptied",
    "LEAVEUNAVAIL": "emptied",
    "WITHDRAW": "withdrawn",
}
REFUSALS = frozenset(("FULL", "JOINEMPTY", "JOINUNAVAIL", "CLOSED", "UNKNOWN"))


def visit_at(track: CallTrack, queue: str, leg: str = "") -> OpenVisit | None:
    """The open visit in this queue (names fold case), the latest first."""
    folded = queue.casefold()
    for visit in reversed(track.visits.values()):
        if visit.queue.casefold() == folded and (not leg or visit.leg == leg):
            return visit
    return None


def enter(
    scene: Scene,
    track: CallTrack,
    queue: str,
    leg: str,
    at: int,
    position: int,
    place: tuple[str, str] = ("", ""),
) -> None:
    """A caller joined a queue; told twice, it is one visit."""
    queue = scene.spelled(queue)
    visit = visit_at(track, queue)
    if visit is not None and not visit.left_at:
        visit.leg = leg
        return
    unnamed(scene, track)
    for old in list(track.visits.values()):
        # Told late, this stay may be older than the one it is taken to follow.
        settle(scene, track, old, max(at, old.entered_at), final=True)
    track.keyless = None
    track.visit_count += 1
    track.queued.add(leg)
    track.visits[track.visit_count] = OpenVisit(track.visit_count, queue, leg, at, *place)
    if all(place):
        scene.queue_at[place] = queue
    scene.say(
        QueueEntered(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            visit=track.visit_count,
            queue=queue,
            position=position,
            leg="" if leg == track.customer else leg,
        )
    )


def stands(visit: OpenVisit, context: str, exten: str) -> None:
    """Whether its leg stands elsewhere in the dialplan than when it entered the queue."""
    if visit.exten and context and exten and (context, exten) != (visit.context, visit.exten):
        visit.moved_to = exten


def stood_at_last(track: CallTrack, leg: str, context: str, exten: str) -> None:
    """Where a leg that is gone stood: who left the queue without giving up, for the exit of a key.

    Asterisk 16 tells the place only afterwards. Keys are digits; ``h`` and ``i`` are no places.
    """
    if not all(letter in KEYS for letter in exten):
        return
    for visit in track.visits.values():
        if visit.leg == leg and visit.left_at and not visit.gave_up_at and not visit.moved_to:
            stands(visit, context, exten)


def refused_somewhere(scene: Scene, track: CallTrack, why: str, at: int) -> None:
    """A queue's door was shut; the dialplan may say a moment later which queue that was."""
    if track.nameless is None and not _told_already(track, why, at):
        track.nameless = (why, at)
        scene.wake(track.id, at + NAME_MS)


def unnamed(scene: Scene, track: CallTrack) -> None:
    """Nobody said which queue refused: it is told without a name."""
    if track.nameless is not None:
        (why, at), track.nameless = track.nameless, None
        refuse(scene, track, "", why, at)


def _told_already(track: CallTrack, why: str, at: int) -> bool:
    told, since = track.refusal
    near = bool(since) and abs(at - since) < SETTLE_MS and not track.visits
    return near or (told, since) == (why, at)


def refuse(scene: Scene, track: CallTrack, queue: str, why: str, at: int) -> None:
    """The queue's door was shut; told twice (by variable and by UserEvent), it is one visit.

    The variable says why, and stands when the name comes after it.
    """
    if track.nameless is not None and abs(at - track.nameless[1]) < SETTLE_MS:
        (why, at), track.nameless = track.nameless, None
    unnamed(scene, track)
    if _told_already(track, why, at):
        return
    track.refusal = (why, at)
    track.visit_count += 1
    track.visit_ends.append("refused")
    scene.say(
        QueueRefused(
            at=at, pbx=scene.pbx, call=track.id, visit=track.visit_count, queue=queue, why=why
        )
    )


def status_says(scene: Scene, track: CallTrack, leg: str, value: str, at: int) -> bool:
    """QUEUESTATUS was set: the reason of the visit that just ended. False if it is none."""
    end = BY_STATUS.get(value)
    if end is None:
        return False
    # One visit is open at most: ``enter`` ends the one before.
    visit = next((visit for visit in track.visits.values() if visit.leg == leg), None)
    if visit is None:
        return False
    close(scene, track, visit, end, visit.left_at or visit.gave_up_at or at)
    return True


def settle(
    scene: Scene,
    track: CallTrack,
    visit: OpenVisit,
    at: int,
    *,
    gone: bool = False,
    far: bool = False,
    silent: bool = False,
    final: bool = False,
) -> None:
    """Ends a visit whose evidence is complete.

    ``gone``: the caller's leg is gone, ``far``: its own line hung it up, ``silent``: its own line
    would have told that, we would have heard it, and it did not. ``final``: it is known to be
    over (another visit began, time is up) and what we have must do.
    """
    if visit.connected_at:
        if gone or final:
            close(scene, track, visit, "answered", visit.connected_at)
        return
    if not (visit.left_at or visit.gave_up_at):
        if visit.bridged_at and (gone or final or at >= visit.bridged_at + SETTLE_MS):
            close(scene, track, visit, "withdrawn", visit.bridged_at)
        elif gone:
            # A leg that waits in his place lives a moment longer: he hung up while it waited.
            end: VisitEnd = "abandoned" if far and visit.leg != track.customer else "unknown"
            close(scene, track, visit, "system" if scene.stopping_at else end, at)
        elif final:
            close(scene, track, visit, "unknown", at)
        return
    over = visit.left_at or visit.gave_up_at
    if scene.stopping_at:
        close(scene, track, visit, "system", over)
    elif visit.gave_up_at:
        if far or (gone and visit.variables_seen and not silent):
            close(scene, track, visit, "abandoned", min(over, visit.hungup_at or over))
        elif gone and visit.variables_seen:
            close(scene, track, visit, "withdrawn", over)
        elif gone:
            close(scene, track, visit, "unknown", over)
        elif final or at >= over + SETTLE_MS:
            close(scene, track, visit, "withdrawn" if visit.variables_seen else "unknown", over)
    elif visit.moved_to:
        close(scene, track, visit, "key", over, visit.moved_to)
    elif gone:
        close(scene, track, visit, "unknown", over)
    elif final or at >= over + SETTLE_MS:
        close(scene, track, visit, "key", over)
        track.keyless = visit


def bridged(scene: Scene, leg: Leg, at: int) -> None:
    """A waiting caller's own leg entered a bridge, to which no queue brought him if no word of that
    follows: parked or bridged by AMI, he is drawn out of his channel without a word of the queue
    (ASTERISK 4.3)."""
    track = scene.calls.get(leg.call)
    if track is None or leg.half:
        return
    for visit in track.visits.values():
        waits = not (visit.left_at or visit.gave_up_at or visit.connected_at or visit.bridged_at)
        if visit.leg == leg.id and waits:
            visit.bridged_at = at
            scene.wake(track.id, at + SETTLE_MS)


def stood_at(scene: Scene, track: CallTrack, context: str, exten: str, at: int) -> None:
    """The leg that left a queue by an unknown key is seen elsewhere in the dialplan: that is it.

    Asterisk 16 still says the queue's place when the caller leaves, 22 that of the key.
    """
    visit, track.keyless = track.keyless, None
    if visit is None or not visit.exten or (context, exten) == (visit.context, visit.exten):
        return
    if not KEY.match(exten):
        # He went on from there, and nothing says by which key.
        return
    scene.say(
        VisitCorrected(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            visit=visit.number,
            queue=visit.queue,
            reason="key",
            wait_ms=max(0, visit.left_at - visit.entered_at),
            settled_by="ami",
            key=exten,
        )
    )


def look_again(scene: Scene, track: CallTrack, at: int) -> None:
    """Time has passed: what waited for evidence until ``at`` is settled with what there is."""
    if track.nameless is not None and at >= track.nameless[1] + NAME_MS:
        unnamed(scene, track)
    for visit in list(track.visits.values()):
        settle(scene, track, visit, at)


def due(track: CallTrack, after: int) -> int | None:
    """When the next of this call's visits or refusals is to be settled (epoch ms), or None."""
    over = [v.left_at or v.gave_up_at or v.bridged_at for v in track.visits.values()]
    instants = [at + SETTLE_MS for at in over if at]
    if track.nameless is not None:
        instants.append(track.nameless[1] + NAME_MS)
    return min((at for at in instants if at > after), default=None)


def close(
    scene: Scene, track: CallTrack, visit: OpenVisit, end: VisitEnd, at: int, key: str = ""
) -> None:
    """Says how a visit ended."""
    track.visits.pop(visit.number, None)
    track.visit_ends.append(end)
    scene.say(
        QueueLeft(
            at=at,
            pbx=scene.pbx,
            call=track.id,
            visit=visit.number,
            queue=visit.queue,
            reason=end,
            wait_ms=max(0, at - visit.entered_at),
            key=key,
        )
    )
