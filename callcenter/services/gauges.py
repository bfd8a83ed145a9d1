"""The board's numbers for Prometheus, read when it scrapes and not before.

Base units, ``_total`` for counters; labels are pbx, queue, state, end and never an agent, a number
or a customer, so the number of series does not grow with the people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from callcenter.domain.board import Board
from callcenter.ports.clock import Clock
from kpi import abandon_rate, handle_time, occupancy, service_level

from .callers import Callers
from .engine import Engine
from .figures import LiveFigures
from .ledger import Ledger
from .projector import Projector

ENDS = (
    "answered",
    "abandoned",
    "timed_out",
    "key",
    "emptied",
    "withdrawn",
    "system",
    "unknown",
    "refused",
)


class Gauge(Struct, frozen=True):
    """A metric as it stands at scrape time; a counter's ``name`` ends in ``_total``.

    ``series`` maps the values of ``labels``, in their order, to the number. Labels are pbx, queue,
    state, end and the like, never an agent, a number or a customer.
    """

    name: str
    help: str
    kind: Literal["gauge", "counter"]
    labels: tuple[str, ...]
    series: dict[tuple[str, ...], float]

    @classmethod
    def of(cls, name: str, help: str, kind: Literal["gauge", "counter"], value: float) -> Gauge:
        """A metric of one number."""
        return cls(name, help, kind, (), {(): value})

    @classmethod
    def by(
        cls,
        name: str,
        help: str,
        kind: Literal["gauge", "counter"],
        labels: tuple[str, ...],
        series: Mapping[tuple[str, ...], float],
    ) -> Gauge:
        """A metric of one number per combination of labels."""
        return cls(name, help, kind, labels, dict(series))


class LinkNumbers(Struct, frozen=True, kw_only=True):
    """What one AMI link counts; ``lag_s`` is how long its oldest message waits."""

    pbx: str
    up: bool
    events: int
    garbage: int
    damaged: int
    oversized: int
    reconnects: int
    refused: int
    rtt_s: float
    lag_s: float
    skew_s: float
    odd: int
    clock_steps: int = 0


class BoardGauges:
    """Reads everything worth scraping."""

    def __init__(
        self,
        *,
        board: Board,
        figures: LiveFigures,
        engine: Engine,
        projector: Projector,
        ledger: Ledger,
        callers: Callers,
        clock: Clock,
        links: Callable[[], Iterable[LinkNumbers]],
        unreconciled: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self._board = board
        self._figures = figures
        self._engine = engine
        self._projector = projector
        self._ledger = ledger
        self._callers = callers
        self._clock = clock
        self._links = links
        self._unreconciled = unreconciled

    def read(self) -> Iterable[Gauge]:
        """All metrics now."""
        yield from self._queues()
        yield from self._figures_of_today()
        yield from self._machinery()
        yield from self._books()
        yield from self._ami()

    def _queues(self) -> Iterable[Gauge]:
        board, now = self._board, self._clock.wall_ms()
        names = sorted(board.queues)
        oldest = {q: board.oldest(q) for q in names}
        yield _by_queue(
            "queue_waiting",
            "Callers waiting now.",
            {q: len(board.waiting.get(q, ())) for q in names},
        )
        yield _by_queue(
            "queue_longest_wait_seconds",
            "How long the oldest waiting caller has been waiting; 0 when nobody waits.",
            {q: 0.0 if at is None else max(0, now - at) / 1000 for q, at in oldest.items()},
        )
        yield _by_queue(
            "queue_agents_free",
            "Agents who could take a call of this queue now.",
            {q: board.free(q) for q in names},
        )
        yield Gauge.by(
            "callcenter_agents",
            "Agents by state.",
            "gauge",
            ("state",),
            {(state,): count for state, count in board.by_state().items()},
        )
        yield Gauge.of(
            "callcenter_calls_open", "Calls in progress.", "gauge", len(self._ledger.open_calls())
        )

    def _figures_of_today(self) -> Iterable[Gauge]:
        figures, now = self._figures, self._clock.wall_ms()
        today = {q: figures.today("queue", q) for q in sorted(self._board.queues)}
        yield Gauge.by(
            "callcenter_queue_visits_today",
            "Visits of the day by how they ended.",
            "gauge",
            ("queue", "end"),
            {(q, end): getattr(counted, end) for q, counted in today.items() for end in ENDS},
        )
        yield _by_queue(
            "queue_service_level_ratio",
            "Answered within T of the offered today (net); none without calls.",
            {q: service_level.net(counted).value for q, counted in today.items()},
        )
        yield _by_queue(
            "queue_abandon_ratio",
            "Abandoned of the offered today (net); none without calls.",
            {q: abandon_rate.net(counted).value for q, counted in today.items()},
        )
        yield _alone(
            "clamped_durations_today",
            "Durations of today that came out negative and count as nothing: a clock was set back.",
            figures.today("all", "").clamped,
        )
        handled = {q: handle_time.average(counted).value for q, counted in today.items()}
        yield _by_queue(
            "queue_handle_time_seconds",
            "Average handle time today; none without conversations.",
            {q: None if value is None else value / 1000 for q, value in handled.items()},
        )
        yield _alone(
            "occupancy_ratio",
            "Occupancy of all agents in the last hour; none when nobody was there.",
            occupancy.occupancy(figures.occupancy_window(now)).value,
        )
        yield _alone(
            "first_call_resolution_ratio",
            "First-call resolution by repeat, seven days, provisional.",
            figures.fcr.ratio.value if figures.fcr is not None else None,
        )

    def _machinery(self) -> Iterable[Gauge]:
        engine, projector = self._engine, self._projector
        plain: list[tuple[str, str, Literal["gauge", "counter"], float]] = [
            ("facts_total", "Facts committed.", "counter", engine.committed),
            (
                "facts_waiting",
                "Facts that wait for the journal; above 0 is an alarm.",
                "gauge",
                engine.waiting,
            ),
            (
                "journal_failures_total",
                "Commits that the journal could not take.",
                "counter",
                engine.failures,
            ),
            (
                "projector_waiting",
                "Changes that wait to be stored in the call log.",
                "gauge",
                projector.waiting,
            ),
            (
                "projector_failures_total",
                "Writes that the call log could not take.",
                "counter",
                projector.failures,
            ),
            (
                "facts_orphaned_total",
                "Facts about a call whose beginning is unknown.",
                "counter",
                self._ledger.orphans,
            ),
            (
                "lookup_failures_total",
                "Callers who could not be looked up in time.",
                "counter",
                self._callers.failures,
            ),
        ]
        for name, text, kind, value in plain:
            yield Gauge.of(f"callcenter_{name}", text, kind, value)

    def _books(self) -> Iterable[Gauge]:
        yield Gauge.by(
            "callcenter_calls_unreconciled",
            "Calls that queue_log tells otherwise and nothing explains; PBXs whose log is read.",
            "gauge",
            ("pbx",),
            {(pbx,): float(count) for pbx, count in self._unreconciled().items()},
        )

    def _ami(self) -> Iterable[Gauge]:
        links = list(self._links())
        told: list[tuple[str, str, Literal["gauge", "counter"], Callable[[LinkNumbers], float]]] = [
            ("up", "Whether the PBX is heard (1) or not (0).", "gauge", lambda n: n.up),
            ("events_total", "Events read.", "counter", lambda n: n.events),
            ("garbage_total", "Blocks that were no message.", "counter", lambda n: n.garbage),
            ("damaged_total", "Bytes that were not UTF-8.", "counter", lambda n: n.damaged),
            ("oversized_total", "Messages beyond the limit.", "counter", lambda n: n.oversized),
            ("reconnects_total", "Times the link came back.", "counter", lambda n: n.reconnects),
            ("refused_total", "Logins that were refused.", "counter", lambda n: n.refused),
            ("ping_seconds", "Round trip of the last ping.", "gauge", lambda n: n.rtt_s),
            ("inbox_lag_seconds", "How long the oldest message waits.", "gauge", lambda n: n.lag_s),
            ("clock_skew_seconds", "Our clock minus the PBX's.", "gauge", lambda n: n.skew_s),
            (
                "clock_steps_total",
                "Times the PBX's clock was set.",
                "counter",
                lambda n: n.clock_steps,
            ),
            ("odd_signals_total", "Signals about unknown things.", "counter", lambda n: n.odd),
        ]
        for name, text, kind, of in told:
            yield Gauge.by(
                f"callcenter_ami_{name}",
                text,
                kind,
                ("pbx",),
                {(link.pbx,): float(of(link)) for link in links},
            )


def _by_queue(name: str, text: str, values: Mapping[str, float | None]) -> Gauge:
    """One number per queue; queues without one are left out."""
    known: dict[tuple[str, ...], float] = {
        (q,): float(value) for q, value in values.items() if value is not None
    }
    return Gauge.by(f"callcenter_{name}", text, "gauge", ("queue",), known)


def _alone(name: str, text: str, value: float | None) -> Gauge:
    """One number; no series when it is not known."""
    return Gauge(f"callcenter_{name}", text, "gauge", (), {} if value is None else {(): value})
