"""INSERT ... ON CONFLICT, which both databases have and SQLAlchemy spells twice."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Cast, Insert, LargeBinary, Table, Text, bindparam, cast
from sqlalchemy.dialects import postgresql, sqlite


@lru_cache(maxsize=64)
def upsert(table: Table, is_sqlite: bool) -> Insert:
    """A row over the one with its primary key: every other column is replaced."""
    keys = [column.name for column in table.primary_key.columns]
    rest = [column.name for column in table.columns if column.name not in keys]
    if is_sqlite:
        into = sqlite.insert(table)
        return into.on_conflict_do_update(
            index_elements=keys, set_={name: into.excluded[name] for name in rest}
        )
    into_pg = postgresql.insert(table)
    return into_pg.on_conflict_do_update(
        index_elements=keys, set_={name: into_pg.excluded[name] for name in rest}
    )


@lru_cache(maxsize=64)
def insert_new(table: Table, is_sqlite: bool) -> Insert:
    """A row unless there is one with its primary key."""
    if is_sqlite:
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def as_text(name: str) -> Cast[str]:
    """The value of this name, given as the bytes of a text, as SQLite takes it."""
    return cast(bindparam(name, type_=LargeBinary), Text)
