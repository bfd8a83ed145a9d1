"""What is to be said of the queues and their members."""

from __future__ import annotations

from collections.abc import Iterator

from ami_bridge.inspection import Seen
from callcenter.cli.findings import YES, Finding


def about_queues(seen: Seen) -> Iterator[Finding]:
    """Whether there are any, members that Asterisk cannot see the phone of, and variables."""
    yield _queues(seen)
    yield from _locals(seen)
    yield from _queue_variables(seen)


def _queues(seen: Seen) -> Finding:
    if "QueueStatus" in seen.refused or not seen.queues:
        return Finding(
            about="queues",
            mark="missing",
            says="There is no queue (or queues.conf is not loaded), so there is nothing to count.",
        )
    agents = len({member.interface for member in seen.members})
    if not agents:
        return Finding(
            about="queues",
            mark="advice",
            says=f"{len(seen.queues)} queues and no member: agents are seen when they join.",
        )
    return Finding(
        about="queues", mark="ok", says=f"{len(seen.queues)} queues with {agents} members."
    )


def _locals(seen: Seen) -> Iterator[Finding]:
    through = {m.interface: m for m in seen.members if m.interface.lower().startswith("local/")}
    blind = [
        m
        for m in through.values()
        if not m.state_interface or m.state_interface.lower().startswith("local/")
    ]
    if blind:
        yield Finding(
            about="state_interface",
            mark="missing",
            says=f"{len(blind)} members are Local channels without a state interface: Asterisk "
            "takes them for free while they talk, rings them again, and counts rings that were "
            "none. Name each one's phone as the fourth part:",
            where="queues.conf, in each queue",
            add=tuple(f"member => {m.interface},0,{m.name},PJSIP/..." for m in blind[:10]),
        )
    kept = [name for name in through if name.endswith("/n")]
    if kept:
        yield Finding(
            about="local members",
            mark="advice",
            says=f"{len(kept)} members end in /n: their calls stay on the Local channel, which "
            "costs two channels each. PJSIP members, or Local ones without /n, are exacter.",
            where="queues.conf, in each queue",
            add=tuple(f"member => {name.removesuffix('/n')},..." for name in kept[:10]),
        )


def _queue_variables(seen: Seen) -> Iterator[Finding]:
    if seen.written is None:
        return
    # A queue of a database, or of a file elsewhere, has no strategy in queues.conf either.
    known = [q for q in seen.queues if seen.value("queues.conf", q, "strategy")]
    without = [
        q
        for q in known
        if (seen.value("queues.conf", q, "setinterfacevar") or "").lower() not in YES
    ]
    if without:
        yield Finding(
            about="setinterfacevar",
            mark="advice",
            says="Who had answered is not known after a lost connection in: "
            f"{', '.join(without[:20])}.",
            where="queues.conf, in each queue",
            add=("setinterfacevar = yes", "setqueueentryvar = yes"),
        )
