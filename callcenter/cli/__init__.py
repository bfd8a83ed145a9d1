"""The commands of ``callcenter``: one file a subject, put together here.

Exit codes: 0 done, 1 failed, 2 wrong use. What a person caused comes as one sentence on standard
error, never as a traceback.
"""

from __future__ import annotations

import click

from callcenter import __version__
from callcenter.cli import (
    calls,
    check,
    customers,
    database,
    people,
    reconcile,
    serve,
    settings,
    trace,
    watch,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="callcenter")
def main() -> None:
    """Contact-centre service for Asterisk: screen-pops, call log, live figures."""


for command in (
    serve.serve,
    serve.demo,
    check.check,
    watch.watch,
    people.user,
    people.token,
    customers.customers,
    calls.calls,
    database.db,
    reconcile.reconcile,
    trace.trace,
    settings.config,
):
    main.add_command(command)
