"""The port ``Pbx`` over an AMI account that may act. Without one, only looking is possible."""

from __future__ import annotations

from callcenter.ports.pbx import PbxRefused

from . import actions
from .answers import LinkError
from .link import AmiLink


class DeskActions:
    """Pauses members through the second account; ``link`` None when none is configured."""

    def __init__(self, name: str, link: AmiLink | None) -> None:
        self._name = name
        self._link = link

    @property
    def can_act(self) -> bool:
        """Whether an account for actions is configured."""
        return self._link is not None

    async def pause(self, interface: str, paused: bool, reason: str) -> None:
        """Pauses a member in all his queues, or takes the pause off. Raises ``PbxRefused``."""
        if self._link is None:
            raise PbxRefused(f"No account for actions is configured for {self._name}.")
        try:
            answer = await self._link.ask(actions.queue_pause(interface, paused, None, reason))
        except (LinkError, ValueError) as error:
            raise PbxRefused(f"{self._name} did not do it: {error}") from error
        if not answer.ok:
            raise PbxRefused(f"{self._name} refused: {answer.message}.")
