"""What the settings mean to the figures, the switchboards and the desks."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from callcenter.domain.calls import Rules as BoardRules
from callcenter.services.desk_state import DeskRules
from callcenter.settings import Pbx, Settings
from kpi.rules import QueueRules, Rules


class _ByName(dict[str, QueueRules]):
    """Limits of a queue by its name as Asterisk compares it, without regard to case."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def get(self, key: str, default: Any = None) -> Any:
        known = super().get(key)
        if known is None:
            queue = self._settings.queue_named(key)
            known = self[key] = QueueRules(
                t_ms=queue.target_s * 1000,
                short_abandon_ms=queue.short_abandon_s * 1000,
                target=queue.target,
                abandon_target=queue.abandon_target,
            )
        return known


def kpi_rules(settings: Settings) -> Rules:
    """The limits of every queue, the zone, and the codes with a meaning."""
    by_name = _ByName(settings)
    dispositions = settings.desk.dispositions
    return Rules(
        queues=by_name,
        default=by_name.get("*"),
        zone=settings.site.timezone,
        not_resolvable=frozenset(d.code for d in dispositions if not d.resolvable_here),
        reasons={d.code: d.reason for d in dispositions if d.reason},
    )


def board_rules(settings: Settings, pbx: Pbx) -> BoardRules:
    """After-call work per queue, and which channels are our own phones."""
    return BoardRules(
        wrapup_s={
            queue.name.casefold(): queue.wrapup_s
            for queue in settings.queue
            if queue.wrapup_s is not None
        },
        is_internal=_is_internal(pbx),
    )


def _is_internal(pbx: Pbx) -> Callable[[str], bool | None]:
    pattern = re.compile(pbx.internal) if pbx.internal else None
    trunks = pbx.trunks

    def said(endpoint: str) -> bool | None:
        channel = f"{endpoint}-00000000"
        if any(channel.startswith(trunk) for trunk in trunks):
            return False
        return bool(pattern.search(channel)) if pattern is not None else None

    return said


def desk_rules(settings: Settings, can_set: Callable[[str], bool]) -> DeskRules:
    """What every desk offers, as the pages take it."""
    return DeskRules(
        pause_reasons=[
            {"code": r.code, "en": r.en, "fa": r.fa, "he": r.he, "limit_s": r.limit_s}
            for r in settings.desk.pause_reasons
        ],
        dispositions=[
            {"code": d.code, "resolved": d.resolved, "en": d.en, "fa": d.fa, "he": d.he}
            for d in settings.desk.dispositions
        ],
        ring_limit_s=lambda queue: settings.queue_named(queue).ring_limit_s,
        can_set=can_set,
    )


def titles(settings: Settings) -> Callable[[str], dict[str, str]]:
    """A queue's titles by language, as far as the site gave them."""

    def of(name: str) -> dict[str, str]:
        queue = settings.queue_named(name)
        given = {"en": queue.title_en, "fa": queue.title_fa, "he": queue.title_he}
        return {language: title for language, title in given.items() if title}

    return of


def pause_limit(settings: Settings) -> Callable[[str], int | None]:
    """The limit of a pause in seconds by its reason, None where it has none."""
    limits = {reason.code: reason.limit_s for reason in settings.desk.pause_reasons}
    return lambda reason: limits.get(reason)


def seconds_of(length: str) -> int:
    """A length of time as ``[trace] keep`` writes it (``24h``, ``7d``), in seconds."""
    return int(length[:-1]) * (86_400 if length.endswith("d") else 3_600)
