"""What a desk does at the PBX, through the account for actions; and each way in which it cannot."""

from __future__ import annotations

import pytest

from ami_bridge.actions import Headers
from ami_bridge.answers import Answer, LinkLost
from ami_bridge.desk_actions import DeskActions
from ami_bridge.protocol import Message
from callcenter.ports.pbx import PbxRefused


class Link:
    """A link that answers one thing, or raises it."""

    def __init__(self, says: tuple[str, str] | Exception = ("Success", "Done")) -> None:
        self._says = says
        self.asked: list[dict[str, str]] = []

    async def ask(self, action: Headers, limit_s: float = 0) -> Answer:
        self.asked.append({str(key): str(value) for key, value in action.items()})
        if isinstance(self._says, Exception):
            raise self._says
        result, message = self._says
        return Answer(Message.of([("Response", result), ("Message", message)]), [])


async def test_an_agent_is_paused_in_all_his_queues_with_the_reason() -> None:
    link = Link()
    desk = DeskActions("north", link)  # type: ignore[arg-type]  # answers as a link does
    assert desk.can_act
    await desk.pause("PJSIP/1001", True, "lunch")
    await desk.pause("PJSIP/1001", False, "")
    first, second = link.asked
    assert first["Action"] == second["Action"] == "QueuePause"
    assert first["Interface"] == "PJSIP/1001"
    assert first["Reason"] == "lunch"
    assert first["Paused"] != second["Paused"]
    assert "Queue" not in first


async def test_without_an_account_for_actions_nothing_is_sent_and_it_is_said() -> None:
    desk = DeskActions("north", None)
    assert not desk.can_act
    with pytest.raises(PbxRefused, match="No account for actions is configured for north"):
        await desk.pause("PJSIP/1001", True, "lunch")


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (("Error", "Interface not found"), "north refused: Interface not found"),
        (LinkLost("the connection is down"), "north did not do it: the connection is down"),
        (ValueError("a line end in Reason"), "north did not do it: a line end in Reason"),
    ],
)
async def test_what_the_pbx_did_not_do_is_told_in_a_sentence(
    says: tuple[str, str] | Exception, told: str
) -> None:
    desk = DeskActions("north", Link(says))  # type: ignore[arg-type]  # answers as a link does
    with pytest.raises(PbxRefused, match=told):
        await desk.pause("PJSIP/1001", True, "lunch")
