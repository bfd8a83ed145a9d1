"""What of a link's life gets into a recording."""

from ami_bridge import house_events
from ami_bridge.protocol import Message
from ami_bridge.scribe import Scribe

LIFE = "cc-0123456789abcdef-"
NEXT = "cc-fedcba9876543210-"


def written(*messages: Message) -> list[tuple[str, str]]:
    noted: list[tuple[str, str]] = []
    scribe = Scribe(lambda message, at: noted.append((message.name, message.action_id)))
    for message in messages:
        scribe.hear(message, 1.0)
    assert scribe.heard == len(noted)
    return noted


def response(action_id: str, **headers: str) -> Message:
    return Message.of([("Response", "Success"), ("ActionID", action_id), *headers.items()])


def test_login_and_roster_bear_the_names_of_a_recording_anew_in_each_life() -> None:
    login = {"Message": "Authentication accepted"}
    assert written(
        house_events.link_up(),
        response(LIFE + "2", **login),
        response(LIFE + "3", EventList="start"),
        Message.of([("Event", "QueueMember"), ("ActionID", LIFE + "3")]),
        house_events.link_down("cut"),
        response(NEXT + "2", **login),
    ) == [
        (house_events.LINK_UP, ""),
        ("Response", "snap-1"),
        ("Response", "snap-2"),
        ("QueueMember", "snap-2"),
        (house_events.LINK_DOWN, ""),
        ("Response", "snap2-1"),
    ]


def test_pings_challenges_and_answers_to_nobody_leave_no_trace() -> None:
    assert (
        written(
            response(LIFE + "9", Ping="Pong"),
            response(LIFE + "1", Challenge="123456"),
            response("somebody-else"),
        )
        == []
    )
