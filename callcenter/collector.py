"""How Python's garbage collector runs in the service.

Nearly everything here dies by itself when the last name of it goes. The collector only looks for
rings, and with Python's own settings it looks each 700 objects, and through everything the
service keeps again and again: a tenth of the time, in pauses that grow with the number of calls
and agents. So what is there once the service has started is left alone, and what comes is looked
through in larger steps; that makes a pause of a few milliseconds some times a minute.
"""

from __future__ import annotations

import gc

YOUNG = 20_000
"""Objects made beyond those that went, after which the newest are looked through (some 2 ms)."""
MIDDLE, OLD = 10, 20


def calm() -> None:
    """To be called once, when everything that stays has been made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
