"""Who is meant by the agent field of queue_log.

It holds the member's name, or his interface where he has none or ``log_membername_as_agent`` is
off, and never both; a member may have another name in each queue, and two may share one. So names
and interfaces are tied together by what AMI said of the members; without that, the text itself is
all that is known of him.
"""

from __future__ import annotations

import re

from .agents import bare
from .model import AgentRef

KEPT = 10_000
"""Answers kept ready: a history names the same few people in every line."""

_INTERFACE = re.compile(r"^[A-Za-z0-9]+/\S+$")


class AgentNames:
    """The names and interfaces of one PBX's agents, learned from what was recorded."""

    def __init__(self, pbx: str) -> None:
        self._pbx = pbx
        self._by_text: dict[str, dict[str, AgentRef]] = {}
        self._answers: dict[str, AgentRef] = {}
        self._last: dict[str, AgentRef] = {}

    def learn(self, ref: AgentRef) -> None:
        """Notes that this agent bears this name and this interface."""
        if self._last.get(ref.id) == ref or not ref.id.startswith(f"{self._pbx}:"):
            return
        self._last[ref.id] = ref
        for text in (ref.name, ref.interface, bare(ref.interface), ref.id[len(self._pbx) + 1 :]):
            if text:
                known = self._by_text.setdefault(text.casefold(), {})
                if known.get(ref.id) != ref:
                    known[ref.id] = ref
                    self._answers.clear()

    def of(self, text: str) -> AgentRef:
        """The agent that the log names so; made of the text when nobody, or several, bear it."""
        found = self._answers.get(text)
        if found is None:
            if len(self._answers) >= KEPT:
                self._answers.clear()
            found = self._answers[text] = self._of(text)
        return found

    def _of(self, text: str) -> AgentRef:
        known = self._by_text.get(bare(text).casefold()) or self._by_text.get(text.casefold(), {})
        if len(known) == 1:
            return next(iter(known.values()))
        is_interface = bool(_INTERFACE.match(text))
        return AgentRef(f"{self._pbx}:{bare(text)}", text, text if is_interface else "")

    def same(self, text: str, ref: AgentRef) -> bool:
        """Whether the log's text can mean this agent."""
        folded, plain = text.casefold(), bare(text).casefold()
        own = {ref.name.casefold(), ref.interface.casefold(), bare(ref.interface).casefold()}
        if folded in own or plain in own or ref.id.casefold() == f"{self._pbx}:{plain}".casefold():
            return True
        return ref.id in self._by_text.get(folded, {}) or ref.id in self._by_text.get(plain, {})
