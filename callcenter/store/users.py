"""Users, sessions and API tokens in the database. Secrets of sessions and tokens are digests."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.ports.users import ApiToken, Role, Session, User

from .engine import OnDatabase, unbroken
from .tables import api_tokens, sessions, users

USED_AGAIN_MS = 60_000
"""A token's last use is noted once a minute: not a write for each request of a program."""

_U = users.c
_USER = (
    *(_U.id, _U.name, _U.role, _U.password_hash, _U.agent_id),
    *(_U.lang, _U.theme, _U.disabled, _U.created_at),
)
_T = api_tokens.c
_TOKEN = (_T.id, _T.name, _T.role, _T.created_at, _T.used_at, _T.revoked_at)


def digest(token: str) -> str:
    """What is stored of a token. It is random and long, so it needs no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class SqlUsers(OnDatabase):
    """The port ``Users`` over a ``Database``."""

    @unbroken
    async def add(
        self,
        *,
        name: str,
        role: Role,
        password_hash: str,
        at: int,
        agent_id: str | None = None,
        lang: str = "",
        theme: str = "",
    ) -> User:
        """Stores a new user. Raises ``StoreRefused`` when the name or the agent is taken."""
        user = User(
            id=0,
            name=name,
            role=role,
            password_hash=password_hash,
            agent_id=agent_id,
            lang=lang,
            theme=theme,
            created_at=at,
        )
        try:
            async with self._database.write() as connection:
                statement = users.insert().values(_user_row(user)).returning(*_USER)
                return _user((await connection.execute(statement)).one())
        except IntegrityError as error:
            raise await self._taken(user) from error

    async def get(self, user_id: int) -> User | None:
        """The user with this id."""
        return await self._one(_U.id == user_id)

    async def by_name(self, name: str) -> User | None:
        """The user with this name, whatever its capitals."""
        return await self._one(_U.name_folded == _folded(name))

    async def by_agent(self, agent_id: str) -> User | None:
        """The user tied to this agent."""
        return await self._one(_U.agent_id == agent_id)

    async def all(self) -> list[User]:
        """Every user, by name."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(*_USER).order_by(_U.name_folded))
            return [_user(row) for row in rows]

    @unbroken
    async def replace(self, user: User) -> None:
        """Stores ``user`` over the one with its id; a disabled one loses his sessions."""
        try:
            async with self._database.write() as connection:
                statement = update(users).where(_U.id == user.id).values(_user_row(user))
                if (await connection.execute(statement.returning(_U.id))).first() is None:
                    raise StoreRefused(f"There is no user with the id {user.id}.")
                if user.disabled:
                    await connection.execute(delete(sessions).where(sessions.c.user_id == user.id))
        except IntegrityError as error:
            raise await self._taken(user) from error

    @unbroken
    async def open_session(self, token: str, user_id: int, at: int, expires_at: int) -> None:
        """Stores a session under the digest of ``token``."""
        row = {"token_hash": digest(token), "user_id": user_id, "seen_at": at}
        async with self._database.write() as connection:
            await connection.execute(
                sessions.insert().values({**row, "created_at": at, "expires_at": expires_at})
            )

    async def session(self, token: str, now: int) -> tuple[Session, User] | None:
        """The session of this token and its user, unless expired or the user is disabled."""
        kept = sessions.c
        query = (
            select(kept.user_id, kept.created_at, kept.expires_at, kept.seen_at, *_USER)
            .join(users, _U.id == kept.user_id)
            .where(kept.token_hash == digest(token), kept.expires_at > now, _U.disabled.is_(False))
        )
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        session = Session(user_id=row[0], created_at=row[1], expires_at=row[2], seen_at=row[3])
        return session, _user(row[4:])

    @unbroken
    async def touch_session(self, token: str, at: int, expires_at: int) -> None:
        """Notes that the session is in use and moves its end."""
        statement = update(sessions).where(sessions.c.token_hash == digest(token))
        async with self._database.write() as connection:
            await connection.execute(statement.values(seen_at=at, expires_at=expires_at))

    @unbroken
    async def close_session(self, token: str) -> None:
        """Ends the session of this token, if there is one."""
        async with self._database.write() as connection:
            await connection.execute(delete(sessions).where(sessions.c.token_hash == digest(token)))

    @unbroken
    async def close_sessions_of(self, user_id: int) -> int:
        """Ends all sessions of a user; returns how many."""
        statement = delete(sessions).where(sessions.c.user_id == user_id)
        async with self._database.write() as connection:
            gone = await connection.execute(statement.returning(sessions.c.user_id))
            return len(gone.all())

    @unbroken
    async def add_token(self, *, name: str, role: Role, token: str, at: int) -> ApiToken:
        """Stores an API token by its digest. Raises ``StoreRefused`` when the name is taken."""
        row = {"name": name, "role": role, "token_hash": digest(token), "created_at": at}
        try:
            async with self._database.write() as connection:
                statement = api_tokens.insert().values(row).returning(*_TOKEN)
                return _token((await connection.execute(statement)).one())
        except IntegrityError as error:
            raise StoreRefused(
                f"There is a token «{name}» in force; revoke it first, or take another name."
            ) from error

    @unbroken
    async def token(self, token: str, now: int) -> ApiToken | None:
        """The API token, unless revoked; its last use is noted to the minute."""
        query = select(*_TOKEN).where(_T.token_hash == digest(token), _T.revoked_at.is_(None))
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        found = _token(row)
        if found.used_at is None or now - found.used_at >= USED_AGAIN_MS:
            # A disk that is full must not shut out whoever would see the alarm.
            with suppress(StoreUnavailable):
                async with self._database.write() as connection:
                    statement = update(api_tokens).where(_T.id == found.id).values(used_at=now)
                    await connection.execute(statement)
        return found

    async def tokens(self) -> list[ApiToken]:
        """Every API token, by name, the revoked too."""
        async with self._database.read() as connection:
            rows = await connection.execute(select(*_TOKEN).order_by(func.lower(_T.name), _T.id))
            return [_token(row) for row in rows]

    @unbroken
    async def revoke_token(self, name: str, at: int) -> bool:
        """Takes the token away; False when there is none in force with this name."""
        statement = update(api_tokens).where(_T.name == name, _T.revoked_at.is_(None))
        async with self._database.write() as connection:
            changed = await connection.execute(statement.values(revoked_at=at).returning(_T.id))
            return changed.first() is not None

    async def _one(self, which: ColumnElement[bool]) -> User | None:
        async with self._database.read() as connection:
            row = (await connection.execute(select(*_USER).where(which))).first()
        return None if row is None else _user(row)

    async def _taken(self, user: User) -> StoreRefused:
        other = None if user.agent_id is None else await self.by_agent(user.agent_id)
        if other is not None and other.id != user.id:
            return StoreRefused(
                f"The agent {user.agent_id} is tied to the user «{other.name}» already."
            )
        return StoreRefused(f"There is a user «{user.name}» already.")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _user_row(user: User) -> dict[str, object]:
    row = {key: value for key, value in asdict(user).items() if key != "id"}
    return {**row, "name_folded": _folded(user.name)}


def _user(row: Sequence[Any]) -> User:
    return User(
        id=row[0],
        name=row[1],
        role=row[2],
        password_hash=row[3],
        agent_id=row[4],
        lang=row[5],
        theme=row[6],
        disabled=row[7],
        created_at=row[8],
    )


def _token(row: Sequence[Any]) -> ApiToken:
    return ApiToken(
        id=row[0],
        name=row[1],
        role=row[2],
        created_at=row[3],
        used_at=row[4],
        revoked_at=row[5],
    )
