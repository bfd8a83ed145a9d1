"""What we ourselves note in a recording, between the messages of the PBX.

The facts depend on more than on what the PBX said: on when the link came and went, and on the
moment at which the roster was taken. These stand in a recording as events that no Asterisk sends,
so that a replay goes by them and comes to the same facts, byte for byte. (What ``presentation``,
``wrap_up_probe`` and ``member_watch`` learn is there in the same way.)
"""

from __future__ import annotations

from .protocol import Message

LINK_UP = "CallcenterLinkUp"
LINK_DOWN = "CallcenterLinkDown"
ROSTER = "CallcenterRoster"
_ALL = frozenset((LINK_UP, LINK_DOWN, ROSTER))


def link_up() -> Message:
    """We are logged in: events count from here on."""
    return Message.of([("Event", LINK_UP)])


def link_down(why: str, lost_ms: int) -> Message:
    """The connection is gone, since ``lost_ms`` (epoch ms); ``why`` is a sentence."""
    return Message.of([("Event", LINK_DOWN), ("Why", why), ("Since", str(lost_ms))])


def roster(asked_at: int, started: str) -> Message:
    """The roster that was asked for at ``asked_at`` (epoch ms) is told now.

    ``started`` is when the PBX said that it had started; empty when it did not say.
    """
    return Message.of([("Event", ROSTER), ("AskedAt", str(asked_at)), ("Started", started)])


def is_one(message: Message) -> bool:
    """Whether a message of a recording is of ours."""
    return message.name in _ALL
