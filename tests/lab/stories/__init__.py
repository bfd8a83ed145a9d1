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
    endings,
    ivr,
    local,
    members,
    pauses,
    pbx_ends,
    refused,
    ringing,
    transfers,
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
        transfers,
        direct,
        local,
        ivr,
        detours,
        endings,
        pbx_ends,
        members,
        pauses,
        unsaid,
        cut,
    )
    for told in family.STORIES
}
