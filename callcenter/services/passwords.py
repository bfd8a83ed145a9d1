"""Password hashing: argon2id, off the loop, and as slow for a name that does not exist."""

from __future__ import annotations

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD = 8
MAX_PASSWORD = 1024
AT_ONCE = 2
MAX_WAITING = 64


def password_fault(password: str) -> str:
    """What is wrong with a new password, as a sentence; empty when nothing is."""
    if len(password) < MIN_PASSWORD:
        return f"The password has {len(password)} characters; use at least {MIN_PASSWORD}."
    if len(password) > MAX_PASSWORD:
        return f"The password has {len(password)} characters; use at most {MAX_PASSWORD}."
    return ""


def _bytes(password: str) -> bytes:
    """One form for what keyboards write in several (a composed or a decomposed letter)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


class Passwords:
    """Hashes and verifies; two at a time, since each takes 64 MiB and all of a core."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._decoy = ""

    @property
    def crowded(self) -> bool:
        """Too many wait already: refuse rather than let the queue grow."""
        return self._waiting >= MAX_WAITING

    async def verify(self, hashed: str, password: str) -> bool:
        """Whether ``password`` makes ``hashed``; with no hash a decoy is verified all the same."""
        text = _bytes(password[:MAX_PASSWORD])
        self._waiting += 1
        try:
            async with self._turn:
                if not self._decoy:
                    self._decoy = await asyncio.to_thread(self._hasher.hash, b"decoy")
                good = await asyncio.to_thread(self._matches, hashed or self._decoy, text)
        finally:
            self._waiting -= 1
        return good and bool(hashed) and len(password) <= MAX_PASSWORD

    async def hash(self, password: str) -> str:
        """The hash to store for a new password."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, _bytes(password))

    async def renew(self, hashed: str, password: str) -> str | None:
        """A new hash when argon2's parameters were raised since ``hashed``; else None."""
        return await self.hash(password) if self._hasher.check_needs_rehash(hashed) else None

    def _matches(self, hashed: str, text: bytes) -> bool:
        try:
            return self._hasher.verify(hashed, text)
        except (VerificationError, InvalidHashError):
            return False
