"""``/metrics``: what Prometheus' own checker says of it, who may read it, and how much it is."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callcenter.web.server import WebSettings

from .conftest import Site, running
from .fakes import World

PROMTOOL = Path("/usr/bin/promtool")


async def scraped(site: Site, **headers: str) -> str:
    async with site.browser() as browser:
        response = await browser.get("/metrics", headers=headers)
        assert response.status == 200
        return await response.text()


async def test_promtool_accepts_it_without_a_remark(site: Site) -> None:
    histograms = site.world.histograms
    for ms in (-5, 0, 37, 100, 90_000):
        histograms.pop_latency.observe_ms(ms)
        histograms.ami_lag.observe_ms(ms)
        for by_queue in (histograms.waiting, histograms.talking, histograms.handling):
            by_queue.observe_ms("support", ms)
            by_queue.observe_ms('with "quotes"\n', ms)
    async with site.tab("ali") as tab, site.browser("ali") as browser:
        await tab.sub("agent:me")
        await browser.get("/api/v1/calls")
        text = await scraped(site)
    checked = subprocess.run(  # noqa: ASYNC221 - a test may wait for a checker of 50 ms
        [PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=20
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


async def test_the_board_is_read_at_scrape_time(site: Site) -> None:
    assert 'callcenter_queue_waiting{pbx="pbx1",queue="queue3"} 3.0' in await scraped(site)
    site.world.gauges.queues = 2
    text = await scraped(site)
    assert 'queue="queue1"' in text
    assert 'queue="queue3"' not in text
    assert 'callcenter_visits_total{end="abandoned",queue="queue0"} 2.0' in text


async def test_histograms_are_cumulative_and_in_seconds(site: Site) -> None:
    latency = site.world.histograms.pop_latency
    for ms in (4, 25, 26, 99_000):
        latency.observe_ms(ms)
    families = {f.name: f for f in text_string_to_metric_families(await scraped(site))}
    samples = families["callcenter_pop_latency_seconds"].samples
    counts = {s.labels["le"]: s.value for s in samples if s.name.endswith("_bucket")}
    assert (counts["0.005"], counts["0.025"], counts["0.05"], counts["+Inf"]) == (1, 2, 3, 4)
    total = next(s.value for s in samples if s.name.endswith("_sum"))
    assert total == pytest.approx(99.055)


async def test_connections_and_requests_are_counted(site: Site) -> None:
    async with site.tab("ali"), site.browser() as browser:
        await browser.get("/nothing")
        text = await scraped(site)
        assert "callcenter_web_connections 1.0" in text
        assert 'callcenter_http_requests_total{method="GET",status="404"} 1.0' in text


async def test_the_number_of_series_is_bounded_and_what_is_left_out_is_said(site: Site) -> None:
    site.world.gauges.queues = 1500
    for queue in range(500):
        site.world.histograms.waiting.observe_ms(f"queue{queue}", 1000)
    text = await scraped(site)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    plain = [line for line in lines if "_seconds" not in line]
    assert len(plain) <= 1_950
    assert "callcenter_metrics_series_left_out 3000.0" in text
    assert 'queue="other"' in text
    assert "agent" not in "".join(line.split(" ")[0] for line in plain)


async def test_it_is_open_to_this_machine_and_from_elsewhere_with_a_token(world: World) -> None:
    settings = WebSettings(proxies=frozenset({"127.0.0.1"}), metrics_token="scrape-me")
    elsewhere = {"X-Forwarded-For": "10.0.0.7"}
    token = await world.access.create_token("prometheus", "supervisor")
    async with running(world, settings) as site:
        await scraped(site)
        await scraped(site, **elsewhere, Authorization=f"Bearer {token}")
        await scraped(site, **elsewhere, Authorization="Bearer scrape-me")
        async with site.browser() as browser:
            for more in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
                response = await browser.get("/metrics", headers={**elsewhere, **more})
                assert response.status == 401


async def test_a_proxy_on_this_machine_that_nobody_told_us_of_opens_nothing(site: Site) -> None:
    async with site.browser() as browser:
        response = await browser.get("/metrics", headers={"X-Forwarded-For": "10.0.0.7"})
        assert response.status == 401
