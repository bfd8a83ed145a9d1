"""A secret that does not show itself.

Passwords of the AMI accounts travel through the program as ``Secret``: printing, logging or
formatting one gives stars. Only ``reveal()`` gives the text, and it is called in one place each:
where the text goes to the other side.
"""

from __future__ import annotations

import hmac

STARS = "********"


class Secret:
    """Text that is shown as stars."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, to be handed to the other side and to nobody else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode(), other._text.encode()
        )

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __str__(self) -> str:
        return STARS

    def __repr__(self) -> str:
        return f"Secret({STARS!r})"

    def __format__(self, spec: str) -> str:
        return format(STARS, spec)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("A secret is not pickled or copied to another process.")
