"""Facts as bytes: one JSON object with its kind; what is no fact is refused."""

from __future__ import annotations

import msgspec
import pytest

from callcenter.domain.facts import CallAnswered
from callcenter.domain.wire import VERSION, dumps, loads


def test_fact_is_an_object_with_its_kind() -> None:
    data = dumps(CallAnswered(at=1, pbx="pbx1", call="pbx1:1"))
    assert msgspec.json.decode(data) == {
        "kind": "CallAnswered",
        "at": 1,
        "pbx": "pbx1",
        "call": "pbx1:1",
    }
    assert loads(data) == CallAnswered(at=1, pbx="pbx1", call="pbx1:1")


def test_fact_of_a_later_version_with_more_fields_is_read() -> None:
    later = b'{"kind":"CallAnswered","at":1,"pbx":"p","call":"c","new":[1]}'
    assert isinstance(loads(later), CallAnswered)


@pytest.mark.parametrize("data", [b"{}", b'{"kind":"Nothing"}', b'{"kind":"CallAnswered"}'])
def test_what_is_no_fact_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        loads(data)


def test_version_is_of_the_facts_shapes() -> None:
    assert VERSION == 1
