"""Asterisk's own queue log as a witness of a story: what it says about each visit.

``compare`` holds the truth against it. Where Asterisk is known to tell a lie, the visit in the
truth has ``log`` (what the queue log says instead), or ``alt`` when it says one or the other.
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
            found.append({"queue": queue, "result": "open", "rna": []})
        elif callid in callids and found:
            _add(found[-1], agent, event, rest)
    return found


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
    tolerance = float(truth["tol"])
    names = {number: agent["name"] for number, agent in truth["agents"].items()}
    for number in dict.fromkeys(call["number"] for call in truth["calls"]):
        expected = [
            {**visit, **visit.get("log", {})}
            for call in truth["calls"]
            for visit in call.get("visits", [])
            if call["number"] == number and visit["result"] not in UNLOGGED
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
    alternative = truth.get("alt", {})
    for key in ("queue", "result", "by", "key"):
        if key in truth and logged.get(key) not in (truth[key], alternative.get(key, truth[key])):
            wrong.append(f"{key}: {truth[key]!r}, queue_log says {logged.get(key)!r}")
    if "agent" in truth and logged.get("agent") != names[truth["agent"]]:
        wrong.append(f"agent: {names[truth['agent']]}, queue_log says {logged.get('agent')}")
    if [names[agent] for agent in truth.get("rna", [])] != logged["rna"]:
        wrong.append(f"rang in vain: {truth.get('rna', [])}, queue_log says {logged['rna']}")
    for key in ("wait", "talk"):
        if key in truth and abs(truth[key] - logged.get(key, -99)) > tolerance:
            wrong.append(f"{key}: {truth[key]} s, queue_log says {logged.get(key)} s")
    return wrong
