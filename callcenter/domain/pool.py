"""Agents of app_agent_pool, who stay on the line while calls come and go.

The leg on which such an agent waits is no call, and its Linkedid is none of the calls' (ASTERISK
3.10, 4.2). A queue rings a Local channel for him whose dialplan asks the pool for the agent; his
leg then enters that call's bridge, and goes back to wait when the call is over.
"""

from __future__ import annotations

from . import lines
from .calls import Scene
from .legs import Leg
from .signals import PoolJoined


def joined(scene: Scene, s: PoolJoined) -> None:
    """A leg waits for calls from now on: the call by which its agent signed in is over."""
    leg = scene.legs.get(s.leg)
    if leg is None:
        scene.odd += 1
        return
    if leg.pool:
        return
    scene.absent(leg)
    leg.pool, leg.agent = s.agent, ""
    track = scene.calls.get(leg.call)
    if track is not None and track.first == leg.id:
        lines.end(scene, track, s.at)
        leg.call = ""


def speaks(scene: Scene, leg: Leg) -> None:
    """Whom a waiting leg speaks for is told by the Local channel that it meets in a bridge.

    Where the member's state interface is ``Agent:`` and his number that is known anyway.
    """
    for waiting in (leg, *scene.legs.mates(leg)):
        if waiting.pool and scene.attribute(waiting) is None:
            halves = (mate for mate in scene.legs.mates(waiting) if mate.half and mate.agent)
            waiting.agent = next((half.agent for half in halves), "")
