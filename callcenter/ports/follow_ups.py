"""Follow-ups: what was promised to whom, and until when."""

from __future__ import annotations

from typing import Protocol

from callcenter.domain.customer import FollowUp


class FollowUps(Protocol):
    """Open promises. All raise ``StoreUnavailable``."""

    async def add(self, follow_up: FollowUp) -> FollowUp:
        """Stores a new one and returns it with its id."""
        ...

    async def get(self, follow_up_id: int) -> FollowUp | None:
        """The follow-up with this id, open or done."""
        ...

    async def open_of_customer(self, customer_id: int) -> list[FollowUp]:
        """Open ones of a customer, the most urgent first."""
        ...

    async def open_of_agent(self, agent_id: str, until_ms: int) -> list[FollowUp]:
        """Open ones for this agent due up to ``until_ms`` (the end of his day), overdue first."""
        ...

    async def done(self, follow_up_id: int, at: int) -> bool:
        """Marks it done at ``at``; False when there is none open with this id."""
        ...

    async def later(self, follow_up_id: int, due_at: int) -> bool:
        """Puts it off; False when there is none open with this id."""
        ...
