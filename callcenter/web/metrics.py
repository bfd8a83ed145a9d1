"""``/metrics`` for Prometheus: the board's numbers read at scrape time, and distributions.

Own registry, so nothing of the process leaks in unasked. The number of series is bounded whatever
the number of agents, because rendering blocks the loop (about 6 µs a series).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ..services.access import Credential
from .asks import Gauge, Gauges
from .codes import Code, Refusal
from .doors import Doors
from .histograms import ByQueue, Histogram, Histograms
from .hub import Hub
from .operations import Operation

MOST_SERIES = 1_900
LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


class BoardCollector:
    """Makes metric families of what the house knows now."""

    def __init__(self, gauges: Gauges, histograms: Histograms, hub: Hub) -> None:
        self._gauges = gauges
        self._histograms = histograms
        self._hub = hub
        self.http_requests: dict[tuple[str, ...], float] = {}

    def describe(self) -> list[Metric]:
        """None: what there is depends on the board."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All families, the board's first, up to ``MOST_SERIES`` of them."""
        left = MOST_SERIES
        dropped = 0
        for gauge in (*self._gauges.read(), *self._own()):
            if len(gauge.series) > left:
                dropped += len(gauge.series)
                continue
            left -= len(gauge.series)
            yield _family(gauge)
        yield GaugeMetricFamily(
            "callcenter_metrics_series_left_out",
            "Series not shown because there would be too many.",
            value=dropped,
        )
        yield from self._distributions()

    def _distributions(self) -> Iterator[Metric]:
        h = self._histograms
        yield _plain(
            "callcenter_pop_latency_seconds",
            "From the arrival of the AMI event to the painted pop, as the browser acknowledged.",
            h.pop_latency,
        )
        yield _plain(
            "callcenter_ami_lag_seconds",
            "From the arrival of an AMI message to its facts being published.",
            h.ami_lag,
        )
        yield _by_queue("callcenter_waiting_seconds", "Time callers waited in a queue.", h.waiting)
        yield _by_queue(
            "callcenter_talking_seconds", "Time agents talked, hold included.", h.talking
        )
        yield _by_queue(
            "callcenter_handling_seconds", "Talking and wrap-up of a conversation.", h.handling
        )

    def _own(self) -> list[Gauge]:
        counts = self._hub.counts
        plain = (
            ("frames_sent", counts.frames, "Websocket frames sent."),
            ("snapshots_sent", counts.snapshots, "Snapshots sent to subscribers."),
            ("resumed", counts.resumed, "Subscriptions resumed without a snapshot."),
            ("refused", counts.refused, "Websocket messages and subscriptions refused."),
            ("cut_slow", counts.cut_slow, "Tabs cut because they did not read."),
            ("faults", counts.faults, "Changes that could not be sent, and messages that failed."),
            ("revoked", counts.revoked, "Tabs cut because their session ended."),
        )
        made = [
            Gauge.of(f"callcenter_web_{name}_total", text, "counter", value)
            for name, value, text in plain
        ]
        made.append(
            Gauge.of(
                "callcenter_web_connections",
                "Websocket connections open.",
                "gauge",
                len(self._hub.connections),
            )
        )
        requests = Gauge.by(
            "callcenter_http_requests_total",
            "HTTP requests answered.",
            "counter",
            ("method", "status"),
            self.http_requests,
        )
        return [*made, requests]


class MetricsRoom:
    """The scrape. Open to this machine itself; from elsewhere with a token of any role, or with
    the one of the setting."""

    def __init__(
        self, collector: BoardCollector, doors: Doors, token: str = "", anybody: bool = False
    ) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(collector)
        self._doors = doors
        self._token = token
        self._anybody = anybody

    def operations(self) -> list[Operation]:
        """The route of this room."""
        return [
            Operation(
                method="GET",
                path="/metrics",
                summary="Metrics in Prometheus' text format; from this machine, or with a token.",
                open_handler=self.scrape,
            )
        ]

    async def scrape(self, request: web.Request) -> web.StreamResponse:
        """GET /metrics"""
        if not await self._may(request):
            raise Refusal(
                Code.SIGN_IN,
                "Metrics are for this machine itself, or with 'Authorization: Bearer <token>'.",
                {"WWW-Authenticate": "Bearer"},
            )
        body = generate_latest(self._registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _may(self, request: web.Request) -> bool:
        if self._anybody:
            return True
        shown = self._doors.credential(request)
        if shown is not None and shown.via == "token":
            return self._is_setting(shown) or await self._doors.who(request) is not None
        # Behind a proxy on this machine everybody would come from here.
        return self._doors.address(request) in LOOPBACK and "X-Forwarded-For" not in request.headers

    def _is_setting(self, shown: Credential) -> bool:
        return bool(self._token) and hmac.compare_digest(
            self._token.encode(), shown.secret.encode("utf-8", "surrogatepass")
        )


def _family(gauge: Gauge) -> Metric:
    labels = list(gauge.labels)
    if gauge.kind == "counter":
        name = gauge.name.removesuffix("_total")
        family: Metric = CounterMetricFamily(name, gauge.help, labels=labels)
        sample = f"{name}_total"
    else:
        family = GaugeMetricFamily(gauge.name, gauge.help, labels=labels)
        sample = gauge.name
    for values, number in gauge.series.items():
        family.add_sample(sample, dict(zip(labels, values, strict=True)), number)
    return family


def _plain(name: str, text: str, histogram: Histogram) -> Metric:
    return HistogramMetricFamily(name, text, buckets=histogram.buckets(), sum_value=histogram.sum)


def _by_queue(name: str, text: str, by_queue: ByQueue) -> Metric:
    family = HistogramMetricFamily(name, text, labels=["queue"])
    for queue, histogram in by_queue.histograms.items():
        family.add_metric([queue], histogram.buckets(), histogram.sum)
    return family
