"""Argon2id in worker threads: what matches, what it costs, and how many at once."""

import asyncio
import threading
from collections.abc import Callable

import argon2
import pytest
from attrs import define, field

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.secrets.passwords import MOST_AT_ONCE, MOST_WAITING, Argon2Hasher
from modeldesk.domain.errors import SignInBusy

PASSWORD = "correct horse battery"


def cheap() -> argon2.PasswordHasher:
    return argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


async def test_a_hash_matches_its_password_and_no_other() -> None:
    """Letter case and a blank more are another password."""
    hasher = Argon2Hasher(cheap())
    kept = await hasher.hash(PASSWORD)
    assert await hasher.verify(kept, PASSWORD)
    assert [await hasher.verify(kept, wrong) for wrong in ("", PASSWORD.upper(), PASSWORD + " ")] == [False, False, False]


async def test_the_same_password_never_has_the_same_hash() -> None:
    """Each has its own salt, and the password does not stand in it."""
    hasher = Argon2Hasher(cheap())
    kept = {await hasher.hash(PASSWORD) for _ in range(3)}
    assert len(kept) == 3
    assert not any(PASSWORD in one for one in kept)


async def test_unless_told_otherwise_it_costs_what_rfc_9106_asks_for() -> None:
    """Argon2id with 64 MiB, three rounds and four lanes: its second recommended choice."""
    kept = await Argon2Hasher().hash(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("kept", ["", "plain text", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
async def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    """A row that was tampered with lets nobody in, and breaks nothing."""
    assert await Argon2Hasher(cheap()).verify(kept, PASSWORD) is False


@define(slots=False)
class Watched(argon2.PasswordHasher):
    """Counts what is asked of it, and holds each verification until it is let go."""

    verified: list[str] = field(factory=list)
    threads: set[int] = field(factory=set)
    at_once: int = 0
    most_at_once: int = 0
    let_go: threading.Event = field(factory=threading.Event)
    counting: threading.Lock = field(factory=threading.Lock)

    def __attrs_pre_init__(self) -> None:
        argon2.PasswordHasher.__init__(self, time_cost=1, memory_cost=8, parallelism=1)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the library's name
        with self.counting:
            self.verified.append(str(hash))
            self.threads.add(threading.get_ident())
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.let_go.wait(10)
        with self.counting:
            self.at_once -= 1
        return super().verify(hash, password)


async def test_a_name_that_is_not_there_costs_a_verification_too() -> None:
    """Against a hash of the same cost, made once; and even its own password does not match."""
    watched = Watched()
    watched.let_go.set()
    hasher = Argon2Hasher(watched)
    assert [await hasher.verify(None, password) for password in (PASSWORD, "of nobody")] == [False, False]
    assert len(watched.verified) == 2
    assert len(set(watched.verified)) == 1
    assert watched.verified[0].startswith("$argon2id$v=19$m=8,t=1,p=1$")


async def until(reached: Callable[[], bool]) -> None:
    """Gives the event loop back until it is so."""
    while not reached():
        await asyncio.sleep(0)


async def test_hashes_are_made_beside_the_event_loop_a_few_at_a_time() -> None:
    """The loop goes on meanwhile; as each takes its memory, no more than a few run at once, and those that wait get their turn."""
    async with asyncio.timeout(30):
        watched = Watched()
        hasher = Argon2Hasher(watched)
        kept = await hasher.hash(PASSWORD)
        many = [asyncio.create_task(hasher.verify(kept, PASSWORD)) for _ in range(MOST_AT_ONCE * 3)]
        await until(lambda: watched.at_once == MOST_AT_ONCE)
        watched.let_go.set()
        assert await asyncio.gather(*many) == [True] * len(many)
        assert watched.most_at_once == MOST_AT_ONCE
        assert threading.get_ident() not in watched.threads


async def test_where_too_many_wait_the_next_is_sent_away() -> None:
    """At once, and as soon as the others are done there is room again."""
    async with asyncio.timeout(30):
        watched = Watched()
        hasher = Argon2Hasher(watched)
        kept = await hasher.hash(PASSWORD)
        many = [asyncio.create_task(hasher.verify(kept, PASSWORD)) for _ in range(MOST_WAITING)]
        await until(lambda: watched.at_once > 0)
        with pytest.raises(SignInBusy):
            await hasher.verify(kept, PASSWORD)
        with pytest.raises(SignInBusy):
            await hasher.hash(PASSWORD)
        watched.let_go.set()
        assert all(await asyncio.gather(*many))
        assert await hasher.verify(kept, PASSWORD)


async def test_who_waits_for_a_thread_is_sent_away_at_the_deadline() -> None:
    """And whoever runs goes on."""
    async with asyncio.timeout(30):
        watched = Watched()
        hasher = Argon2Hasher(watched)
        kept = await hasher.hash(PASSWORD)
        many = [asyncio.create_task(hasher.verify(kept, PASSWORD)) for _ in range(MOST_AT_ONCE)]
        await until(lambda: watched.at_once == MOST_AT_ONCE)
        with deadline(0.05), pytest.raises(SignInBusy):
            await hasher.verify(kept, PASSWORD)
        watched.let_go.set()
        assert all(await asyncio.gather(*many))
        assert len(watched.verified) == MOST_AT_ONCE
