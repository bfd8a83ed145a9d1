"""Rows of CEL, folded to channels that are gone."""

from __future__ import annotations

import pytest

from ami_bridge import cel as module
from ami_bridge.cel import CelFold
from callcenter.ports.log_tables import Row

HANGUP = (
    '"HANGUP","1795384322.337","+98912","600","did","PJSIP/trunk-0d","","","1.15","1.15","",'
    '"{""hangupcause"":16,""hangupsource"":""PJSIP/1001-0e"",""dialstatus"":""ANSWER""}"'
)
ASTERISKS_OWN = (
    '"HANGUP","2026-11-22 21:52:02.337000","Ali","+98912","","","","600","did","PJSIP/trunk-0d","",'
    '"","3","","1.15","1.15","","","","{""hangupsource"":""PJSIP/1001-0e""}"'
)


@pytest.mark.parametrize("line", [HANGUP, ASTERISKS_OWN])
def test_the_columns_of_our_sample_and_of_asterisks_own_are_read(line: str) -> None:
    (end,) = CelFold("UTC").texts([line])
    assert (end.uniqueid, end.channel, end.source) == ("1.15", "PJSIP/trunk-0d", "PJSIP/1001-0e")
    assert end.at == 1_795_384_322_337
    assert not end.whole, "its beginning was not seen"


@pytest.mark.parametrize(
    "line",
    ["", "half a li", '"HANGUP","now","","","","a","","","1.1","1.1","",""', '"a","b', "\0\0\0"],
)
def test_what_is_no_row_is_counted_and_left_out(line: str) -> None:
    fold = CelFold("UTC")
    assert fold.texts([line]) == []
    assert fold.garbage == 1


@pytest.mark.parametrize("extra", ["", "{", "[]", '{"hangupsource": 5}'])
def test_an_extra_that_cannot_be_read_names_nobody(extra: str) -> None:
    row = Row(1, "1795384322", ("1.15", "1.15", "HANGUP", "PJSIP/trunk-0d", "", extra, "", ""))
    (end,) = CelFold("UTC").table([row])
    assert (end.source, end.dial) == ("", "")


def row(at: int, event: str, channel: str = "A", app: str = "", extra: str = "{}") -> Row:
    names = {"A": "PJSIP/trunk-1", "B": "PJSIP/1001-2", "C": "PJSIP/1002-3"}
    values = (f"1.{channel}", "1.A", event, names[channel], app, extra, "0912", "600")
    return Row(at, str(1_795_384_000 + at), values)


BRIDGE = '{"bridge_id": "x"}'


def test_the_life_of_a_channel_is_put_together() -> None:
    fold = CelFold("UTC")
    (end,) = fold.table(
        [
            row(0, "CHAN_START"),
            row(0, "APP_START", app="Queue"),
            row(1, "APP_START", channel="B", app="Dial"),
            row(2, "BRIDGE_ENTER", extra=BRIDGE),
            row(3, "BRIDGE_ENTER", channel="B", extra=BRIDGE),
            row(5, "BRIDGE_EXIT", channel="B", extra=BRIDGE),
            row(6, "BRIDGE_ENTER", channel="B", extra=BRIDGE),
            row(9, "BRIDGE_EXIT", channel="B", extra=BRIDGE),
            row(9, "BRIDGE_EXIT", extra=BRIDGE),
            row(9, "APP_END", app="Queue"),
            row(10, "HANGUP", extra='{"hangupsource": "PJSIP/1001-2"}'),
            row(10, "CHAN_END"),
        ]
    )
    base = 1_795_384_000_000
    assert (end.whole, end.queued, end.dialled, end.bridges) == (True, True, False, 1)
    assert (end.peer, end.joined_at, end.parted_at) == ("PJSIP/1001-2", base + 3_000, base + 9_000)
    assert (end.left_queue_at, end.handed_at) == (base + 9_000, None)


def test_who_was_handed_on_was_with_two() -> None:
    fold = CelFold("UTC")
    rows = [
        row(0, "CHAN_START"),
        row(1, "BRIDGE_ENTER", extra=BRIDGE),
        row(1, "BRIDGE_ENTER", channel="B", extra=BRIDGE),
        row(4, "BLINDTRANSFER", channel="B"),
        row(4, "BRIDGE_EXIT", channel="B", extra=BRIDGE),
        row(5, "BRIDGE_ENTER", channel="C", extra=BRIDGE),
        row(8, "HANGUP"),
    ]
    (end,) = fold.table(rows)
    assert (end.bridges, end.peer) == (2, "PJSIP/1002-3")
    assert end.handed_at == 1_795_384_004_000
    assert not end.whole, "nothing shows that this PBX writes queues and dials"
    fold.table([row(9, "LINKEDID_END")])
    assert fold.table([row(10, "HANGUP")])[0].handed_at is None


def test_what_never_ends_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEGS", 10)
    fold = CelFold("UTC")
    for number in range(100):
        fold.table(
            [Row(number, "1795384000", (f"{number}.0", "", "CHAN_START", "", "", "", "", ""))]
        )
        text = f'{{"bridge_id": "{number}"}}'
        fold.table(
            [Row(number, "1795384000", (f"{number}.0", "", "BRIDGE_ENTER", "", "", text, "", ""))]
        )
    assert len(fold._legs) == len(fold._bridges) == 10
