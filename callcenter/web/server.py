"""The web server: everything on one port, put together from what the house hands in."""

from __future__ import annotations

from aiohttp import web
from msgspec import Struct

from ..ports.clock import Clock
from ..ports.directory import Directory
from ..services.access import Access, SignedIn
from ..supervise import Tasks
from .agents_api import AgentsApi
from .asks import (
    Assets,
    Calls,
    Desk,
    Figures,
    Gauges,
    LiveView,
    Oversight,
    Readiness,
    Shifts,
    Site,
)
from .bodies import MAX_BODY, answer
from .calls_api import CallsApi
from .commands import Commands
from .customers_api import CustomersApi
from .doors import Doors
from .guard import Guard, secure
from .health import Health
from .histograms import Histograms
from .hub import Hub
from .kpi_api import KpiApi
from .live_api import LiveApi
from .metrics import BoardCollector, MetricsRoom
from .openapi import describe
from .operations import Operation, route_of
from .oversight_api import OversightApi
from .pages import Pages
from .rights import RightsWatch
from .session_api import SessionApi

HUB = web.AppKey("hub", Hub)
OPERATIONS = web.AppKey("operations", list[Operation])


class WebSettings(Struct, frozen=True, kw_only=True):
    """What an operator may set of this room.

    ``origins``: further addresses (``https://cc.example``) under which browsers see us;
    ``proxies``: addresses of our own reverse proxies, whose ``X-Forwarded-*`` is believed;
    ``metrics_token``: what a Prometheus elsewhere must send; ``metrics_open``: nothing, anybody
    may read the metrics.
    """

    origins: frozenset[str] = frozenset()
    proxies: frozenset[str] = frozenset()
    metrics_token: str = ""
    metrics_open: bool = False


class House(Struct, frozen=True, kw_only=True):
    """What the web room needs of the other rooms; ``epoch`` is new at each start."""

    view: LiveView
    desk: Desk
    calls: Calls
    oversight: Oversight
    shifts: Shifts
    figures: Figures
    directory: Directory
    access: Access
    readiness: Readiness
    gauges: Gauges
    histograms: Histograms
    assets: Assets
    clock: Clock
    tasks: Tasks
    site: Site
    epoch: str


def make_app(house: House, settings: WebSettings | None = None) -> web.Application:
    """The application, to be run by an ``AppRunner``. Must be called in the running loop."""
    settings = settings or WebSettings()
    doors = Doors(house.access, settings.origins, settings.proxies)
    hub = Hub(house.view, house.clock, house.tasks, house.epoch)
    rights = RightsWatch(hub, house.access.who, house.tasks)
    house.access.subscribe(rights.user_changed)
    collector = BoardCollector(house.gauges, house.histograms, hub)
    operations = _operations(house, settings, doors, hub, collector)

    app = web.Application(middlewares=[Guard(collector).middleware()], client_max_size=MAX_BODY)
    app[HUB] = hub
    app[OPERATIONS] = operations
    app.on_response_prepare.append(secure)
    app.add_routes([route_of(operation, doors) for operation in operations])
    app.add_routes(Pages(house.assets, doors, house.site).routes())

    async def open_hub(_: web.Application) -> None:
        hub.start()
        rights.start()

    async def close_hub(_: web.Application) -> None:
        await hub.stop()

    app.on_startup.append(open_hub)
    app.on_shutdown.append(close_hub)
    return app


def _operations(
    house: House, settings: WebSettings, doors: Doors, hub: Hub, collector: BoardCollector
) -> list[Operation]:
    commands = Commands(house.desk, house.tasks)
    live = LiveApi(hub, house.view, house.desk, doors, house.clock, house.tasks, house.site)
    operations = [
        *SessionApi(house.access, doors).operations(),
        *CallsApi(house.calls, house.oversight, commands).operations(),
        *OversightApi(house.oversight, house.clock, house.site).operations(),
        *live.operations(),
        *KpiApi(house.figures, house.clock).operations(),
        *CustomersApi(house.directory, house.clock).operations(),
        *AgentsApi(house.shifts, commands, house.clock).operations(),
        *Health(house.readiness).operations(),
        *MetricsRoom(collector, doors, settings.metrics_token, settings.metrics_open).operations(),
    ]

    async def document(_: web.Request, __: SignedIn) -> web.StreamResponse:
        return answer(describe(operations, house.site.version))

    operations.append(
        Operation(
            method="GET",
            path="/api/v1/openapi.json",
            summary="This description.",
            handler=document,
        )
    )
    return operations
