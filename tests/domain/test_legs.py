"""Channel names, and who hears whom through bridges and Local pairs."""

from __future__ import annotations

import pytest

from callcenter.domain.legs import LegBook, endpoint_of


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PJSIP/1001-0000001a", ("PJSIP/1001", 0)),
        ("PJSIP/my-phone-0000001a", ("PJSIP/my-phone", 0)),
        ("Local/1002@agents-00000001;1", ("Local/1002@agents", 1)),
        ("Local/1002@my-ctx-00000001;2", ("Local/1002@my-ctx", 2)),
        ("Local/1002@agents", ("Local/1002@agents", 0)),
        ("DAHDI/i1/0912-3", ("DAHDI/i1/0912", 0)),
        ("Surrogate", ("Surrogate", 0)),
        ("", ("", 0)),
    ],
)
def test_device_of_a_channel_name(name: str, meant: tuple[str, int]) -> None:
    assert endpoint_of(name) == meant


@pytest.fixture
def book() -> LegBook:
    book = LegBook()
    for leg, name in (
        ("c", "PJSIP/trunk-1"),
        ("a", "PJSIP/1001-1"),
        ("b", "PJSIP/1002-1"),
        ("l1", "Local/1001@agents-1;1"),
        ("l2", "Local/1001@agents-1;2"),
        ("m1", "Local/1001@mobile-1;1"),
        ("m2", "Local/1001@mobile-1;2"),
    ):
        book.add(leg, name, 6, 0)
    return book


def put(book: LegBook, bridge: str, *legs: str, kind: str = "basic") -> None:
    for leg in legs:
        book.enter(book.legs[leg], bridge, kind)


def heard(book: LegBook, leg: str) -> set[str]:
    return {end.id for end in book.reach(book.legs[leg])}


def test_legs_of_one_bridge_hear_each_other(book: LegBook) -> None:
    put(book, "x", "c", "a", "b")
    assert heard(book, "c") == {"a", "b"}
    assert len(book) == 7


def test_leg_in_no_bridge_hears_nobody(book: LegBook) -> None:
    assert heard(book, "c") == set()


def test_members_of_a_holding_bridge_hear_music(book: LegBook) -> None:
    put(book, "lot", "c", "a", kind="parking")
    assert heard(book, "c") == set()


def test_listener_is_not_heard(book: LegBook) -> None:
    put(book, "x", "c", "a", "b")
    book.legs["b"].spy = True
    assert heard(book, "c") == {"a"}


def test_local_pair_is_a_wire(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    put(book, "x", "c", "l1")
    put(book, "y", "l2", "a")
    assert heard(book, "c") == {"a"}
    assert heard(book, "a") == {"c"}
    assert heard(book, "l2") == {"c", "a"}


def test_wires_in_a_row_are_one_wire(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    book.pair(book.legs["m1"], book.legs["m2"])
    put(book, "x", "c", "l1")
    put(book, "y", "l2", "m1")
    put(book, "z", "m2", "a")
    assert heard(book, "c") == {"a"}


def test_wire_whose_far_half_runs_dialplan_ends_there(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    put(book, "x", "c", "l1")
    assert heard(book, "c") == {"l2"}


def test_wire_in_a_bridge_alone_ends_at_its_far_half(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    put(book, "x", "c", "l1")
    put(book, "y", "l2")
    assert heard(book, "c") == {"l2"}


def test_half_whose_pair_was_never_told_is_itself_the_end(book: LegBook) -> None:
    put(book, "x", "c", "l1")
    assert heard(book, "c") == {"l1"}


def test_half_whose_pair_is_gone_leads_nowhere(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    put(book, "x", "c", "l1")
    book.remove("l2")
    assert heard(book, "c") == set()


def test_wire_round_in_a_circle_ends(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    put(book, "x", "c", "l1", "l2")
    assert heard(book, "c") == {"l1"} or heard(book, "c") == {"l2"} or not heard(book, "c")


def test_two_wires_to_the_same_room_are_heard_once(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    book.pair(book.legs["m1"], book.legs["m2"])
    put(book, "x", "c", "l1", "m1")
    put(book, "y", "l2", "m2", "a")
    ends = [end.id for end in book.reach(book.legs["c"])]
    assert ends.count("a") == 1


def test_leg_is_in_one_bridge_at_a_time_and_empty_bridges_are_forgotten(book: LegBook) -> None:
    put(book, "x", "a")
    put(book, "y", "a")
    assert list(book.bridges) == ["y"]
    assert book.remove("a") is not None
    assert book.remove("a") is None
    assert book.bridges == {}


def test_component_gives_the_calls_of_all_that_are_joined(book: LegBook) -> None:
    book.pair(book.legs["l1"], book.legs["l2"])
    put(book, "x", "c", "l1")
    put(book, "y", "l2", "a")
    for leg, call in (("c", "one"), ("a", "two"), ("b", "three")):
        book.legs[leg].call = call
    assert book.component(book.legs["c"]) == {"one", "two"}
