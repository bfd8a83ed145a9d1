"""What can be subscribed to, who may, and how fast it is told.

The rights are a table of role and topic, asked at each subscription and again whenever a user
changes: an agent sees his own desk and the queues he serves; the wall is for supervisors and
administrators, since it shows others' states.
"""

from __future__ import annotations

from msgspec import Struct

from ..services.access import SignedIn
from .codes import Code

WALL = "wall:main"
MY_QUEUES = "queues:mine"
MY_AGENT = "agent:me"
AGENT = "agent:"

AT_ONCE_MS = 0
METRICS_MS = 500
AGENT_STATES_MS = 200


class Shown(Struct, frozen=True):
    """A topic this person may see, by the server's name."""

    topic: str


class NotShown(Struct, frozen=True):
    """Why a topic is not shown to this person."""

    code: Code
    message: str


def resolve(asked: str, who: SignedIn) -> Shown | NotShown:
    """The topic meant by ``asked``, if ``who`` may see it."""
    if asked == MY_AGENT or asked.startswith(AGENT):
        return _agent_topic(asked, who)
    if asked == MY_QUEUES:
        if who.role == "agent" and not who.agent_id:
            return _not_tied(who)
        return Shown(MY_QUEUES)
    if asked == WALL:
        if who.role == "agent":
            return NotShown(Code.FORBIDDEN, "The wall is for supervisors and administrators.")
        return Shown(WALL)
    return NotShown(
        Code.UNKNOWN_TOPIC,
        f"There is no topic {asked[:60]!r}; there are {MY_AGENT}, {MY_QUEUES} and {WALL}.",
    )


def _agent_topic(asked: str, who: SignedIn) -> Shown | NotShown:
    if not who.agent_id:
        return _not_tied(who)
    own = AGENT + who.agent_id
    if asked not in (MY_AGENT, own):
        return NotShown(Code.FORBIDDEN, "Everybody sees his own desk only; ask for agent:me.")
    return Shown(own)


def _not_tied(who: SignedIn) -> NotShown:
    return NotShown(
        Code.FORBIDDEN,
        f"The user {who.name} is not tied to an agent; an administrator can do that.",
    )


def pace_ms(topic: str) -> int:
    """The shortest time between two frames of a topic; 0: each change goes out at once.

    A desk (pops, own state) is never delayed; figures go out at most twice a second.
    """
    if topic.startswith(AGENT):
        return AT_ONCE_MS
    if topic == MY_QUEUES or topic.startswith("wall:"):
        return METRICS_MS
    return AGENT_STATES_MS
