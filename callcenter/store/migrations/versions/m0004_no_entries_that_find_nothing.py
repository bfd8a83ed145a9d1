"""Calls stand in an index only by what they are found by: a customer if they have one, and the
number as it was told where it is not the E.164.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the schema here."""
    for name, column, where in (
        ("calls_of_customer", "customer_id", sa.text("customer_id IS NOT NULL")),
        ("calls_of_number", "number", sa.text("number <> e164")),
    ):
        op.drop_index(name, table_name="calls")
        op.create_index(
            name, "calls", [column, "started_at"], sqlite_where=where, postgresql_where=where
        )
