"""Which source files have no test file of their own, and why: an open list that may only shrink."""

from __future__ import annotations

# Source files without a test file of their own, by where they are tested instead. Each entry of the
# first kind names files that exist and run its lines; a part that grows gets a file of its own.
TESTED_IN = {
    "tests/ami_bridge/fakepbx/test_centre.py": (
        "ami_bridge/fakepbx: acd, fates, people",
        "callers, agents and their fates, seen as the centre that they make",
    ),
    "tests/ami_bridge/fakepbx/test_stories.py": (
        "ami_bridge/fakepbx: conversation, dialled, events, exchange, ringing, transfers",
        "the events of whole calls, compared with those of a real Asterisk",
    ),
    "tests/ami_bridge/fakepbx/test_calls.py": (
        "ami_bridge/fakepbx: plan, simulation",
        "one call after another under a simulated clock",
    ),
    "tests/ami_bridge/fakepbx/test_server.py": (
        "ami_bridge/fakepbx: actions, clock, lists, model, session",
        "asked over a real connection",
    ),
    "tests/cli/test_check.py": (
        "ami_bridge: inspection; callcenter/cli: diagnosis, diagnosis_queues, event_filters, pbxs",
        "sentences, read as the command prints them",
    ),
    "tests/cli/test_trace.py": (
        "callcenter/cli: recording",
        "recorded from the fake PBX and played again",
    ),
    "tests/cli/test_calls.py": ("callcenter/cli: call_sheet, dates", "an exported file"),
    "tests/cli/test_customers.py": ("callcenter/cli: progress", "an import at work"),
    "tests/cli/test_database.py": ("callcenter/cli: rebuilding", "a database rebuilt"),
    "tests/cli/test_board_view.py": ("callcenter/cli: tables", "lists as they are printed"),
    "tests/cli/test_watch.py": ("callcenter/cli: watching", "a running service watched"),
    "tests/cli/test_wrong_use.py": ("callcenter/cli: __init__, common", "each command called"),
    "tests/test_app.py": (
        "callcenter: books, keeping; callcenter/cli: serve",
        "the process started and stopped",
    ),
    "tests/directory/test_csv.py": (
        "callcenter/directory: csv_columns, csv_export, csv_fields, csv_import, csv_lines, "
        "csv_report",
        "one job, a file in or out",
    ),
    "tests/directory/test_directory.py": (
        "callcenter/directory: letters; callcenter/store: customer_rows, customers",
        "the port Directory on both databases",
    ),
    "tests/domain/test_roster.py": (
        "callcenter/domain: calls",
        "the scene on which every room of the switchboard plays",
    ),
    "tests/domain/test_life_line.py": (
        "callcenter/domain: life_step, life_talks, life_visits",
        "the line that they make",
    ),
    "tests/services/test_access.py": (
        "callcenter/services: passwords, throttle",
        "signing in",
    ),
    "tests/services/test_desks.py": (
        "callcenter/services: cards, desk_state, pushes",
        "what a desk shows",
    ),
    "tests/store/test_call_log.py": (
        "callcenter/store: call_rows, upsert",
        "calls written and read on both databases",
    ),
    "tests/store/test_engine.py": (
        "callcenter/store: errors, quick",
        "a database that is full, locked, gone, or asked quickly",
    ),
    "tests/store/test_schema.py": ("callcenter/store: tables", "the migrations make them"),
    "tests/test_readme.py": (
        "callcenter/services: gauges",
        "every metric of the running service",
    ),
    "tests/browser/test_wall_follows.py": (
        "callcenter/services: live_view",
        "the wall of the whole service; not yet alone",
    ),
    "tests/web/test_api.py": (
        "callcenter/web: bodies, calls_api, codes, commands, customers_api, doors, "
        "guard, kpi_api, operations, server, session_api, shapes",
        "over HTTP, as a program comes",
    ),
    "tests/web/test_pages.py": ("callcenter/web: health", "over HTTP"),
    "tests/web/test_metrics.py": ("callcenter/web: histograms", "as Prometheus reads them"),
    "tests/web/test_hub.py": ("callcenter/web: channel", "over a websocket"),
    "tests/web/test_talk.py": ("callcenter/web: frames, live_api", "over a websocket"),
    "tests/web/test_rights.py": ("callcenter/web: topics", "who may hear what"),
    "tests/web/test_slow_client.py": ("callcenter/web: connection", "readers that are too slow"),
    "tests/kpi/test_definitions.py": (
        "kpi: definition, definitions_agents, definitions_queues",
        "the catalogue as a whole",
    ),
    "tests/kpi/test_levels.py": ("kpi: level_rules", "rules and what they judge"),
    "tests/kpi/test_occupancy.py": ("kpi: utilisation", "the other half of one question"),
    "tests/test_settings.py": (
        "callcenter: settings_check, settings_read, settings_secret, settings_shape",
        "spoken to through load()",
    ),
}
# Files with nothing to run.
SHAPES = (
    "callcenter/cli: __main__, findings",
    "callcenter: settings_desk",
    "callcenter/domain: customer, facts, model, signals",
    "callcenter/services: overseen, ports_books, ports_cel, ports_call_log",
    "callcenter/web: asks",
)


def named(group: str) -> list[str]:
    """``room: a, b; other: c`` as paths."""
    return [
        f"{room.strip()}/{name.strip()}.py"
        for part in group.split(";")
        for room, _, names in [part.partition(":")]
        for name in names.split(",")
    ]


WITHOUT_MIRROR = {
    **{name: why for group, why in TESTED_IN.values() for name in named(group)},
    **{name: "shapes and values only" for group in SHAPES for name in named(group)},
}
# Rooms that hold shapes only and have nothing to run.
WITHOUT_MIRROR_ROOMS = {
    "callcenter/ports/": "Protocols: mypy holds their implementations to them",
    "callcenter/store/migrations/": "run one after the other by the tests of the store",
}
