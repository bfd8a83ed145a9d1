"""Local channels that Asterisk originates: they stand for somebody who is not there yet.

A program that dials for an agent, or calls a customer back who kept his place in the queue, has
Asterisk originate a Local channel. One of its halves is led to the agent (rings his phone, or waits
in a queue for him), the other one dials the customer. Until that dial nobody can tell it from a
caller whom the dialplan plays, so it is told as one. With the dial it is clear: the line that is
dialled is the customer, the call is outbound, and what was told of talks and of phones that no
queue rang was between ourselves. A stay in a queue remains: an agent was waited for, and came.
"""

from __future__ import annotations

from . import conversations
from .calls import CallTrack, Scene
from .legs import Leg


def dials_customer(scene: Scene, track: CallTrack, caller: Leg) -> bool:
    """Whether this leg dials the customer: a half of the originated Local that no queue has had.

    One that was in a queue and dials a line afterwards is a caller whom an agent sends out.
    """
    first = scene.legs.get(track.first)
    if first is None or not (first.half and first.originated):
        return False
    return caller in scene.legs.wire(first) and caller.id not in track.queued


def begin_anew(scene: Scene, track: CallTrack, at: int) -> None:
    """There was no customer so far: whoever talked with the stand-in has not talked with him."""
    for talk in list(track.talks.values()):
        track.set_aside[talk.agent.id] = (talk.queue, talk.visit)
        conversations.end(scene, track, talk, "pbx", at, wraps=False)
    track.ended_talks.clear()
    track.direct_ends.clear()
    track.last_end, track.last_parted_at = None, 0
    track.answered, track.anew = False, True
