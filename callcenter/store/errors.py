"""Errors of two databases and of the file system, told as one: ``StoreUnavailable``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from callcenter.ports.errors import StoreUnavailable

# What the drivers write, and what a person should read. SQLite gives no codes through every
# layer, PostgreSQL gives five-letter ones; the words are stable in both.
_CAUSES = (
    ("database or disk is full", "the disk is full; make room, nothing else is needed"),
    ("no space left", "the disk is full; make room, nothing else is needed"),
    ("disk full", "the disk is full; make room, nothing else is needed"),
    ("disk i/o error", "the disk does not read or write; look at the system's log"),
    (
        "database is locked",
        "another program holds it locked; end that program, or wait until it is done",
    ),
    (
        "readonly database",
        "it is read-only for this user; give the service's user the right to write the file "
        "and its folder, and see whether its disk is mounted read-only",
    ),
    ("read-only", "it is read-only; point the service to one that takes writes"),
    (
        "unable to open database file",
        "the file cannot be opened; see that its folder exists and belongs to the service's user",
    ),
    ("malformed", "the file is damaged; restore the last backup"),
    ("not a database", "the file is no SQLite database; check [database] url"),
    ("password authentication failed", "it refused the password; check [database] url"),
    ("does not exist", "it does not exist there; create it, or check [database] url"),
    ("connection refused", "nothing answers there; start the server, or check [database] url"),
    ("connect call failed", "nothing answers there; start the server, or check [database] url"),
    ("too many clients", "the server has no connection left; raise its max_connections"),
    ("connection is closed", "the connection was cut; it is made anew with the next try"),
    ("connection was closed", "the connection was cut; it is made anew with the next try"),
    ("connection_lost", "the connection was cut; it is made anew with the next try"),
    ("no answer within", "it does not answer; look after the server and the network to it"),
    ("timeouterror", "it does not answer; look after the server and the network to it"),
    (
        "terminating connection",
        "the server ended the connection; it is made anew with the next try",
    ),
    ("shutting down", "the server is shutting down"),
    ("starting up", "the server is starting up; wait a moment"),
    ("queuepool limit", "all connections are in use; something holds them too long"),
)

_WORLD = frozenset(("08", "25", "40", "53", "55", "57", "58", "XX"))
"""Classes of PostgreSQL's codes (its appendix A): connection, state of the transaction (read-only),
rolled back, resources, not in the right state, an operator intervened, the system, corruption."""


def sentence_for(where: str, error: BaseException) -> str:
    """What is wrong with the database at ``where``, and what to do, for a person."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    lowered = said.lower()
    for words, meaning in _CAUSES:
        if words in lowered:
            return f"The database {where} is not available: {meaning} ({_first_line(said)})."
    return f"The database {where} is not available: {_first_line(said)}."


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turns what the drivers raise inside into ``StoreUnavailable``.

    A broken rule of the schema (``IntegrityError``) passes: it is the caller's to explain.
    A statement that is wrong by itself passes too: that is a fault of ours, not of the world.
    """
    try:
        yield
    except IntegrityError:
        raise
    except (OperationalError, OSError, EOFError) as error:
        raise StoreUnavailable(sentence_for(where, error)) from error
    except DBAPIError as error:
        if error.connection_invalidated or _of_the_world(error):
            raise StoreUnavailable(sentence_for(where, error)) from error
        raise
    except Exception as error:
        # The driver itself as well, where it is asked past SQLAlchemy.
        of_the_driver = type(error).__module__.startswith("asyncpg.")
        if (of_the_driver or isinstance(error, SQLAlchemyError)) and _of_the_world(error):
            raise StoreUnavailable(sentence_for(where, error)) from error
        raise


def _of_the_world(error: BaseException) -> bool:
    cause = getattr(error, "orig", None) or error
    said = str(cause).lower()
    state = getattr(cause, "sqlstate", None) or ""
    return state[:2] in _WORLD or any(words in said for words, _ in _CAUSES)


def _first_line(said: str) -> str:
    return said.splitlines()[0].rstrip(".")
