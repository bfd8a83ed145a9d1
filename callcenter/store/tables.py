"""The tables, as both databases have them.

Instants are epoch milliseconds UTC. A call, a fact, a customer's fields and an interval's counters
are kept whole as JSON; beside the JSON stand only the columns that something is found by. Columns
that are searched by their beginning sort by bytes (collation C), whatever the server's language.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

# SQLite numbers rows by itself only in a column that is exactly INTEGER PRIMARY KEY.
Id = BigInteger().with_variant(Integer(), "sqlite")
Sorted = Text().with_variant(Text(collation="C"), "postgresql")


def _index_where(condition: str, name: str, *columns: Column[Any], unique: bool = False) -> None:
    """An index that has only the rows for which ``condition`` holds."""
    rows = text(condition)
    Index(name, *columns, unique=unique, sqlite_where=rows, postgresql_where=rows)


journal = Table(
    "journal",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("pbx", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("call", Text),
    Column("version", Integer, nullable=False),
    Column("fact", Text, nullable=False),
)
Index("journal_of_call", journal.c.call, journal.c.seq)
_index_where(
    "kind IN ('LinkLost', 'LinkRestored')", "journal_of_links", journal.c.pbx, journal.c.seq
)

calls = Table(
    "calls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pbx", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("customer_id", BigInteger),
    Column("number", Text, nullable=False),
    Column("e164", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("record", Text, nullable=False),
)
Index("calls_newest", calls.c.started_at, calls.c.id)
_index_where(
    "customer_id IS NOT NULL", "calls_of_customer", calls.c.customer_id, calls.c.started_at
)
Index("calls_of_e164", calls.c.e164, calls.c.started_at)
# Most numbers are found by their E.164 already, and an entry costs an import much: numbers come in
# no order, so each falls on another page.
_index_where("number <> e164", "calls_of_number", calls.c.number, calls.c.started_at)
Index("calls_by_outcome", calls.c.outcome, calls.c.started_at)
_index_where("ended_at IS NULL", "calls_open", calls.c.started_at)

call_queues = Table(
    "call_queues",
    metadata,
    Column("queue", Text, primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("call_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("call_queues_of_call", call_queues.c.call_id)

call_agents = Table(
    "call_agents",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("started_at", BigInteger, primary_key=True),
    Column("call_id", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("call_agents_of_call", call_agents.c.call_id)

spans = Table(
    "agent_spans",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("start_ms", BigInteger, primary_key=True),
    Column("end_ms", BigInteger),
    Column("span", Text, nullable=False),
)
Index("agent_spans_by_end", spans.c.end_ms)

cells = Table(
    "kpi_cells",
    metadata,
    Column("interval_ms", BigInteger, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("counters", Text, nullable=False),
    sqlite_with_rowid=False,
)

places = Table(
    "places",
    metadata,
    Column("reader", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

revisions = Table(
    "revisions",
    metadata,
    Column("what", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("tier", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("alert", Text),
    Column("notes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    # Calls name customers by id: an id once given is never given again.
    sqlite_autoincrement=True,
)
_index_where("code <> ''", "customers_code", customers.c.code, unique=True)

customer_numbers = Table(
    "customer_numbers",
    metadata,
    Column(
        "customer_id",
        Id,
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("raw", Text, nullable=False),
    Column("e164", Sorted, nullable=False),
    Column("label", Text, nullable=False),
    Column("national", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("digits", Sorted, nullable=False),
    # The digits from the last to the first: an end of any length is a beginning here.
    Column("reversed", Sorted, nullable=False),
    sqlite_with_rowid=False,
)
Index("customer_numbers_e164", customer_numbers.c.e164)
Index("customer_numbers_digits", customer_numbers.c.digits)
Index("customer_numbers_reversed", customer_numbers.c.reversed)

customer_words = Table(
    "customer_words",
    metadata,
    Column("word", Sorted, primary_key=True),
    Column(
        "customer_id",
        Id,
        ForeignKey("customers.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    sqlite_with_rowid=False,
)
Index("customer_words_of_customer", customer_words.c.customer_id)

field_kinds = Table(
    "field_kinds",
    metadata,
    Column("key", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("position", Integer, nullable=False),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("customer_id", BigInteger),
    Column("call_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("for_agent", Text),
    Column("for_queue", Text),
    Column("by", Text, nullable=False),
    Column("done_at", BigInteger),
)
_index_where(
    "done_at IS NULL", "follow_ups_of_customer", follow_ups.c.customer_id, follow_ups.c.due_at
)
_index_where("done_at IS NULL", "follow_ups_of_agent", follow_ups.c.for_agent, follow_ups.c.due_at)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("agent_id", Text, unique=True),
    Column("lang", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("seen_at", BigInteger, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("revoked_at", BigInteger),
)
_index_where("revoked_at IS NULL", "api_tokens_in_force", api_tokens.c.name, unique=True)

ledger_days = Table(
    "ledger_days",
    metadata,
    Column("pbx", Text, primary_key=True),
    # The site's day, 2026-11-22.
    Column("day", Text, primary_key=True),
    Column("equal", Integer, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("unexplained", Integer, nullable=False),
    # How many of the equal ones each known lie explains: {name: calls}.
    Column("known", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ledger_calls = Table(
    "ledger_calls",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("call_id", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    Column("ours", Text, nullable=False),
    Column("logged", Text, nullable=False),
    sqlite_with_rowid=False,
)

ledger_jobs = Table(
    "ledger_jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("pbx", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("from_ms", BigInteger),
    Column("to_ms", BigInteger),
    Column("dry_run", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("said", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
)

heard = Table(
    "heard",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("until_ms", BigInteger, nullable=False),
)

log_places = Table(
    "log_places",
    metadata,
    Column("pbx", Text, primary_key=True),
    Column("inode", BigInteger, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("mark", Text, nullable=False),
)
