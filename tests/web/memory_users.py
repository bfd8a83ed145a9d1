"""Users, their sessions and API tokens, kept in memory."""

from __future__ import annotations

import msgspec

from callcenter.ports.errors import StoreRefused, StoreUnavailable
from callcenter.ports.users import ApiToken, Role, Session, User


class MemoryUsers:
    """``callcenter.ports.users.Users`` in memory, with digests left out."""

    def __init__(self) -> None:
        self.rows: dict[int, User] = {}
        self.sessions: dict[str, Session] = {}
        self.kept_tokens: dict[str, ApiToken] = {}
        self.down = False
        self.reads = 0

    def _up(self) -> None:
        self.reads += 1
        if self.down:
            raise StoreUnavailable("The database cannot be read: disk full. Free some space.")

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
        if agent_id and await self.by_agent(agent_id):
            raise StoreRefused(f"The agent {agent_id} is tied to another user.")
        user = User(
            id=len(self.rows) + 1,
            name=name,
            role=role,
            password_hash=password_hash,
            agent_id=agent_id,
            created_at=at,
        )
        self.rows[user.id] = user
        return user

    async def get(self, user_id: int) -> User | None:
        return self.rows.get(user_id)

    async def by_name(self, name: str) -> User | None:
        self._up()
        return next((u for u in self.rows.values() if u.name.lower() == name.lower()), None)

    async def by_agent(self, agent_id: str) -> User | None:
        return next((u for u in self.rows.values() if u.agent_id == agent_id), None)

    async def all(self) -> list[User]:
        return sorted(self.rows.values(), key=lambda user: user.name)

    async def replace(self, user: User) -> None:
        self.rows[user.id] = user

    async def open_session(self, token: str, user_id: int, at: int, expires_at: int) -> None:
        self.sessions[token] = Session(
            user_id=user_id, created_at=at, expires_at=expires_at, seen_at=at
        )

    async def session(self, token: str, now: int) -> tuple[Session, User] | None:
        self._up()
        session = self.sessions.get(token)
        if session is None or session.expires_at <= now:
            return None
        user = self.rows[session.user_id]
        return None if user.disabled else (session, user)

    async def touch_session(self, token: str, at: int, expires_at: int) -> None:
        old = self.sessions[token]
        self.sessions[token] = msgspec.structs.replace(old, seen_at=at, expires_at=expires_at)

    async def close_session(self, token: str) -> None:
        self.sessions.pop(token, None)

    async def close_sessions_of(self, user_id: int) -> int:
        gone = [t for t, s in self.sessions.items() if s.user_id == user_id]
        for token in gone:
            del self.sessions[token]
        return len(gone)

    async def add_token(self, *, name: str, role: Role, token: str, at: int) -> ApiToken:
        if any(kept.name == name for kept in self.kept_tokens.values()):
            raise StoreRefused(f"There is already a token named {name}.")
        made = ApiToken(id=len(self.kept_tokens) + 1, name=name, role=role, created_at=at)
        self.kept_tokens[token] = made
        return made

    async def token(self, token: str, now: int) -> ApiToken | None:
        self._up()
        found = self.kept_tokens.get(token)
        return None if found is None or found.revoked_at is not None else found

    async def tokens(self) -> list[ApiToken]:
        return list(self.kept_tokens.values())

    async def revoke_token(self, name: str, at: int) -> bool:
        for token, kept in self.kept_tokens.items():
            if kept.name == name and kept.revoked_at is None:
                self.kept_tokens[token] = msgspec.structs.replace(kept, revoked_at=at)
                return True
        return False
