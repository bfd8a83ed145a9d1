"""Builders of small call records, for every test of the figures."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.domain.model import AgentRef, Caller, CallRecord, Conversation, Offer, Visit


class Make:
    """Records with sensible values where a test does not care."""

    T0 = 1_774_000_800_000
    """A quarter of an hour's start: 2026-03-20 10:00 UTC."""

    @staticmethod
    def agent(name: str = "1001") -> AgentRef:
        return AgentRef(f"pbx1:PJSIP/{name}", name, f"PJSIP/{name}")

    def call(self, **given: Any) -> CallRecord:
        defaults: dict[str, Any] = {
            "id": "pbx1:1.0",
            "pbx": "pbx1",
            "uniqueid": "1.0",
            "linkedid": "1.0",
            "direction": "inbound",
            "caller": Caller("09121234567", "+989121234567", "Sara"),
            "line": "02191000000",
            "started_at": self.T0,
        }
        return CallRecord(**(defaults | given))

    def visit(self, **given: Any) -> Visit:
        defaults: dict[str, Any] = {"number": 1, "queue": "support", "entered_at": self.T0}
        return Visit(**(defaults | given))

    def offer(self, **given: Any) -> Offer:
        defaults: dict[str, Any] = {"number": 1, "agent": self.agent(), "at": self.T0}
        return Offer(**(defaults | given))

    def talk(self, **given: Any) -> Conversation:
        defaults: dict[str, Any] = {"number": 1, "agent": self.agent(), "joined_at": self.T0}
        return Conversation(**(defaults | given))


@pytest.fixture(scope="session")
def make() -> Make:
    return Make()
