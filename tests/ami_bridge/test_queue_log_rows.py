"""Rows as the lines that the file would have, in an order that makes sense."""

from __future__ import annotations

import pytest

from ami_bridge.queue_log_rows import Lines
from ami_bridge.queue_log_visits import VisitFold
from callcenter.ports.log_tables import Layout, Row

COLUMNS = ("callid", "queuename", "agent", "event", "data1", "data2", "data3", "data4", "data5")


def row(second: int, *values: str, number: int = 0) -> Row:
    padded = (*values, *("" for _ in range(len(COLUMNS) - len(values))))
    return Row(number, str(1_795_000_000 + second), padded)


def told(rows: list[Row], *, numbered: bool = True) -> list[str]:
    return Lines("UTC").of(rows, Layout(COLUMNS, numbered=numbered, epochs=True))


def test_a_transfer_with_six_parameters_has_the_last_two_in_one_column() -> None:
    linked = row(9, "1.0", "q", "Ann", "ATTENDEDTRANSFER", "LINK", "a", "b", "3", "6|1")
    (line,) = told([linked])
    assert line == "1795000009|1.0|q|Ann|ATTENDEDTRANSFER|LINK|a|b|3|6|1"


def test_a_row_without_a_time_is_counted_and_left_out() -> None:
    lines = Lines("UTC")
    bad = Row(1, "0000-00-00 00:00:00", ("1.0", "q", "NONE", "ENTERQUEUE"))
    assert lines.of([bad], Layout(COLUMNS, numbered=True, epochs=False)) == []
    assert lines.garbage == 1


ENTER = ("NONE", "ENTERQUEUE", "", "0912", "1")
STAYS = [
    # one caller in one queue, all in one second, as they were written
    [(*ENTER,), ("Ann", "RINGNOANSWER", "0"), ("Ann", "CONNECT", "0", "1.1", "0")],
    [(*ENTER,), ("NONE", "EXITWITHTIMEOUT", "1", "1", "0"), (*ENTER,)],
    [(*ENTER,), ("Ann", "CONNECT", "0", "1.1", "0"), ("Ann", "COMPLETECALLER", "0", "0", "1")],
    [
        (*ENTER,),
        ("Ann", "CONNECT", "0", "1.1", "0"),
        ("Ann", "BLINDTRANSFER", "600", "c", "0", "0", "1"),
        (*ENTER,),
        ("NONE", "ABANDON", "1", "1", "0"),
    ],
]


@pytest.mark.parametrize("stays", STAYS)
@pytest.mark.parametrize("turn", range(5))
def test_without_numbers_the_order_within_a_second_is_put_back(
    stays: list[tuple[str, ...]], turn: int
) -> None:
    rows = [row(5, "1.0", "q", *stay) for stay in stays]
    mixed = rows[turn % len(rows) :] + rows[: turn % len(rows)]
    assert ends(told(mixed, numbered=False)) == ends(told(rows))


def test_who_is_sent_on_in_the_same_second_was_in_the_first_queue_first() -> None:
    rows = [
        row(5, "1.0", "b", *ENTER),
        row(5, "1.0", "a", "NONE", "EXITWITHTIMEOUT", "1", "1", "5"),
    ]
    lines = told([row(0, "1.0", "a", *ENTER), *rows], numbered=False)
    assert [line.split("|")[2] for line in lines] == ["a", "a", "b"]
    both = [
        row(7, "2.0", "b", *ENTER),
        row(7, "2.0", "a", "NONE", "EXITEMPTY", "1", "1", "0"),
        row(7, "2.0", "a", *ENTER),
    ]
    assert [line.split("|")[2] for line in told(both, numbered=False)] == ["a", "a", "b"]


def ends(lines: list[str]) -> list[tuple[str | None, bool]]:
    fold = VisitFold()
    fold.texts(lines)
    (call,) = fold.rest()
    return [(visit.end, visit.over) for visit in call.visits]
