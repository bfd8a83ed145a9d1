"""What a port may raise besides the faults of its caller."""

from __future__ import annotations


class StoreUnavailable(Exception):
    """The store cannot read or write now: disk full, locked, read-only, server gone.

    ``sentence`` says what is wrong, where, and what to do; it is fit for a person. What was being
    written is not stored, and the same call may be made again.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class StoreRefused(Exception):
    """What was asked cannot be stored as it is (a code that another customer has, a newer schema).

    ``sentence`` says why; trying again without a change is of no use.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
