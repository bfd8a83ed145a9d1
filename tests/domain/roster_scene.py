"""What the tests of the roster begin with: two agents, a caller, one of them rung."""

from __future__ import annotations

from callcenter.domain.signals import Signal
from tests.playbook import Playbook, enters, line_in, member, phone

MEMBERS = [member("1001", row=True), member("1002", row=True)]


def rung() -> Playbook:
    """1001 has been rung for a caller for 5 s; what that led to is not looked at."""
    book = Playbook().with_members("support", "1001", "1002").waiting().ringing()
    book.told()
    return book.wait(5)


def the_call(*more: Signal) -> list[Signal]:
    """Rows of the roster while 1001 talks with the caller."""
    return [
        *MEMBERS,
        line_in("c", row=True),
        phone("a", "1001", "c", 6, row=True),
        enters("a", "b-a", row=True),
        enters("c", "b-a", row=True),
        *more,
    ]
