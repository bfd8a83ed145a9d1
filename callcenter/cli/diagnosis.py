"""From what was seen of an Asterisk to sentences: what is right, what is missing, what to add.

One function a subject; what is unknown is said and not passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ami_bridge.inspection import CLASSES, ENTRIES, VARIABLES, Seen
from callcenter.cli import event_filters
from callcenter.cli.diagnosis_queues import about_queues
from callcenter.cli.findings import YES, Finding

READ = ("system", "call", "agent", "user", "dialplan")
OLDEST, OLDEST_KEPT = 16, 18
"""Major versions: older ones lack events that we need; before the second none is kept up."""

MOST_SKEW_MS = 2_000
DANGEROUS = ("Command", "UpdateConfig", "ModuleLoad", "Originate", "Hangup", "Redirect", "QueueAdd")


def findings(seen: Seen, username: str, several: bool) -> Iterator[Finding]:
    """What is to be said of the reading account and its Asterisk; ``several`` PBXs configured."""
    version = _version(seen.version or "")
    yield _about_version(seen, version)
    yield _rights_to_ask(seen, username)
    yield _classes(seen, username)
    yield _stamps(seen)
    yield _filter(seen, username, version)
    yield from about_queues(seen)
    yield _clock(seen)
    yield _system_name(seen, several)
    yield _cel(seen)


def _version(text: str) -> tuple[int, int] | None:
    found = re.search(r"(?<![0-9.])(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else None


def _about_version(seen: Seen, version: tuple[int, int] | None) -> Finding:
    if version is None:
        says = f"The version {seen.version!r} is not known." if seen.version else ""
        return Finding(
            about="version",
            mark="unknown",
            says=says or "The version is not told to this account.",
        )
    if version[0] < OLDEST:
        return Finding(
            about="version",
            mark="missing",
            says=f"Asterisk {seen.version} is too old: upgrade to 18 or newer.",
        )
    if version[0] < OLDEST_KEPT:
        return Finding(
            about="version",
            mark="advice",
            says=f"Asterisk {seen.version} works, but nobody repairs it any more; upgrade.",
        )
    return Finding(about="version", mark="ok", says=f"Asterisk {seen.version}.")


def _rights_to_ask(seen: Seen, username: str) -> Finding:
    add = {"where": f"manager.conf, [{username}]", "add": ("write = reporting",)}
    if seen.refused:
        refused = ", ".join(f"{name} ({why})" for name, why in seen.refused.items())
        return Finding(
            about="rights",
            mark="missing",
            says=f"Refused: {refused}. Calls under way at a reconnect cannot be taken up.",
            **add,  # type: ignore[arg-type]  # the two keys above, of their own types
        )
    more = sorted(set(DANGEROUS) & (seen.commands or frozenset()))
    if more:
        return Finding(
            about="rights",
            mark="advice",
            says=f"The account {username} may do more than it needs: {', '.join(more)}.",
            **add,  # type: ignore[arg-type]  # as above
        )
    return Finding(about="rights", mark="ok", says="Channels, queues and state may be asked for.")


def _classes(seen: Seen, username: str) -> Finding:
    written = seen.value("manager.conf", username, "read")
    where = f"manager.conf, [{username}]"
    add = (f"read = {','.join(READ)},reporting",)
    if not written:
        if seen.events.get("FullyBooted"):
            says = "The class system is there; the others could not be read"
        else:
            says = "No class could be read"
        heard = sorted(name for name in seen.events if name != "FullyBooted")
        told = f"; heard so far: {', '.join(heard)}" if heard else ""
        return Finding(
            about="read",
            mark="unknown",
            says=f"{says}{told}. Look that the account has them all.",
            where=where,
            add=add,
        )
    given = {part.strip().lower() for part in written.split(",")}
    lacking = [name for name in READ if name not in given and not given & {"all", *YES}]
    if lacking:
        return Finding(
            about="read",
            mark="missing",
            says=f"The account {username} does not hear the classes {', '.join(lacking)}.",
            where=where,
            add=add,
        )
    return Finding(about="read", mark="ok", says=f"Event classes: {', '.join(READ)}.")


def _stamps(seen: Seen) -> Finding:
    written = seen.value("manager.conf", "general", "timestampevents")
    where, add = "manager.conf, [general]", ("timestampevents = yes",)
    if seen.unstamped:
        reload = written is not None and written.lower() in YES
        return Finding(
            about="timestampevents",
            mark="missing",
            says="Events came without a Timestamp, so durations are only as exact as the network."
            + (" It is written in manager.conf: run `manager reload`." if reload else ""),
            where=where,
            add=add,
        )
    if seen.stamped or (written is not None and written.lower() in YES):
        return Finding(about="timestampevents", mark="ok", says="Events carry their time.")
    if written is not None:
        return Finding(
            about="timestampevents",
            mark="missing",
            says="Events do not carry their time.",
            where=where,
            add=add,
        )
    return Finding(
        about="timestampevents",
        mark="unknown",
        says="No event came while we listened. Make a call meanwhile, with --seconds 30.",
        where=where,
        add=add,
    )


def _filter(seen: Seen, username: str, version: tuple[int, int] | None) -> Finding:
    where, add = f"manager.conf, [{username}]", event_filters.lines(version)
    if seen.written is None:
        return Finding(
            about="eventfilter",
            mark="unknown",
            says="The event filters of the account cannot be read. If it has any, they must be:",
            where=where,
            add=add,
        )
    by_criteria = {
        kind: seen.value("manager.conf", username, f"eventfilter(action(include),{kind})") or ""
        for kind in (CLASSES, VARIABLES, ENTRIES)
    }
    if not seen.filters and not any(by_criteria.values()):
        return Finding(
            about="eventfilter",
            mark="advice",
            says="No event filter was found: every step of every call is sent. These spare both:",
            where=where,
            add=add,
        )
    try:
        missed = event_filters.dropped(seen.filters, by_criteria)
    except re.error as error:
        return Finding(
            about="eventfilter",
            mark="unknown",
            says=f"An event filter cannot be read ({error}). These are known to be right:",
            where=where,
            add=add,
        )
    if missed:
        return Finding(
            about="eventfilter",
            mark="missing",
            says=f"The event filters drop {', '.join(missed)}. Replace them by:",
            where=where,
            add=add,
        )
    return Finding(
        about="eventfilter", mark="ok", says="The event filters let through what we need."
    )


def _clock(seen: Seen) -> Finding:
    if seen.skew_ms is None:
        return Finding(about="clock", mark="unknown", says="The PBX does not tell its time.")
    apart_s = abs(seen.skew_ms) / 1000
    if abs(seen.skew_ms) > MOST_SKEW_MS:
        ahead = "ahead of" if seen.skew_ms > 0 else "behind"
        return Finding(
            about="clock",
            mark="advice",
            says=f"The PBX's clock is {apart_s:.1f} s {ahead} this machine's. We allow for it; "
            "times in queue_log and in recordings will not agree. Run NTP on both.",
        )
    return Finding(about="clock", mark="ok", says=f"The clocks agree to {apart_s:.1f} s.")


def _system_name(seen: Seen, several: bool) -> Finding:
    if several and not seen.system_name:
        return Finding(
            about="systemname",
            mark="advice",
            says="Several PBXs are configured and this one has no name: ids of two can be alike "
            "in CDR and recordings (not in our ids, which carry the name of the settings).",
            where="asterisk.conf, [options]",
            add=("systemname = pbx1",),
        )
    named = (
        f"systemname is {seen.system_name}." if seen.system_name else "systemname is not needed."
    )
    return Finding(about="systemname", mark="ok", says=named)


def _cel(seen: Seen) -> Finding:
    written = seen.value("cel.conf", "general", "enable")
    on = written is not None and written.lower() in YES
    return Finding(
        about="cel",
        mark="ok",
        says="CEL is on: an audit trail beside ours."
        if on
        else "CEL is off or not seen; optional.",
    )
