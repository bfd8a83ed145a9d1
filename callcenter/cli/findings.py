"""What is said of one thing of an Asterisk.

``missing`` makes figures wrong or empty; ``advice`` does not; ``unknown`` could not be read.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Mark = Literal["ok", "missing", "advice", "unknown"]

YES = frozenset({"yes", "true", "y", "t", "1", "on"})
"""What Asterisk takes for yes (``ast_true``)."""


class Finding(Struct, frozen=True, kw_only=True):
    """One sentence about one thing, and the lines to add: where, and which."""

    about: str
    mark: Mark
    says: str
    where: str = ""
    add: tuple[str, ...] = ()
