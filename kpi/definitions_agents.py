"""What the figures of agents and of their conversations are."""

from __future__ import annotations

from .definition import Definition, Names, Variant

_STATES = (
    ("signed_out", "signed out"),
    ("ready", "ready"),
    ("offered", "ringing"),
    ("talking", "in conversation"),
    ("held", "in conversation, the customer on hold"),
    ("wrap_up", "in wrap-up"),
    ("paused", "paused"),
    ("unreachable", "phone unreachable"),
    ("unknown", "not seen"),
)

ENTRIES: tuple[Definition, ...] = (
    Definition(
        id="handle_time",
        name=Names("Average handle time (AHT)", "میانگین زمان رسیدگی", "זמן טיפול ממוצע"),
        unit="ms",
        scopes=("queue", "agent", "all"),
        numerator="talk (hold included) and wrap-up of queue conversations",
        denominator="queue conversations that have ended",
        exclusions="ringing; direct, outbound and internal conversations",
        variants=(
            Variant("queue", "(talk + wrap-up) / conversations of queues"),
            Variant("with_direct", "(talk + wrap-up) / all conversations"),
            Variant("talk", "talk / conversations of queues"),
            Variant("wrap_up", "wrap-up / conversations of queues"),
            Variant("ring", "ringing / offers"),
        ),
        benchmark="talk 4:00, wrap-up 6:00",
    ),
    Definition(
        id="hold_share",
        name=Names("Hold time", "زمان پشت خط", "זמן השהיה"),
        unit="share",
        scopes=("queue", "agent", "all"),
        numerator="hold inside queue conversations",
        denominator="talk of queue conversations",
        exclusions="direct, outbound and internal conversations",
        variants=(Variant("queue", "hold / talk"),),
    ),
    Definition(
        id="conversations",
        name=Names("Conversations", "مکالمه‌ها", "שיחות שנוהלו"),
        unit="count",
        scopes=("queue", "agent", "all"),
        numerator="queue conversations that have ended",
        exclusions="direct, outbound and internal conversations",
        variants=(
            Variant("queue", "conversations of queues"),
            Variant("with_direct", "all conversations"),
        ),
    ),
    Definition(
        id="offers",
        name=Names("Offers to agents", "زنگ‌های اپراتور", "צלצולים לנציג"),
        unit="count",
        scopes=("queue", "agent", "all"),
        numerator="ringings of an agent's phone that have ended",
        variants=(
            Variant("answered", "the agent answered"),
            Variant("missed", "rung without answer"),
            Variant("rejected", "the agent refused"),
            Variant("cancelled", "another agent was faster, or the caller went"),
            Variant("unreachable", "the phone could not be reached"),
        ),
    ),
    Definition(
        id="occupancy",
        name=Names("Occupancy", "ضریب اشغال", "אחוז תעסוקה"),
        unit="share",
        scopes=("agent", "all"),
        numerator="talk and wrap-up, by wall clock",
        denominator="talk, wrap-up, ringing and ready",
        exclusions="pauses, unreachable phones, time not seen, signed out",
        variants=(Variant("wall_clock", "(talk + wrap-up) / (talk + wrap-up + ring + ready)"),),
        benchmark="85 to 90 %",
    ),
    Definition(
        id="utilisation",
        name=Names("Utilisation", "بهره‌برداری", "ניצולת"),
        unit="share",
        scopes=("agent", "all"),
        numerator="talk and wrap-up, by wall clock",
        denominator="time signed in",
        exclusions="time not seen, signed out",
        variants=(Variant("signed_in", "(talk + wrap-up) / signed in"),),
    ),
    Definition(
        id="state_time",
        name=Names("Time in state", "مدت این وضعیت", "זמן בסטטוס"),
        unit="ms",
        scopes=("agent", "all"),
        numerator="time in the state, spread over the intervals it covered",
        variants=tuple(Variant(state, f"time {words}") for state, words in _STATES),
    ),
    Definition(
        id="state_share",
        name=Names("Share of time in state", "سهم زمان در وضعیت", "שיעור הזמן בסטטוס"),
        unit="share",
        scopes=("agent", "all"),
        numerator="time in the state",
        denominator="time signed in",
        exclusions="time not seen, signed out",
        variants=tuple(
            Variant(state, f"time {words} / signed in")
            for state, words in _STATES
            if state not in ("signed_out", "unknown")
        ),
    ),
)
