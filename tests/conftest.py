"""Which tests run on one worker, one after the other, when several workers share them.

What needs a real part of its own (an Asterisk, a service with its browser, a database server) stays
together, so that the part is started once; other files stay whole for their module's fixtures. The
longest come first: the lab mostly waits for calls to take their time, and the rest fills it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent
REAL_TIME = ("lab", "browser")
TOGETHER = (*REAL_TIME, "store")
"""Folders of one worker each, longest first."""
APART = frozenset(("test_pages_for_everybody.py", "test_live_pages.py"))
"""Files of long tests that know nothing of each other: each test where there is room."""
REPLAYS = frozenset(
    ("test_clock_jumps.py", "test_following.py", "test_partial.py", "test_player.py")
)
"""Files that play every story again in ever other ways. With each line traced they take four times
as long, and what covers the lines are the tests that say what each is for."""

# How long an example takes says how busy the machine is, and nothing of the program.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


class ByGroup(LoadScopeScheduling):
    """Gives a worker whole groups, in the order of the collection.

    The groups that xdist itself knows (``xdist_group``) are worth nothing with pytest 9.2: xdist
    3.8 writes them into a private field that pytest has no more, and every test goes anywhere.
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        # The longest group comes first, and that is not the one with the most tests.
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByGroup | None:
    """Several workers share the tests by our groups."""
    return ByGroup(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the longest first."""
    items.sort(key=lambda item: _place(item.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[object]:
    """Traces no lines where that would say nothing."""
    if item.path.name not in REPLAYS and _room(item.path) not in REAL_TIME:
        return (yield)
    # Not by pausing the coverage: in a worker there is a second one, which would go on then.
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


def group_of(nodeid: str) -> str:
    """What runs on one worker with this test: the name of a room, of a file, or the test alone."""
    path = Path(nodeid.partition("::")[0])
    room = path.relative_to(TESTS.name).parts[0]
    if room in REAL_TIME or path.name == "test_live_asterisk.py":
        # Each has an Asterisk and clocks of its own: side by side they measure the machine.
        return REAL_TIME[0]
    if room in TOGETHER:
        return room
    return nodeid if path.name in APART else str(path)


def _place(path: Path) -> int:
    room = _room(path)
    if room in TOGETHER[:2]:
        return TOGETHER.index(room)
    return 2 if room == "screenpop_ui" else 3


def _room(path: Path) -> str:
    return path.relative_to(TESTS).parts[0]
