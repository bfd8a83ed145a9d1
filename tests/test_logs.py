"""The log: one line an event, ids and durations in it, nothing secret in it."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator

import pytest

from callcenter import logs

LOG = logging.getLogger("callcenter.tests")


@pytest.fixture(autouse=True)
def _root_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level


def written(**how: object) -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(stream=stream, **how)  # type: ignore[arg-type] -- the tests vary the keywords
    return stream


def test_a_plain_line_has_time_weight_module_message_and_ids() -> None:
    stream = written()
    LOG.info("call ended", extra={"call": "pbx1:1795371286.0", "ms": 412})
    instant, rest = stream.getvalue().rstrip("\n").split(" ", 1)
    assert len(instant) == len("2026-11-22T18:40:25.123Z")
    assert instant.endswith("Z")
    assert rest == "INFO callcenter.tests call ended call=pbx1:1795371286.0 ms=412"


def test_a_json_line_is_one_object_with_numbers_as_numbers() -> None:
    stream = written(format="json")
    LOG.warning("slow commit", extra={"ms": 3.5, "pbx": "pbx1", "again": True})
    line = json.loads(stream.getvalue())
    assert line["level"] == "warning"
    assert line["logger"] == "callcenter.tests"
    assert line["message"] == "slow commit"
    assert line["ms"] == 3.5
    assert line["pbx"] == "pbx1"
    assert line["at"].endswith("Z")


@pytest.mark.parametrize("format", ["plain", "json"])
def test_a_secret_is_never_written_not_even_in_a_traceback(format: str) -> None:
    stream = written(format=format, secrets=["hunter2", "hunter2-longer", ""])
    try:
        raise ValueError("refused: hunter2")
    except ValueError:
        LOG.exception("login with %s failed", "hunter2-longer", extra={"sent": "Secret: hunter2"})
    text = stream.getvalue()
    assert "hunter2" not in text
    assert "-longer" not in text
    assert text.count("********") >= 3
    assert "Traceback" in text


def test_a_secret_too_short_to_hide_does_not_blank_the_log() -> None:
    stream = written(secrets=["a"])
    LOG.info("a call")
    assert "a call" in stream.getvalue()


@pytest.mark.parametrize(
    ("written_as", "shown_as"),
    [
        ("+989121234567", "+…67"),
        ("0912 345 6789", "…89"),
        ("(021) 8876-5432", "(…32"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "…۸۹"),
        ("1001", "1001"),
        ("12345", "12345"),
        ("pbx1:1795371286.0", "pbx1:1795371286.0"),
        ("1795371286.12", "1795371286.12"),
        ("2026-11-22", "2026-11-22"),
        ("127.0.0.1:5038", "127.0.0.1:5038"),
        ("PJSIP/1001-00000012", "PJSIP/1001-00000012"),
        ("412 ms", "412 ms"),
    ],
)
def test_telephone_numbers_keep_two_digits_and_ids_stay_whole(
    written_as: str, shown_as: str
) -> None:
    stream = written()
    LOG.info("from %s here", written_as, extra={"number": written_as})
    line = stream.getvalue().rstrip("\n")
    assert line.endswith(f"from {shown_as} here number={shown_as}")


def test_numbers_are_whole_when_the_settings_say_so() -> None:
    stream = written(mask_numbers=False)
    LOG.info("from +989121234567")
    assert "+989121234567" in stream.getvalue()


def test_a_callers_name_cannot_forge_a_line() -> None:
    stream = written()
    LOG.info("from %s", "x\r\n2026-01-01T00:00:00.000Z ERROR forged")
    assert len(stream.getvalue().splitlines()) == 1


def test_the_level_is_kept_and_a_second_set_up_replaces_the_first() -> None:
    first = written(level="debug")
    second = written(level="warning")
    LOG.info("not this")
    LOG.warning("this")
    assert first.getvalue() == ""
    assert "not this" not in second.getvalue()
    assert "this" in second.getvalue()


def test_the_chatty_libraries_are_quiet_below_warning() -> None:
    stream = written(level="debug")
    logging.getLogger("panoramisk.manager").debug("every message of the PBX")
    logging.getLogger("aiohttp.access").info("every request")
    assert stream.getvalue() == ""


async def test_the_task_that_speaks_is_named() -> None:
    stream = written(format="json")
    current = asyncio.current_task()
    assert current is not None
    current.set_name("pop writer")
    LOG.info("sent")
    assert json.loads(stream.getvalue())["task"] == "pop writer"
