"""Readers share queries, and none gets numbers that are older than its question."""

import asyncio
from collections.abc import Callable

import pytest
from attrs import define, field
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.deadline import deadline, has_deadline
from modeldesk.adapters.persistence.postgresql.shared_query import SharedQuery

BEGIN, COMMIT, ANSWER, FAIL, LEAVE, TICK = "a reader begins", "a commit", "the server answers", "it fails", "a reader leaves", "tick"


class ServerDown(Exception):
    """A query fails."""


@define(eq=False)
class Server:
    """A number that commits raise. A query has the number of the moment in which it is sent, the oldest that a server may answer."""

    committed: int = 0
    sent: list[int] = field(factory=list)
    under_way: "asyncio.Future[None] | None" = None

    async def query(self) -> tuple[int, int]:
        """The number, and which query it was."""
        assert self.under_way is None, "two queries at once"
        self.sent.append(self.committed)
        number, which = self.committed, len(self.sent)
        self.under_way = asyncio.get_running_loop().create_future()
        try:
            await self.under_way
        finally:
            self.under_way = None
        return number, which

    def answer(self, error: Exception | None = None) -> None:
        if self.under_way is not None and not self.under_way.done():
            self.under_way.set_exception(error) if error else self.under_way.set_result(None)


@define(eq=False)
class Reader:
    """What was committed, and how many queries had been sent, when it began."""

    committed: int
    sent: int
    task: "asyncio.Task[tuple[int, int]]"


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def drained(server: Server, readers: list[Reader]) -> None:
    for _ in range(len(readers) + 2):
        await settle()
        server.answer()
    await settle()


@given(st.lists(st.sampled_from([BEGIN, BEGIN, BEGIN, COMMIT, ANSWER, FAIL, LEAVE, TICK]), max_size=40))
async def test_no_reader_gets_numbers_of_a_query_that_was_sent_before_it_began(schedule: list[str]) -> None:
    """Whatever the order of readers, commits, answers and failures; and whoever did not leave is answered."""
    server, readers, left = Server(), list[Reader](), set[int]()
    shared = SharedQuery(server.query)
    actions: dict[str, Callable[[], object]] = {
        BEGIN: lambda: readers.append(Reader(server.committed, len(server.sent), asyncio.create_task(shared.result()))),
        ANSWER: server.answer,
        FAIL: lambda: server.answer(ServerDown()),
    }
    for action in schedule:
        if action == COMMIT:
            server.committed += 1
        elif action == LEAVE and readers:
            left.add(len(readers) - 1)
            readers[-1].task.cancel()
        elif action in actions:
            actions[action]()
            await asyncio.sleep(0)  # the reader's call itself
        elif action == TICK:
            await settle()
    await drained(server, readers)
    assert len(server.sent) <= len(readers)
    for number, reader in enumerate(readers):
        assert reader.task.done()
        if reader.task.cancelled():
            assert number in left
        elif reader.task.exception() is None:
            seen, which = reader.task.result()
            assert which > reader.sent
            assert seen >= reader.committed


async def test_one_query_serves_all_who_came_meanwhile() -> None:
    """The first reader has the first query, a hundred others the second; a failure is shared by those of its own query alone."""
    server = Server()
    shared = SharedQuery(server.query)
    first = asyncio.create_task(shared.result())
    await settle()
    others = [asyncio.create_task(shared.result()) for _ in range(100)]
    await settle()
    server.answer(ServerDown())
    await settle()
    with pytest.raises(ServerDown):
        await first
    server.answer()
    assert {which for _, which in await asyncio.gather(*others)} == {2}
    assert len(server.sent) == 2


async def test_a_reader_who_leaves_takes_nobody_along() -> None:
    """Not even the one for whom the query was sent."""
    server = Server()
    shared = SharedQuery(server.query)
    first, second = (asyncio.create_task(shared.result()) for _ in range(2))
    await settle()
    first.cancel()
    await settle()
    server.answer()
    assert await second == (0, 1)
    await shared.close()


async def test_a_query_has_nobodys_deadline() -> None:
    """The request for which it was sent may have half a second left, and others wait for it with more."""

    async def query() -> bool:
        return has_deadline()

    with deadline(5):
        assert await SharedQuery(query).result() is False


async def test_closing_waits_for_the_query_under_way() -> None:
    """Also where its reader has left: nothing goes on behind the end."""
    server = Server()
    shared = SharedQuery(server.query)
    reader = asyncio.create_task(shared.result())
    await settle()
    reader.cancel()
    closing = asyncio.create_task(shared.close())
    await settle()
    assert not closing.done()
    server.answer()
    await closing


async def test_a_query_that_is_cancelled_leaves_nobody_waiting() -> None:
    """Neither those for whom it was sent nor those who wait for the next one."""
    answer = asyncio.get_running_loop().create_future()

    async def query() -> object:
        return await answer

    shared = SharedQuery(query)
    first = asyncio.create_task(shared.result())
    await settle()
    second = asyncio.create_task(shared.result())
    await settle()
    answer.cancel()
    async with asyncio.timeout(5):
        outcomes = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError] * 2
