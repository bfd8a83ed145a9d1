"""A recorded story of which we hear a part: the link is cut, or we are stopped, and back later."""

from __future__ import annotations

import msgspec

from callcenter.domain.model import CallRecord
from callcenter.domain.signals import LinkWentDown
from tests.expected import fold
from tests.invariants import without_repeats

from .pbx_model import PbxModel
from .replaying import Heard, Played, flat, long_after, new_board, play, tell


def with_gap(story: tuple[Heard, ...], cut: int, back: int, longer_ms: int = 0) -> Played:
    """The link is down before message ``cut``, and that long after the one before ``back`` the PBX
    lists what there was then."""
    before, after = flat(story[:cut]), flat(story[back:])
    told = flat(story[:back])
    lost_at = max((signal.at for signal in before), default=story[0].at)
    back_at = max((signal.at for signal in told), default=lost_at) + longer_ms
    gap = [LinkWentDown(lost_at, "cut"), *PbxModel(told).rows(back_at)]
    return play([*before, *gap, *after])


def with_restart(story: tuple[Heard, ...], cut: int, back: int, longer_ms: int = 0) -> Played:
    """We are killed before message ``cut`` and started that long after the one before ``back``."""
    before, after = flat(story[:cut]), flat(story[back:])
    told = flat(story[:back])
    facts = tell(new_board(), before)
    stored = [msgspec.json.encode(record) for record in fold(facts).values()]
    records = [msgspec.json.decode(record, type=CallRecord) for record in stored]
    back_at = max((signal.at for signal in told), default=story[0].at) + longer_ms
    board = new_board()
    stopped_at = max((fact.at for fact in facts), default=0) if longer_ms else 0
    board.resume(records, stopped_at=stopped_at)
    facts += tell(board, [*PbxModel(told).rows(back_at), *after])
    facts += long_after(board, max([back_at, *(signal.at for signal in after)]))
    facts = without_repeats(facts)
    return Played(facts, fold(facts), board)
