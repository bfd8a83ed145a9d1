"""Distributions for Prometheus, observed from the facts as they are published."""

from __future__ import annotations

from collections.abc import Sequence

from callcenter.domain.facts import (
    ConversationEnded,
    QueueLeft,
    Recorded,
    WrapUpEnded,
    WrapUpStarted,
)
from callcenter.domain.record import conversation_of
from callcenter.services.ledger import Ledger
from callcenter.web.histograms import Histograms


class Observed:
    """Feeds the histograms of waiting, talking and handling."""

    def __init__(self, histograms: Histograms, ledger: Ledger) -> None:
        self._histograms = histograms
        self._ledger = ledger

    def facts(self, batch: Sequence[Recorded]) -> None:
        """A conversation without wrap-up is handled when it ends, else when the wrap-up does."""
        wrapping = {
            (item.fact.call, item.fact.conversation)
            for item in batch
            if isinstance(item.fact, WrapUpStarted)
        }
        for item in batch:
            fact = item.fact
            if isinstance(fact, QueueLeft):
                self._histograms.waiting.observe_ms(fact.queue, fact.wait_ms)
            elif isinstance(fact, ConversationEnded):
                self._histograms.talking.observe_ms(fact.queue, fact.talk_ms)
                if (fact.call, fact.conversation) not in wrapping:
                    self._histograms.handling.observe_ms(fact.queue, fact.talk_ms)
            elif isinstance(fact, WrapUpEnded):
                self._wrapped(fact)

    def _wrapped(self, fact: WrapUpEnded) -> None:
        record = self._ledger.get(fact.call)
        talk = None if record is None else conversation_of(record, fact.conversation)
        if talk is not None:
            self._histograms.handling.observe_ms(talk.queue, (talk.talk_ms or 0) + fact.wrapup_ms)
