"""Asterisk's own queue log as a witness of a story: what it says about each visit.

``compare`` holds the truth against it. Where Asterisk is known to tell a lie, the visit in the
truth has ``log`` (what the queue log says instead), or ``alt`` when it says one or the other; of
several others ``alt`` is a list.
"""

from __future__ import annotations

from typing import Any

ENDS = {
    "COMPLETECALLER": ("answered", "caller"),
    "COMPLETEAGENT": ("answered", "agent"),
    "BLINDTRANSFER": ("transferred", "transfer"),
    "ATTENDEDTRANSFER": ("transferred", "transfer"),
    "ABANDON": ("abandoned", "caller"),
    "EXITWITHTIMEOUT": ("timeout", None),
    "EXITWITHKEY": ("exit_key", None),
    "EXITEMPTY": ("leave_empty", None),
    "WITHDRAW": ("withdrawn", None),
}

EVENTS = frozenset(
    (
        *ENDS,
        "ENTERQUEUE",
        "CONNECT",
        "RINGNOANSWER",
        "RINGCANCELED",
        "AGENTDUMP",
        "PAUSE",
        "UNPAUSE",
    )
)

# A refused call leaves no word in the queue log.
UNLOGGED = ("join_empty", "full", "no_such_queue")


def parse(text: str) -> list[list[str]]:
    """The lines as fields: epoch, callid, queue, agent, event, parameters.

    A ``|`` in an agent's name shifts what follows: the event is the first word in capitals.
    """
    rows = []
    for line in text.splitlines():
        fields = line.split("|")
        if len(fields) < 5:
            continue
        place = next((n for n in range(4, len(fields)) if fields[n] in EVENTS), 4)
        rows.append([*fields[:3], "|".join(fields[3:place]), *fields[place:]])
    return rows


def visits(rows: list[list[str]], number: str) -> list[dict[str, Any]]:
    """The visits of the caller with ``number``, in the truth's words, as the queue log has them."""
    found: list[dict[str, Any]] = []
    callids: set[str] = set()
    for row in rows:
        _, callid, queue, agent, event, *rest = row
        if event == "ENTERQUEUE" and rest[1] == number:
            callids.add(callid)
            found.append({"queue": queue, "result": "open", "rna": [], "callid": callid})
        elif callid in callids:
            visit = _meant(found, queue, agent, event, callid)
            if visit is not None:
                _add(visit, agent, event, rest)
        elif event in ENDS:
            # A Local channel before the queue took itself out: the end has the caller's own id.
            visit = _meant(found, queue, agent, event)
            if visit is not None and "agent" in visit:
                _add(visit, agent, event, rest)
    return found


def _meant(
    found: list[dict[str, Any]], queue: str, agent: str, event: str, callid: str = ""
) -> dict[str, Any] | None:
    """The visit that a line is about: the oldest talk still open, else the latest wait.

    A caller who stepped into another's place in a queue has no ENTERQUEUE of his own there.
    """
    here = [visit for visit in found if visit["queue"] == queue and visit["result"] == "open"]
    # One number may have two calls at once; where the line's own id has a stay here, it is that.
    here = [visit for visit in here if visit.get("callid") == callid] or here
    if event.startswith("COMPLETE") or event.endswith("TRANSFER"):
        return next((visit for visit in here if visit.get("agent") == agent), None)
    waits = [visit for visit in here if "agent" not in visit]
    if not waits and event == "CONNECT":
        waits = [{"queue": queue, "result": "open", "rna": []}]
        found += waits
    return waits[-1] if waits else None


def _add(visit: dict[str, Any], agent: str, event: str, rest: list[str]) -> None:
    if event == "CONNECT":
        visit.update(agent=agent, wait=int(rest[0]), ring=int(rest[2]))
    elif event == "RINGNOANSWER":
        visit["rna"].append(agent)
    elif event in ENDS:
        visit["result"], by = ENDS[event]
        if by:
            visit["by"] = by
        if event.startswith("COMPLETE"):
            visit["talk"] = int(rest[1])
        elif event.endswith("TRANSFER"):
            visit["talk"] = int(rest[-2])
        elif event == "EXITWITHKEY":
            visit["key"], visit["wait"] = rest[0], int(rest[3])
        else:
            visit["wait"] = int(rest[2])


def compare(truth: dict[str, Any], rows: list[list[str]]) -> list[str]:
    """The differences between the truth and the queue log, as sentences; empty when they agree."""
    wrong: list[str] = []
    if "started" in truth:
        # An agent who calls a queue has the number of his site, where other stories are played.
        within = range(int(truth["started"]) - 1, int(truth["ended"]) + 2)
        rows = [row for row in rows if row[0].isdecimal() and int(row[0]) in within]
    tolerance = float(truth["tol"])
    names = {number: agent["name"] for number, agent in truth["agents"].items()}
    every = [
        (visit.get("log_number", call.get("log_number", call["number"])), visit)
        for call in truth["calls"]
        for visit in call.get("visits", [])
    ]
    for number in dict.fromkeys(
        [call["number"] for call in truth["calls"]] + [n for n, _ in every]
    ):
        expected = [
            {**visit, **visit.get("log", {})}
            for logged_number, visit in every
            if logged_number == number and visit["result"] not in UNLOGGED
        ]
        logged = visits(rows, number)
        if len(expected) != len(logged):
            wrong.append(f"{number}: {len(expected)} visits, queue_log has {logged}")
            continue
        for one, other in zip(expected, logged, strict=True):
            wrong += [f"{number} {text}" for text in _visit(one, other, names, tolerance)]
    return wrong


def _visit(
    truth: dict[str, Any], logged: dict[str, Any], names: dict[str, str], tolerance: float
) -> list[str]:
    wrong = []
    others = truth.get("alt", [])
    others = [others] if isinstance(others, dict) else others
    if logged["result"] == "open" and "open" in (truth["result"], *(o["result"] for o in others)):
        # The line of its end stands under another id, or was never written.
        return []
    for key in ("queue", "result", "by", "key"):
        if key in truth and logged.get(key) not in (
            truth[key],
            *(o[key] for o in others if key in o),
        ):
            wrong.append(f"{key}: {truth[key]!r}, queue_log says {logged.get(key)!r}")
    if "agent" in truth and logged.get("agent") != names[truth["agent"]]:
        wrong.append(f"agent: {names[truth['agent']]}, queue_log says {logged.get('agent')}")
    if [names[agent] for agent in truth.get("rna", [])] != logged["rna"]:
        wrong.append(f"rang in vain: {truth.get('rna', [])}, queue_log says {logged['rna']}")
    for key in ("wait", "talk"):
        if key in truth and abs(truth[key] - logged.get(key, -99)) > tolerance:
            wrong.append(f"{key}: {truth[key]} s, queue_log says {logged.get(key)} s")
    return wrong
