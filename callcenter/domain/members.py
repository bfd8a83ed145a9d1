"""Queues and their members, as the PBX lists them and as they change."""

from __future__ import annotations

from . import wrap_up
from .agents import Agent, Membership
from .calls import Scene
from .facts import QueueSeen
from .signals import MemberGone, MemberSeen, QueueKnown, QueueWraps


def seen(scene: Scene, s: MemberSeen) -> None:
    """A member is in a queue, with this state; said again, nothing changes."""
    agent = scene.agents.ensure(s.interface, s.member)
    scene.agents.state_device(agent, s.state_interface)
    queue = s.queue.casefold()
    member = agent.queues.get(queue)
    if member is None:
        member = agent.queues[queue] = Membership(s.queue)
    if member.roster != scene.roster_number:
        member.roster = scene.roster_number
        agent.shown += 1
    if s.row and 0 < scene.roster_at <= member.told_at:
        # An event that came after the list was asked for knows better than the list.
        return
    reason = s.paused_reason if s.paused else ""
    if not reason and s.paused and member.paused and not s.pausing:
        # A reload forgets the reason of a pause that goes on (ASTERISK 4.4).
        reason = member.reason
    changed_pause = (member.paused, member.reason) != (s.paused, reason)
    if changed_pause:
        member.pause_at = s.last_pause * 1000 if s.row and s.last_pause else s.at
    member.paused, member.reason = s.paused, reason
    member.status = s.status
    member.wrapup_s = s.wrapup_s
    if not s.row:
        member.told_at = s.at
    if not (s.row and scene.blind):
        # What the rows of a roster say of an agent is told once, when it has ended.
        scene.touch(agent.ref.id)
    if changed_pause and not s.row:
        _wrap_up_by_pause(scene, agent, s.at)


def _wrap_up_by_pause(scene: Scene, agent: Agent, at: int) -> None:
    """A pause whose reason says after-call work extends the last conversation's wrap-up.

    One for another reason, in all his queues, ends it: he said himself that he does something else.
    """
    if wrap_up.paused_for_it(agent):
        if agent.last_talk is None or agent.talks:
            return
        if agent.wrap is None:
            wrap_up.start(scene, agent, *agent.last_talk, at, None)
        elif agent.wrap.until:
            agent.wrap = type(agent.wrap)(
                agent.wrap.call, agent.wrap.conversation, agent.wrap.since, 0
            )
    elif agent.wrap is not None and (not agent.wrap.until or wrap_up.paused_otherwise(agent)):
        wrap_up.end(scene, agent, at)


def gone(scene: Scene, s: MemberGone) -> None:
    """A member was taken out of a queue; out of the last one, his after-call work is over."""
    agent = scene.agents.ensure(s.interface, "")
    member = agent.queues.pop(s.queue.casefold(), None)
    if member is None:
        return
    agent.shown -= member.roster == scene.roster_number
    scene.touch(agent.ref.id)
    if not agent.queues:
        wrap_up.end(scene, agent, s.at)


def wraps(scene: Scene, s: QueueWraps) -> None:
    """What the PBX's own counts say about a member's after-call work."""
    wrap_up.told(scene, scene.agents.ensure(s.interface, ""), s.queue, s.seconds, s.at)


def queue_known(scene: Scene, s: QueueKnown) -> None:
    """A queue exists; said once per change."""
    now = (s.strategy, s.service_level_s)
    if scene.queues.get(s.queue) != now:
        scene.queues[s.queue] = now
        scene.say(
            QueueSeen(
                at=s.at,
                pbx=scene.pbx,
                queue=s.queue,
                strategy=s.strategy,
                service_level_s=s.service_level_s,
            )
        )
