"""Queues and their members, as the PBX lists them and as they change."""

from __future__ import annotations

from . import wrap_up
from .agents import WRAP_UP_REASONS, Agent, Membership
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
    changed_pause = member.paused != s.paused or member.reason != s.paused_reason
    member.paused, member.reason = s.paused, s.paused_reason if s.paused else ""
    member.status = s.status
    member.wrapup_s = s.wrapup_s
    if member.roster != scene.roster_number:
        member.roster = scene.roster_number
        agent.shown += 1
    if not (s.row and scene.blind):
        # What the rows of a roster say of an agent is told once, when it has ended.
        scene.touch(agent.ref.id)
    if changed_pause and not s.row:
        _wrap_up_by_pause(scene, agent, s.at)


def _wrap_up_by_pause(scene: Scene, agent: Agent, at: int) -> None:
    """A pause whose reason says after-call work extends the last conversation's wrap-up."""
    pausing = any(
        member.paused and member.reason.casefold() in WRAP_UP_REASONS
        for member in agent.queues.values()
    )
    if pausing and agent.last_talk is not None and not agent.talks:
        if agent.wrap is None:
            wrap_up.start(scene, agent, *agent.last_talk, at, None)
        elif agent.wrap.until:
            agent.wrap = type(agent.wrap)(
                agent.wrap.call, agent.wrap.conversation, agent.wrap.since, 0
            )
    elif not pausing and agent.wrap is not None and not agent.wrap.until:
        wrap_up.end(scene, agent, at)


def gone(scene: Scene, s: MemberGone) -> None:
    """A member was taken out of a queue."""
    agent = scene.agents.ensure(s.interface, "")
    member = agent.queues.pop(s.queue.casefold(), None)
    if member is not None:
        agent.shown -= member.roster == scene.roster_number
        scene.touch(agent.ref.id)


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
