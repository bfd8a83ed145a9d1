"""Alembic's entry: runs migrations on the connection that ``store.schema`` hands over."""

from __future__ import annotations

from alembic import context

from callcenter.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot change a table in place; Alembic copies it.
    render_as_batch=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
