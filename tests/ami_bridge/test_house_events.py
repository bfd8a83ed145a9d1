"""The notes of our own in a recording."""

from ami_bridge import house_events
from ami_bridge.protocol import Message


def test_notes_are_known_as_ours_and_events_of_the_pbx_are_not() -> None:
    ours = [house_events.link_up(), house_events.link_down("cut"), house_events.roster(5, "x")]
    assert all(house_events.is_one(note) for note in ours)
    assert not house_events.is_one(Message.of([("Event", "FullyBooted")]))
    assert not house_events.is_one(Message.of([("Response", "Success")]))


def test_note_of_the_roster_says_when_it_was_asked_for_and_since_when_the_pbx_runs() -> None:
    note = house_events.roster(1_795_348_800_123, "2026-11-22 10:00:00")
    assert note.get("AskedAt") == "1795348800123"
    assert note.get("Started") == "2026-11-22 10:00:00"
