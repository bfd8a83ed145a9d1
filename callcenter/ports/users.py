"""Users, their sessions, and the tokens of programs.

Secrets come in as they are and are stored as digests; a password arrives here hashed already,
because how passwords are hashed is for ``services.access``. Instants are epoch ms UTC.
"""

from __future__ import annotations

from typing import Literal, Protocol

from msgspec import Struct

Role = Literal["agent", "supervisor", "admin"]


class User(Struct, frozen=True, kw_only=True):
    """Somebody who may sign in; ``agent_id`` ties him to the interface that queues ring."""

    id: int
    name: str
    role: Role
    password_hash: str
    agent_id: str | None = None
    lang: str = ""
    theme: str = ""
    disabled: bool = False
    created_at: int = 0


class Session(Struct, frozen=True, kw_only=True):
    """A sign-in of one browser, valid until ``expires_at``."""

    user_id: int
    created_at: int
    expires_at: int
    seen_at: int


class ApiToken(Struct, frozen=True, kw_only=True):
    """What a program shows instead of signing in; the token itself is not kept."""

    id: int
    name: str
    role: Role
    created_at: int
    used_at: int | None = None
    revoked_at: int | None = None


class Users(Protocol):
    """Who may do what. All raise ``StoreUnavailable``."""

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
        ...

    async def get(self, user_id: int) -> User | None:
        """The user with this id."""
        ...

    async def by_name(self, name: str) -> User | None:
        """The user with this name, whatever its capitals."""
        ...

    async def by_agent(self, agent_id: str) -> User | None:
        """The user tied to this agent."""
        ...

    async def all(self) -> list[User]:
        """Every user, by name."""
        ...

    async def replace(self, user: User) -> None:
        """Stores ``user`` over the one with its id; a disabled one loses his sessions.

        Raises ``StoreRefused`` when there is no such user, or the name or agent is taken.
        """
        ...

    async def open_session(self, token: str, user_id: int, at: int, expires_at: int) -> None:
        """Stores a session under the digest of ``token``."""
        ...

    async def session(self, token: str, now: int) -> tuple[Session, User] | None:
        """The session of this token and its user, unless expired or the user is disabled."""
        ...

    async def touch_session(self, token: str, at: int, expires_at: int) -> None:
        """Notes that the session is in use and moves its end."""
        ...

    async def close_session(self, token: str) -> None:
        """Ends the session of this token, if there is one."""
        ...

    async def close_sessions_of(self, user_id: int) -> int:
        """Ends all sessions of a user (new password, new role); returns how many."""
        ...

    async def add_token(self, *, name: str, role: Role, token: str, at: int) -> ApiToken:
        """Stores an API token by its digest. Raises ``StoreRefused`` when the name is taken."""
        ...

    async def token(self, token: str, now: int) -> ApiToken | None:
        """The API token, unless revoked; its last use is noted to the minute."""
        ...

    async def tokens(self) -> list[ApiToken]:
        """Every API token, by name, the revoked too."""
        ...

    async def revoke_token(self, name: str, at: int) -> bool:
        """Takes the token away; False when there is none in force with this name."""
        ...
