"""The schema's version: brought up by Alembic, checked at every start.

A program never runs on a schema it does not know: an older one asks for ``callcenter db upgrade``,
a newer one for the newer program. There is no way down but a backup.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from callcenter.ports.errors import StoreRefused

from .engine import Database

_FOLDER = Path(__file__).parent / "migrations"


async def upgrade(url: str) -> tuple[str | None, str]:
    """Brings the database to this program's schema, in one transaction.

    Returns the version before (None: there was nothing) and now. An embedded database's folder is
    made, as ``data/`` of the default is on the first start; a whole path that does not exist is
    rather a slip of the pen. Raises ``StoreRefused`` when the database is newer than the program,
    ``StoreUnavailable`` when it cannot be written.
    """
    database = Database(url)
    try:
        if database.file is not None:
            with contextlib.suppress(OSError):  # opening the file says what is wrong
                database.file.parent.mkdir(mode=0o700, exist_ok=True)
        async with database.write() as connection:
            return await connection.run_sync(_upgrade, database.where)
    finally:
        await database.close()


async def open_database(url: str) -> Database:
    """The database, checked to have exactly this program's schema.

    Raises ``StoreRefused`` when it is older or newer, ``StoreUnavailable`` when not reachable.
    """
    database = Database(url)
    try:
        if database.file is not None and not database.file.exists():
            raise StoreRefused(
                f"There is no database at {database.where}; make it with «callcenter db upgrade»."
            )
        async with database.read() as connection:
            found = await connection.run_sync(_current)
        newest = head()
        if found != newest:
            _refuse_newer(found, database.where)
            raise StoreRefused(
                f"The database {database.where} has schema {found or 'none'}, this program needs "
                f"{newest}; run «callcenter db upgrade» (it is wise to back up first)."
            )
    except BaseException:
        await database.close()
        raise
    return database


def head() -> str:
    """The schema version of this program."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None, "the package has no migrations"
    return newest


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, where: str) -> tuple[str | None, str]:
    before = _current(connection)
    _refuse_newer(before, where)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, head()


def _refuse_newer(found: str | None, where: str) -> None:
    script = ScriptDirectory.from_config(_config())
    known = {revision.revision for revision in script.walk_revisions()}
    if found is not None and found not in known:
        raise StoreRefused(
            f"The database {where} was made by a newer version of this program (its schema is "
            f"{found}, we know up to {head()}); install that version, or restore a backup."
        )
