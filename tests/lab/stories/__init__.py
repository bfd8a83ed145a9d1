"""The stories: each plays one thing that happens in a contact centre and tells what really did.

A story is a coroutine of a ``Stage`` that returns the truth: ``calls`` with their ``visits``
(queue, result, agent, and in seconds wait, ring, talk; ``by`` who ended it), ``legs``
(conversations that no queue made), ``ended_by`` and what else is known. Times are measured on the
phones' clocks.
"""

from __future__ import annotations

from . import (
    abandoned,
    agent_pool,
    answered,
    callbacks,
    callers,
    callers_keys,
    click_to_call,
    combined,
    conference,
    confirmed,
    crossings,
    cut,
    detours,
    direct,
    endings,
    follow_me,
    identity,
    ivr,
    journeys,
    local,
    members,
    parking,
    pauses,
    pbx_ends,
    realtime_members,
    refused,
    ringing,
    sent_by_ami,
    spying,
    transfers,
    transfers_attended,
    transfers_blind,
    transfers_blonde,
    transfers_direct,
    transfers_local,
    transfers_swapped,
    transfers_to_queues,
    unsaid,
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
        callers_keys,
        transfers,
        transfers_blind,
        sent_by_ami,
        transfers_direct,
        transfers_attended,
        transfers_blonde,
        transfers_swapped,
        transfers_to_queues,
        transfers_local,
        parking,
        direct,
        local,
        ivr,
        journeys,
        detours,
        endings,
        pbx_ends,
        members,
        pauses,
        unsaid,
        realtime_members,
        spying,
        conference,
        follow_me,
        confirmed,
        agent_pool,
        callbacks,
        click_to_call,
        combined,
        identity,
        crossings,
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
