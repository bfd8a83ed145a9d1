"""Who may come in: users with roles, sign-in, server-side sessions, API tokens.

Passwords are argon2id, verified in a thread; a sign-in that fails costs the same time whether the
name exists or not, and is throttled per user and per address with a growing delay. The secrets of
sessions (32 random bytes in a cookie) and tokens (``cc_...``) are stored only as digests: both are
long random numbers, which need no slow hash. A user may be tied to one agent, the interface that
the queues ring; what he may see follows from that and from his role.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import msgspec
from msgspec import Struct

from ..ports.clock import Clock
from ..ports.errors import StoreRefused, StoreUnavailable
from ..ports.users import ApiToken, Role, Session, User, Users
from .passwords import Passwords, password_fault
from .throttle import Throttle

SECRET_BYTES = 32
TOKEN_PREFIX = "cc_"
MAX_CACHED = 20_000
BELIEVE_AWAY_MS = 3_600_000
"""How long what was read of a session or token is believed while the store cannot be asked."""

Via = Literal["session", "token"]


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who is asking, as every room above sees him. ``user_id`` is 0 for a token."""

    user_id: int
    name: str
    role: Role
    agent_id: str | None = None
    lang: str = ""
    theme: str = ""
    via: Via = "session"


class Credential(Struct, frozen=True):
    """What a browser (cookie) or a program (bearer token) shows. Never printed."""

    via: Via
    secret: str

    def __repr__(self) -> str:
        return f"Credential({self.via}, ...)"


class Rules(Struct, frozen=True, kw_only=True):
    """How long a session lasts, and how long what was read of it may be believed; milliseconds."""

    session_ms: int = 16 * 3_600_000
    idle_ms: int = 4 * 3_600_000
    believe_ms: int = 15_000


class AccessError(Exception):
    """A person can put this right; the message says how."""


class WrongPassword(AccessError):
    """The name, or the password, is not right (or the user is disabled): we do not say which."""

    def __init__(self) -> None:
        super().__init__("The user name or the password is wrong. Check both and try again.")


class Throttled(AccessError):
    """Too many failed sign-ins; try again after ``retry_after_s`` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            f"Too many failed sign-ins. Wait {retry_after_s} s, then try again; "
            "an administrator can set a new password."
        )
        self.retry_after_s = retry_after_s


class _Known(Struct):
    who: SignedIn
    session: Session | None
    read_at: int


class Access:
    """Sign-in, sessions and tokens over a store of users."""

    def __init__(
        self,
        users: Users,
        clock: Clock,
        rules: Rules | None = None,
        passwords: Passwords | None = None,
        random_bytes: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._users = users
        self._clock = clock
        self._rules = rules or Rules()
        self._passwords = passwords or Passwords()
        self._random_bytes = random_bytes
        self._by_user = Throttle(free=4, first_ms=1_000, most_ms=60_000)
        self._by_address = Throttle(free=20, first_ms=1_000, most_ms=900_000)
        self._known: dict[str, _Known] = {}
        self._listeners: list[Callable[[int], None]] = []

    def subscribe(self, listener: Callable[[int], None]) -> None:
        """``listener(user_id)`` is called when a user's rights or sessions changed.

        0 stands for all tokens. It is called in the loop and must not raise.
        """
        self._listeners.append(listener)

    # --- signing in and out

    async def sign_in(self, name: str, password: str, address: str) -> tuple[str, SignedIn]:
        """The new session's secret and who it belongs to.

        Raises ``WrongPassword`` or ``Throttled``. A failure is counted before the password is
        verified, so that attempts sent at once do not slip past the throttle together.
        """
        now = self._clock.wall_ms()
        user_key = name.strip().casefold()[:200]
        wait_ms = max(self._by_user.wait_ms(user_key, now), self._by_address.wait_ms(address, now))
        if wait_ms > 0:
            raise Throttled(-(-wait_ms // 1000))
        if self._passwords.crowded:
            raise Throttled(2)
        self._by_user.failed(user_key, now)
        self._by_address.failed(address, now)
        user = await self._users.by_name(name.strip())
        good = await self._passwords.verify(user.password_hash if user else "", password)
        if user is None or not good or user.disabled:
            raise WrongPassword
        self._by_user.forget(user_key)
        self._by_address.take_back(address)
        renewed = await self._passwords.renew(user.password_hash, password)
        if renewed is not None:
            await self._users.replace(msgspec.structs.replace(user, password_hash=renewed))
        secret = self._random_bytes(SECRET_BYTES).hex()
        now = self._clock.wall_ms()
        await self._users.open_session(secret, user.id, now, self._end_of(now, now))
        return secret, _signed_in(user)

    async def sign_out(self, secret: str) -> None:
        """Ends the session of ``secret``; nothing happens when there is none."""
        who = await self.who(Credential("session", secret))
        self._known.pop(secret, None)
        await self._users.close_session(secret)
        if who is not None:
            self._changed(who.user_id)

    async def who(self, shown: Credential) -> SignedIn | None:
        """Who has this cookie or token now; None when it is unknown, over, idle or revoked.

        Asking counts as activity of a session. What was read is believed for ``believe_ms``, and
        while the store is away for an hour. Raises ``StoreUnavailable``.
        """
        now = self._clock.wall_ms()
        known = self._known.get(shown.secret)
        if known is None or not 0 <= now - known.read_at < self._rules.believe_ms:
            read = self._read_session if shown.via == "session" else self._read_token
            try:
                known = await read(shown.secret, now)
            except StoreUnavailable:
                # Who was let in goes on while the store is away: nothing can be changed there.
                if known is None or now - known.read_at >= BELIEVE_AWAY_MS:
                    raise
        if known is None or (known.session is None) != (shown.via == "token"):
            return None
        if known.session is not None and not await self._alive(shown.secret, known, now):
            return None
        return known.who

    async def save_preferences(self, who: SignedIn, lang: str | None, theme: str | None) -> None:
        """Keeps language and theme of a user; a token has no user of its own to keep them for."""
        user = await self._users.get(who.user_id) if who.via == "session" else None
        if user is None:
            raise AccessError("Only a signed-in user has preferences; sign in to keep them.")
        changed = msgspec.structs.replace(
            user,
            lang=user.lang if lang is None else lang,
            theme=user.theme if theme is None else theme,
        )
        await self._save(changed)

    # --- administration

    async def add_user(
        self,
        name: str,
        role: Role,
        password: str,
        agent_id: str | None = None,
        lang: str = "",
    ) -> User:
        """A new user; raises ``AccessError`` when the name is taken or the password too short."""
        name = name.strip()
        if not name or len(name) > 100:
            raise AccessError("The user name is empty or longer than 100 characters.")
        if await self._users.by_name(name) is not None:
            raise AccessError(f"There is already a user named {name!r}; choose another name.")
        hashed = await self._new_hash(password)
        try:
            return await self._users.add(
                name=name,
                role=role,
                password_hash=hashed,
                at=self._clock.wall_ms(),
                agent_id=agent_id,
                lang=lang,
            )
        except StoreRefused as refused:
            raise AccessError(refused.sentence) from refused

    async def set_password(self, name: str, password: str) -> None:
        """A new password; it ends all sessions of the user."""
        user = await self._named(name)
        hashed = await self._new_hash(password)
        await self._users.close_sessions_of(user.id)
        await self._save(msgspec.structs.replace(user, password_hash=hashed))

    async def set_disabled(self, name: str, disabled: bool) -> None:
        """Shuts a user out at once, or lets him in again."""
        user = await self._named(name)
        if disabled:
            await self._users.close_sessions_of(user.id)
        await self._save(msgspec.structs.replace(user, disabled=disabled))

    async def set_role(self, name: str, role: Role) -> None:
        """Another role, in force at once."""
        await self._save(msgspec.structs.replace(await self._named(name), role=role))

    async def tie(self, name: str, agent_id: str | None) -> None:
        """Ties a user to the agent whose pops he sees; None unties him."""
        await self._save(msgspec.structs.replace(await self._named(name), agent_id=agent_id))

    async def users(self) -> list[User]:
        """All users, by name."""
        return await self._users.all()

    async def create_token(self, name: str, role: Role) -> str:
        """A new API token: its text is known only now; the store keeps a digest."""
        secret = TOKEN_PREFIX + self._random_bytes(SECRET_BYTES).hex()
        try:
            await self._users.add_token(
                name=name, role=role, token=secret, at=self._clock.wall_ms()
            )
        except StoreRefused as refused:
            raise AccessError(refused.sentence) from refused
        return secret

    async def tokens(self) -> list[ApiToken]:
        """All tokens, without their secrets."""
        return await self._users.tokens()

    async def revoke_token(self, name: str) -> None:
        """Makes a token worthless at once; raises ``AccessError`` when there is none so named."""
        if not await self._users.revoke_token(name, self._clock.wall_ms()):
            raise AccessError(f"There is no token in force named {name!r}; see 'token list'.")
        self._forget(0)

    # --- inside

    def _end_of(self, created_at: int, now: int) -> int:
        """When a session used ``now`` ends: idle too long, or too old whatever its use."""
        return min(now + self._rules.idle_ms, created_at + self._rules.session_ms)

    async def _read_session(self, secret: str, now: int) -> _Known | None:
        found = await self._users.session(secret, now)
        if found is None:
            self._known.pop(secret, None)
            return None
        session, user = found
        return self._remember(secret, _Known(_signed_in(user), session, now))

    async def _read_token(self, secret: str, now: int) -> _Known | None:
        token = None
        if secret.startswith(TOKEN_PREFIX):
            token = await self._users.token(secret, now)
        if token is None:
            self._known.pop(secret, None)
            return None
        who = SignedIn(user_id=0, name=f"token:{token.name}", role=token.role, via="token")
        return self._remember(secret, _Known(who, None, now))

    async def _alive(self, secret: str, known: _Known, now: int) -> bool:
        """Whether a session read before still lasts; moves its end, not at each request."""
        session = known.session
        if session is None or now >= session.expires_at:
            self._known.pop(secret, None)
            return False
        if now - session.seen_at >= self._rules.idle_ms // 8:
            ends = self._end_of(session.created_at, now)
            known.session = msgspec.structs.replace(session, seen_at=now, expires_at=ends)
            with suppress(StoreUnavailable):
                await self._users.touch_session(secret, now, ends)
        return True

    def _remember(self, secret: str, known: _Known) -> _Known:
        while len(self._known) >= MAX_CACHED:
            del self._known[next(iter(self._known))]
        self._known[secret] = known
        return known

    async def _new_hash(self, password: str) -> str:
        fault = password_fault(password)
        if fault:
            raise AccessError(fault)
        return await self._passwords.hash(password)

    async def _named(self, name: str) -> User:
        user = await self._users.by_name(name.strip())
        if user is None:
            raise AccessError(f"There is no user named {name!r}; 'user list' shows all.")
        return user

    async def _save(self, user: User) -> None:
        try:
            await self._users.replace(user)
        except StoreRefused as refused:
            raise AccessError(refused.sentence) from refused
        self._forget(user.id)

    def _forget(self, user_id: int) -> None:
        for secret in [key for key, known in self._known.items() if known.who.user_id == user_id]:
            del self._known[secret]
        self._changed(user_id)

    def _changed(self, user_id: int) -> None:
        for listener in self._listeners:
            listener(user_id)


def _signed_in(user: User) -> SignedIn:
    return SignedIn(
        user_id=user.id,
        name=user.name,
        role=user.role,
        agent_id=user.agent_id,
        lang=user.lang,
        theme=user.theme,
    )
