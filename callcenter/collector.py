"""How Python's garbage collector runs in the service.

Nearly everything here dies by itself when the last name of it goes, and most of what is kept are
values that the collector need not look at (``gc=False``). It only looks for rings, and with
Python's own settings it does so each 700 objects, and through everything the service keeps again
and again: a tenth of the time, in pauses that grow with the number of calls and agents, 0.3 s with
ten thousand. So what is there once the service has started is left alone (``calm``), and what its
first minute brought (the rosters) as well (``keep``).
"""

from __future__ import annotations

import gc

YOUNG, MIDDLE, OLD = 2_500, 4, 500
"""Objects beyond those that went, after which the newest are looked through (half a ms); so many
times that, and what survived of them is as well; so many times that, and everything is."""
SETTLED_S = 60.0
"""So long after the start the rosters are in."""


def calm() -> None:
    """To be called once, when everything that stays has been made."""
    gc.collect()
    keep()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def keep() -> None:
    """What there is now is not looked at again; no pause."""
    gc.freeze()
