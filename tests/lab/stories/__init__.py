"""The stories: each plays one thing that happens in a contact centre and tells what really did.

A story is a coroutine of a ``Stage`` that returns the truth: ``calls`` with their ``visits``
(queue, result, agent, and in seconds wait, ring, talk; ``by`` who ended it), ``legs``
(conversations that no queue made), ``ended_by`` and what else is known. Times are measured on the
phones' clocks.
"""

from __future__ import annotations

from . import (
    abandoned,
    answered,
    callers,
    cut,
    detours,
    direct,
    ivr,
    local,
    refused,
    ringing,
    transfers,
)
from .told import Told

STORIES: dict[str, Told] = {
    told.name: told
    for family in (
        answered,
        abandoned,
        refused,
        ringing,
        callers,
        transfers,
        direct,
        local,
        ivr,
        detours,
        cut,
    )
    for told in family.STORIES
}

VERSIONS = (22, 16)
"""The Asterisks on which the stories are played."""
NEWEST = VERSIONS[0]


def playable(versions: tuple[int, ...] = VERSIONS, *, due: int = 99) -> list[tuple[int, str]]:
    """(version, story) of all stories that are due, each on every Asterisk that can play it."""
    return [
        (version, name)
        for version in versions
        for name, told in sorted(STORIES.items())
        if told.since <= version and told.due <= due
    ]
