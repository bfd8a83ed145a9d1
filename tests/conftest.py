"""Which tests run on one worker, one after the other, when several workers share them.

What needs a real part of its own (an Asterisk, a service with its browser, a database server) stays
together, so that the part is started once; other files stay whole for their module's fixtures. The
longest come first: the lab mostly waits for calls to take their time, and the rest fills it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

TESTS = Path(__file__).parent
TOGETHER = ("lab", "browser", "store")
"""Folders of one worker each, longest first."""
APART = frozenset(("test_pages_for_everybody.py", "test_live_pages.py"))
"""Files of long tests that know nothing of each other: each test where there is room."""

# How long an example takes says how busy the machine is, and nothing of the program.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Names the groups, and puts the longest first."""
    for item in items:
        group = _group(item.path)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: _place(item.path))


def _group(path: Path) -> str:
    room = path.relative_to(TESTS).parts[0]
    if room in TOGETHER:
        return room
    return "" if path.name in APART else str(path.relative_to(TESTS))


def _place(path: Path) -> int:
    room = path.relative_to(TESTS).parts[0]
    if room in TOGETHER[:2]:
        return TOGETHER.index(room)
    return 2 if room == "screenpop_ui" else 3
