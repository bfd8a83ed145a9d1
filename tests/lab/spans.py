"""The truth about agents' shifts against the spans that the product tells of them.

``spans`` of a truth has for each interface what its agent did: state, reason, from and to (epoch
seconds, the story's clock). ``differences`` takes the product's spans, of
``GET /api/v1/agents/{id}/spans``, and returns sentences, none when the product is right: they must
follow each other without gap or overlap, cover the shift, and be the same states in the same order,
each beginning when it did, or as late as ``unsaid`` allows where Asterisk says nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from .truth import epoch

Span = dict[str, Any]
BLINK_S = 0.3
"""A state this short is the time between two of Asterisk's own words (removed and added again)."""


def differences(truth: dict[str, Any], found: dict[str, list[Span]]) -> list[str]:
    """``found``: by interface the spans that the product has, oldest first."""
    wrong: list[str] = []
    for interface, spans in truth.get("spans", {}).items():
        texts = _agent(spans, found.get(interface, []), truth.get("unsaid", float(truth["tol"])))
        wrong += [f"{interface}: {text}" for text in texts]
    return wrong


def told(items: list[Span]) -> list[Span]:
    """The product's items in the truth's words."""
    return [
        {
            "state": item["state"],
            "reason": item["reason"],
            "from": epoch(item["started_at"]),
            "to": epoch(item["ended_at"]),
        }
        for item in items
    ]


def _agent(truth: list[Span], items: list[Span], tolerance: float) -> list[str]:
    wrong: list[str] = []
    spans = told(items)
    for one, after in pairwise(spans):
        if one["to"] != after["from"]:
            wrong.append(f"{one['state']} ends at {one['to']}, {after['state']} at {after['from']}")
    begins, ends = truth[0]["from"], truth[-1]["to"]
    ours = _cut(spans, begins, ends)
    wanted = [_what(span) for span in truth]
    # At its edges a span before or after the shift may reach in by the tolerance.
    if ours and _what(ours[0]) != wanted[0] and _to(ours[0]) <= begins + tolerance:
        ours = ours[1:]
    if ours and _what(ours[-1]) != wanted[-1] and ours[-1]["from"] >= ends - tolerance:
        ours = ours[:-1]
    got = [_what(span) for span in ours]
    if wanted != got:
        return [*wrong, f"{wanted} in truth, {got} in the log"]
    for span, our in zip(truth, ours, strict=True):
        apart = max(our["from"], begins) - span["from"]
        if abs(apart) > tolerance:
            wrong.append(f"{span['state']} began {apart:+.1f} s from when it did")
    if _to(ours[-1]) < ends - tolerance:
        wrong.append(f"nothing is known from {ours[-1]['to']} on, the shift lasts until {ends}")
    return wrong


def _what(span: Span) -> tuple[str, str]:
    return span["state"], span["reason"]


def _to(span: Span) -> float:
    return float("inf") if span["to"] is None else float(span["to"])


def _cut(spans: list[Span], begins: float, ends: float) -> list[Span]:
    """What lies within the shift, blinks left out and what they parted put together."""
    kept: list[Span] = []
    for span in spans:
        if min(_to(span), ends) - max(span["from"], begins) <= BLINK_S:
            continue
        if kept and _what(kept[-1]) == _what(span):
            kept[-1] = {**kept[-1], "to": span["to"]}
        else:
            kept.append(span)
    return kept
