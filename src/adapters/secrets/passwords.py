"""Password hashing: Argon2id in threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from modeldesk.adapters.deadline import waiting
from modeldesk.domain.errors import SignInBusy

if TYPE_CHECKING:  # what the first hash imports, in its thread
    from argon2 import PasswordHasher as Argon2

MOST_AT_ONCE = 4
MOST_WAITING = 32

T = TypeVar("T")


class Argon2Hasher:
    """Argon2id with the given cost, by default that of argon2-cffi (RFC 9106's low-memory profile: 3 rounds, 64 MiB, 4 lanes).

    At most `MOST_AT_ONCE` hashes run at a time, because each needs memory, and at most `MOST_WAITING` wait. Beyond that, and at
    the deadline of a request that waits, it raises SignInBusy. The threads do nothing else: a sign-in never queues behind an import.
    """

    def __init__(self, cost: "Argon2 | None" = None) -> None:
        self._cost = cost
        self._semaphore = asyncio.Semaphore(MOST_AT_ONCE)
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, "modeldesk-passwords")
        self._waiting = 0
        self._dummy: str | None = None

    async def hash(self, password: str) -> str:
        return await self._run(self._hashed, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        if password_hash is None:  # verifies a dummy, so that an unknown account takes as long as a wrong password
            await self._run(self._matches, await self._dummy_hash(), password)
            return False
        return await self._run(self._matches, password_hash, password)

    @cached_property
    def _argon2(self) -> "Argon2":
        from argon2 import PasswordHasher  # noqa: PLC0415 - most workers hash nothing

        return self._cost or PasswordHasher()

    def _hashed(self, password: str) -> str:
        return self._argon2.hash(password)

    def _matches(self, password_hash: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - as above

        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _dummy_hash(self) -> str:
        if self._dummy is None:
            self._dummy = await self._run(self._hashed, "dummy")
        return self._dummy

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= MOST_WAITING:
            raise SignInBusy
        self._waiting += 1
        try:
            await self._acquire()
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
            finally:
                self._semaphore.release()
        finally:
            self._waiting -= 1

    async def _acquire(self) -> None:
        try:
            async with waiting():
                await self._semaphore.acquire()
        except TimeoutError:
            raise SignInBusy from None
