"""What can be asked of a PBX: the few actions of a desk."""

from __future__ import annotations

from typing import Protocol


class PbxRefused(Exception):
    """The PBX did not do it; ``sentence`` says why and is fit for a person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Pbx(Protocol):
    """One PBX's actions. All raise ``PbxRefused``."""

    @property
    def can_act(self) -> bool:
        """Whether an account for actions is configured."""
        ...

    async def pause(self, interface: str, paused: bool, reason: str) -> None:
        """Pauses a member in all his queues, or takes the pause off."""
        ...
