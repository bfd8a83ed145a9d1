"""The recorded stories, played by the fake PBX: the same people, numbers and times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ami_bridge.fakepbx.calls import TRUNK, QueueCall
from ami_bridge.fakepbx.events import Event
from ami_bridge.fakepbx.exchange import Exchange
from ami_bridge.fakepbx.model import Endpoint, Member, Queue
from ami_bridge.fakepbx.plan import Fate, Line, Party, Talk, Transfer
from ami_bridge.fakepbx.simulation import Simulation

START = 1_795_371_286_882
CALLER = Party("+989121234567")


@dataclass
class Scene:
    """A small PBX as the recordings' lab had it, and everything it said."""

    said: list[Event] = field(default_factory=list)
    ring_s: dict[str, float | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sim = Simulation(START)
        self.ex = Exchange(self.sim, 1, self.said.append)
        pbx = self.ex.pbx
        for name, strategy in (
            ("support", "rrmemory"),
            ("sales", "ringall"),
            ("overflow", "leastrecent"),
            ("billing", "linear"),
        ):
            pbx.queues[name] = Queue(name, strategy, ring_s=6.0)
        pbx.queues["billing"].join_empty = False
        for number in ("1001", "1002", "1003", "1004", "1005", "1008"):
            device = f"PJSIP/{number}"
            pbx.endpoints[device] = Endpoint(device, number, f"Agent {number}")
            pbx.devices[device] = "NOT_INUSE"
        pbx.devices[TRUNK] = "NOT_INUSE"
        # What the lab's Asterisk had said before the recording began.
        for queue, number in (("support", "1001"),):
            pbx.devices[f"Queue:{queue}_pause_PJSIP/{number}"] = "NOT_INUSE"

    def sign_in(self, queue: str, number: str, name: str = "") -> Member:
        interface = f"PJSIP/{number}"
        member = self.ex.sign_in(self.ex.pbx.queues[queue], interface, name or f"Agent {number}")
        assert member is not None
        return member

    def answers(self, queue: Queue, member: Member) -> float | None:
        return self.ring_s.get(member.interface, 2.0)

    def call(self, line: Line, fate: Fate) -> QueueCall:
        call = QueueCall(self.ex, line, CALLER, fate, self.answers)
        self.sim.spawn("call", call.story())
        return call

    def run(self, seconds: float = 120.0) -> list[Event]:
        self.sim.run_until(self.sim.now + int(seconds * 1000))
        return self.said


SUPPORT = Line("+982191000600", "600", "support", tells=False)
SUPPORT_8S = Line(
    "+982191000611", "611", "support", priority=2, records=False, limit_s=8.0, tells=False
)
SALES = Line("+982191000601", "601", "sales", priority=3, tells=False)
BILLING = Line("+982191000607", "607", "billing", priority=2, records=False, tells=False)
OVERFLOW = Line(
    "+982191000605",
    "605",
    "support",
    priority=2,
    records=False,
    limit_s=8.0,
    overflow="overflow",
    account="overflowed",
    tells=False,
)


def answered(talk: Talk) -> Callable[[], Scene]:
    def play() -> Scene:
        scene = Scene()
        scene.sign_in("support", "1001")
        scene.call(SUPPORT, Fate(talk))
        scene.run()
        return scene

    return play


def abandon_short() -> Scene:
    scene = Scene()
    scene.sign_in("support", "1001")
    scene.call(SUPPORT, Fate(Talk(5), patience_s=1.0))
    scene.run()
    return scene


def queue_timeout() -> Scene:
    scene = Scene()
    scene.call(SUPPORT_8S, Fate(Talk(5)))
    scene.run()
    return scene


def exit_key() -> Scene:
    scene = Scene()
    scene.call(SUPPORT, Fate(Talk(5), key_s=4.0))
    scene.run()
    return scene


def join_empty() -> Scene:
    scene = Scene()
    member = scene.sign_in("billing", "1002")
    scene.ex.pause(scene.ex.pbx.queues["billing"], member, True, "lunch")
    scene.call(BILLING, Fate(Talk(5)))
    scene.run()
    return scene


def overflow() -> Scene:
    scene = Scene()
    scene.sign_in("overflow", "1008", "O'Brien, Zoe")
    scene.ex.pbx.queues["overflow"].wrapup_s = 0
    scene.call(OVERFLOW, Fate(Talk(4, "agent")))
    scene.run()
    return scene


def rna_then_other() -> Scene:
    scene = Scene(ring_s={"PJSIP/1001": None, "PJSIP/1002": 3.0})
    scene.sign_in("support", "1001")
    scene.call(SUPPORT, Fate(Talk(4, "agent")))
    scene.run(2.0)
    scene.sign_in("support", "1002")
    scene.run()
    return scene


def ringall_three() -> Scene:
    scene = Scene(ring_s={"PJSIP/1003": None, "PJSIP/1004": 2.0, "PJSIP/1005": None})
    scene.sign_in("sales", "1003")
    scene.sign_in("sales", "1005", "سارا احمدی")
    scene.sign_in("sales", "1004")
    scene.call(SALES, Fate(Talk(4, "agent")))
    scene.run()
    return scene


STORIES: dict[str, Callable[[], Scene]] = {
    "answered_agent_hangup": answered(Talk(5, "agent")),
    "hold_unhold": answered(Talk(10, "agent", holds=((1.0, 3.0), (6.0, 2.0)))),
    "blind_refer_agent": answered(
        Talk(10, transfer=Transfer("blind", "PJSIP/1002", 3.0, 2.0, talk_s=4.0, by="agent"))
    ),
    "atxfer_dtmf": answered(
        Talk(
            20,
            transfer=Transfer(
                "attended", "PJSIP/1002", 3.375, 2.0, consult_s=3.0, talk_s=4.0, by="agent"
            ),
        )
    ),
    "abandon_short": abandon_short,
    "queue_timeout": queue_timeout,
    "exit_key_voicemail": exit_key,
    "join_empty": join_empty,
    "overflow": overflow,
    "rna_then_other": rna_then_other,
    "ringall_three": ringall_three,
}
