"""``callcenter serve`` and ``callcenter demo``: the service until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click
from msgspec.structs import replace

from callcenter import collector, logs
from callcenter import settings as configuration
from callcenter.app import Service, StartError
from callcenter.cli.common import Failed, config_option, run, sentences, settings_of
from callcenter.demo import Demo
from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.settings import Settings
from screenpop_ui.assets import AssetsMissing


@click.command()
@config_option
@sentences
def serve(config: Path | None) -> None:
    """Run the service. Without a configured PBX it is the demo."""
    settings = settings_of(config)
    _set_up_logs(settings)
    for warning in configuration.warnings(settings, config):
        click.echo(f"Warning: {warning}", err=True)
    run(_serve(settings))


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (8080).")
@click.option("--calls", type=click.FloatRange(1, 600), default=12.0, help="Calls a minute.")
@sentences
def demo(port: int | None, calls: float) -> None:
    """Run against the built-in fake PBX, whatever is configured."""
    settings = replace(settings_of(None), pbx=())
    if port is not None:
        settings = replace(settings, http=replace(settings.http, port=port))
    _set_up_logs(settings)
    run(_serve(settings, calls))


async def _serve(settings: Settings, calls_per_minute: float = 12.0) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    play = Demo(settings, calls_per_minute) if settings.demo else None
    if play is not None:
        settings = await play.start()
    service = Service(settings, fake=play is not None)
    try:
        await service.start()
        collector.calm()
        loop.call_later(collector.SETTLED_S, collector.keep)
        click.echo(f"callcenter is running on http://{settings.http.host}:{settings.http.port}/")
        if play is not None:
            click.echo(play.welcome())
        await stop.wait()
    except (StartError, AssetsMissing) as error:
        raise Failed(str(error)) from error
    except (StoreRefused, StoreUnavailable) as error:
        raise Failed(error.sentence) from error
    finally:
        await service.stop()
        if play is not None:
            await play.stop()


def _set_up_logs(settings: Settings) -> None:
    secrets = [
        holder.secret.reveal()
        for pbx in settings.pbx
        for holder in (pbx, pbx.actions)
        if holder is not None and holder.secret is not None
    ]
    logs.set_up(
        format=settings.log.format,
        level=settings.log.level,
        mask_numbers=settings.log.mask_numbers,
        secrets=secrets,
    )
