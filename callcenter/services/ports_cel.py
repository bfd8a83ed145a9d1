"""The port of CEL: channels that are gone, as Asterisk writes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from callcenter.domain.hung_up import LegEnd

Place = tuple[int, int, str]
"""Where a log was read up to, as the books store it."""


class EndedLegs(Protocol):
    """The end of a PBX's CEL, as it grows."""

    def ends(self, place: Place | None) -> AsyncIterator[tuple[list[LegEnd], Place]]:
        """Eternal: channels that ended, and the place behind their lines; begins at ``place``.

        Something comes at every look, mostly without channels.
        """
        ...
