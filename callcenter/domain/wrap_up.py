"""After-call work: from the end of a conversation until the agent is free again.

Asterisk has no event for it. The queue's rule counts from ``LastCall``, a whole second, so the
work ends up to a second before the rule's length is over (ASTERISK 5.1, 12.12). A pause whose
reason says after-call work counts as well, until it is taken off. A pause in all queues for another
reason is none, and who is in no queue any more has none.
"""

from __future__ import annotations

from .agents import WRAP_UP_REASONS, Agent, WrapUp
from .calls import Scene
from .facts import WrapUpEnded, WrapUpStarted


def begin(scene: Scene, agent: Agent, call: str, conversation: int, queue: str, at: int) -> None:
    """A queue's conversation ended: the queue's own rule says how long nobody may ring him."""
    if paused_otherwise(agent):
        return
    if paused_for_it(agent):
        start(scene, agent, call, conversation, at, None)
        return
    member = agent.queues.get(queue.casefold())
    length = member.wrapup_s if member is not None and member.wrapup_s else 0
    length = length or scene.wrapup_s.get(queue.casefold(), 0)
    if length <= 0 or member is None:
        return
    until = (at // 1000 + length) * 1000
    start(scene, agent, call, conversation, at, until)


def paused_for_it(agent: Agent) -> bool:
    """He is paused somewhere, with a reason that says after-call work."""
    return any(
        member.paused and member.reason.casefold() in WRAP_UP_REASONS
        for member in agent.queues.values()
    )


def paused_otherwise(agent: Agent) -> bool:
    """Every queue has him paused, and none for after-call work."""
    return (
        bool(agent.queues)
        and all(member.paused for member in agent.queues.values())
        and not paused_for_it(agent)
    )


def told(scene: Scene, agent: Agent, queue: str, seconds: int | None, at: int) -> None:
    """The PBX's own counts say that he wraps up (None), or that he is ready again.

    The length is kept, so that the next conversation's wrap-up ends by itself.
    """
    if seconds is not None:
        if seconds and queue.casefold() not in scene.rules.wrapup_s:
            scene.wrapup_s[queue.casefold()] = seconds
        if agent.wrap is not None and not agent.wrap.until and not paused_for_it(agent):
            end(scene, agent, at)
    elif agent.last_talk is not None and agent.wrap is None and not agent.talks:
        start(scene, agent, *agent.last_talk, min(at, agent.last_talk_at or at), None)


def start(
    scene: Scene, agent: Agent, call: str, conversation: int, at: int, until: int | None
) -> None:
    """After-call work begins, until an instant or until somebody ends it."""
    end(scene, agent, at)
    agent.wrap = WrapUp(call, conversation, at, until or 0)
    scene.touch(agent.ref.id)
    if until is not None:
        scene.wake("agent " + agent.ref.id, until)
    scene.say(
        WrapUpStarted(
            at=at,
            pbx=scene.pbx,
            call=call,
            conversation=conversation,
            agent=agent.ref,
            until=until,
        )
    )


def end(scene: Scene, agent: Agent, at: int) -> None:
    """The agent's after-call work is over: he is rung, talks, or its time is up."""
    wrap = agent.wrap
    if wrap is None:
        return
    agent.wrap = None
    scene.touch(agent.ref.id)
    scene.say(
        WrapUpEnded(
            at=at,
            pbx=scene.pbx,
            call=wrap.call,
            conversation=wrap.conversation,
            agent=agent.ref,
            wrapup_ms=max(0, at - wrap.since),
        )
    )
