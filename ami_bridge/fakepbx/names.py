"""What stands in the gaps of a recorded story while it is played: ids, instants, people of its own.

A *site* is a set of phones, callers and queues, as the lab has them: at site 3 phone 1001 is 1301,
queue ``support`` is ``support3`` and the callers have other numbers. Stories at different sites
have nothing in common but the PBX and its line, so many are played at once. Site 0 keeps the names
that were recorded.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from random import Random

from .model import Pbx
from .recorded import AGENT, BRIDGE, CALLER, INSTANT, LEG, QUEUE, SUFFIX, Headers

SITES = 90
"""Phones keep four digits: 10xx to 99xx."""
_AREA, _SERIAL, _LAST = 6, 5, 2
"""A customer's number: +98912, five digits that tell the sites apart, two that tell the callers."""


def phone_at(site: int, number: str) -> str:
    """The number at this site of the phone that was recorded with ``number`` (four digits)."""
    return str(int(number) + 100 * site)


def caller_at(site: int, number: str) -> str:
    """The number that a recorded customer (+98912 and seven digits) has at this site."""
    serial = (int(number[_AREA:-_LAST]) + site) % 10**_SERIAL
    return f"{number[:_AREA]}{serial:0{_SERIAL}d}{number[-_LAST:]}"


def queue_at(site: int, name: str) -> str:
    """The name of a queue at this site."""
    return f"{name}{site}" if site else name


class Names(dict[str, str]):
    """The gaps of one playing, each filled when it is first met and the same from then on.

    ``later_s`` is by how many whole seconds the playing is later than the recording.
    Raises ValueError for a site that is not there.
    """

    def __init__(
        self, pbx: Pbx, random: Random, now: Callable[[], int], later_s: int, site: int = 0
    ) -> None:
        super().__init__()
        if not 0 <= site < SITES:
            raise ValueError(f"There is no site {site}: sites are 0 to {SITES - 1}.")
        self._fill: dict[str, Callable[[str], str]] = {
            LEG: lambda text: pbx.next_uniqueid(now()),
            SUFFIX: lambda text: pbx.next_suffix(),
            BRIDGE: lambda text: bridge_id(random),
            INSTANT: lambda text: str(int(text) + later_s),
            AGENT: lambda text: phone_at(site, text),
            CALLER: lambda text: caller_at(site, text),
            QUEUE: lambda text: queue_at(site, text),
        }

    def __missing__(self, gap: str) -> str:
        self[gap] = filled = self._fill[gap[0]](gap[1:])
        return filled

    def headers(self, recorded: Headers) -> Headers:
        """Headers without gaps."""
        return tuple((key, value % self) for key, value in recorded)


def bridge_id(random: Random) -> str:
    """A new bridge's id."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))
