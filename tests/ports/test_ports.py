"""The store and the directory keep the ports' promises, as the type checker sees them too."""

from __future__ import annotations

from callcenter.directory.directory import EmbeddedDirectory
from callcenter.ports.customers import Customers
from callcenter.ports.directory import Directory
from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.ports.follow_ups import FollowUps
from callcenter.ports.journal import Journal
from callcenter.ports.users import Users
from callcenter.services.ports_call_log import CallLog
from callcenter.store.call_log import SqlCallLog
from callcenter.store.customers import SqlCustomers
from callcenter.store.follow_ups import SqlFollowUps
from callcenter.store.journal import SqlJournal
from callcenter.store.users import SqlUsers

PAIRS = (
    (Journal, SqlJournal),
    (CallLog, SqlCallLog),
    (Customers, SqlCustomers),
    (FollowUps, SqlFollowUps),
    (Users, SqlUsers),
    (Directory, EmbeddedDirectory),
)


def test_every_method_of_a_port_is_there_under_its_name() -> None:
    for port, made in PAIRS:
        asked = {name for name in vars(port) if not name.startswith("_")}
        assert asked
        assert asked <= set(dir(made)), port


def test_errors_carry_a_sentence_for_people() -> None:
    for kind in (StoreUnavailable, StoreRefused):
        assert kind("The disk is full.").sentence == str(kind("The disk is full."))
