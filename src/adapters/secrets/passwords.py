"""Password hashes: Argon2id in worker threads, a few at a time."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import InvalidHashError, VerificationError

from modeldesk.domain.errors import SignInBusy

MOST_AT_ONCE = 4
MOST_WAITING = 32

T = TypeVar("T")


class Argon2Hasher:
    """Argon2id with the given cost; argon2-cffi's defaults (RFC 9106's low-memory profile: 3 rounds, 64 MiB, 4 lanes) unless told otherwise.

    At most `MOST_AT_ONCE` hashes are made at a time, as each takes its memory, and at most `MOST_WAITING` wait: more is SignInBusy.
    """

    def __init__(self, cost: Argon2 | None = None) -> None:
        self._argon2 = cost or Argon2()
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        return await self._in_turn(self._argon2.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        if password_hash is None:
            await self._in_turn(self._matches, await self._hash_of_nobody(), password)
            return False
        return await self._in_turn(self._matches, password_hash, password)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _hash_of_nobody(self) -> str:
        if self._nobody is None:
            self._nobody = await self._in_turn(self._argon2.hash, "of nobody")
        return self._nobody

    async def _in_turn(self, work: Callable[..., T], *given: str) -> T:
        if self._waiting >= MOST_WAITING:
            raise SignInBusy
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1
