"""Bodies of requests: a deadline, a bound on their sum, and answers to clients that still send."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from modeldesk.entrypoints.server.bodies import ArrivingBodies, BodyTooSlow, IncomingBody, answering_after, awaits_permission, has_body
from modeldesk.entrypoints.server.limits import BodyLimits

QUICK = BodyLimits(seconds=0.05, slowest=1000, most=100, rest_seconds=0.05, rest_bytes=50)


class Client:
    """Sends these parts, and then nothing more."""

    def __init__(self, parts: Iterable[bytes], *, ends: bool = False) -> None:
        self.parts, self.ends = list(parts), ends

    async def __call__(self) -> Any:
        if not self.parts:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": self.parts.pop(0), "more_body": bool(self.parts) or not self.ends}


def incoming(bodies: ArrivingBodies, *parts: bytes, ends: bool = False, may_be_silent: bool = False) -> IncomingBody:
    return IncomingBody(bodies, Client(parts, ends=ends), may_be_silent)


async def test_a_body_that_does_not_end_is_refused() -> None:
    """Each part that comes buys time, its absence does not."""
    body = incoming(ArrivingBodies(QUICK), b"a")
    await body.receive()
    with pytest.raises(BodyTooSlow):
        await body.receive()
    with pytest.raises(BodyTooSlow):
        await body.receive()


async def test_bodies_share_a_timer() -> None:
    """Each body still has its own deadline: for one that has sent more, the timer is set again."""
    bodies, loop = ArrivingBodies(BodyLimits(seconds=0.05, slowest=1)), asyncio.get_running_loop()
    asked, call_later = list[float](), loop.call_later

    def counting(seconds: float, *given: Any) -> asyncio.TimerHandle:
        asked.append(seconds)
        return call_later(seconds, *given)

    loop.call_later = counting  # type: ignore[method-assign, assignment]
    try:
        slow, silent = incoming(bodies, b"x" * 60), incoming(bodies)
        await slow.receive()
        waiting = {name: asyncio.create_task(body.receive()) for name, body in (("slow", slow), ("silent", silent))}
        await asyncio.sleep(0)
        assert len(asked) == 1
        with pytest.raises(BodyTooSlow):
            await waiting["silent"]
        assert not waiting["slow"].done()
        assert asked[-1] > 30
    finally:
        del loop.call_later
    waiting["slow"].cancel()


async def test_each_of_many_bodies_ends_at_its_deadline() -> None:
    """Even with deadlines microseconds apart: the timer then fires again before the earlier handlers have run."""
    bodies, waiting = ArrivingBodies(QUICK), list[asyncio.Task[Any]]()
    for _ in range(300):
        waiting.append(asyncio.create_task(incoming(bodies).receive()))
        await asyncio.sleep(0)
    _, others = await asyncio.wait(waiting, timeout=10)
    assert not others
    assert {type(task.exception()) for task in waiting} == {BodyTooSlow}


async def test_a_body_whose_time_is_over_may_also_have_to_give_way() -> None:
    """In the same moment, before its handler has run. No other body fails."""
    bodies = ArrivingBodies(BodyLimits(seconds=60, most=100))
    late, other = incoming(bodies, b"x" * 60), incoming(bodies, b"y" * 60)
    await late.receive()
    waiting = asyncio.create_task(late.receive())
    await asyncio.sleep(0)
    late.give_up()
    more = asyncio.create_task(other.receive())
    with pytest.raises(BodyTooSlow):
        await waiting
    assert (await more)["body"] == b"y" * 60  # type: ignore[typeddict-item]


async def test_a_part_that_comes_as_its_body_gives_way_is_not_counted() -> None:
    """Nobody would subtract its bytes."""
    bodies, part = ArrivingBodies(BodyLimits(seconds=60, most=100)), asyncio.get_running_loop().create_future()

    async def receive() -> Any:
        return await part

    late, other = IncomingBody(bodies, receive), incoming(bodies, b"y" * 60, b"z" * 60)
    waiting = asyncio.create_task(late.receive())
    await other.receive()
    await asyncio.sleep(0)
    part.set_result({"type": "http.request", "body": b"x" * 10, "more_body": True})
    await other.receive()
    with pytest.raises(BodyTooSlow):
        await waiting
    assert bodies.held == other.size


async def test_a_complete_body_may_be_waited_on() -> None:
    """A handler that listens for the end of the connection has no deadline of ours."""
    body = incoming(ArrivingBodies(QUICK), b"all", ends=True)
    assert (await body.receive())["body"] == b"all"  # type: ignore[typeddict-item]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(body.receive(), 0.2)


async def test_the_oldest_gives_way_where_all_are_too_many() -> None:
    """The one that was waiting fails at once; the bytes of those that are gone are free again."""
    patient = BodyLimits(seconds=60, most=100)
    bodies = ArrivingBodies(patient)
    first, second = incoming(bodies, b"x" * 60), incoming(bodies, b"y" * 60, b"z" * 30)
    await first.receive()
    waiting = asyncio.create_task(first.receive())
    await asyncio.sleep(0)
    await second.receive()
    with pytest.raises(BodyTooSlow):
        await asyncio.wait_for(waiting, 5)
    assert bodies.held == 60
    await second.receive()
    assert bodies.held == 90
    second.end()
    first.end()
    assert bodies.held == 0


async def test_a_complete_body_is_not_counted() -> None:
    """What bounds it is the limit of its route."""
    bodies = ArrivingBodies(QUICK)
    await incoming(bodies, b"x" * 60, ends=True).receive()
    assert bodies.held == 0


async def test_a_single_body_may_be_larger_than_all() -> None:
    """Nobody else has to give way for it."""
    bodies = ArrivingBodies(QUICK)
    body = incoming(bodies, b"x" * 160, ends=True)
    assert len((await body.receive())["body"]) == 160  # type: ignore[typeddict-item]


async def answered(body: IncomingBody) -> list[str]:
    sent = list[str]()

    async def send(message: Any) -> None:
        sent.append(message["type"])

    respond = answering_after(body, send)
    await respond({"type": "http.response.start", "status": 503, "headers": []})
    await respond({"type": "http.response.body", "body": b"", "more_body": False})
    return sent


async def test_an_early_answer_comes_after_the_body() -> None:
    """Otherwise the unread rest makes the system reset the connection, and the client never reads the answer."""
    body = incoming(ArrivingBodies(QUICK), b"a" * 20, b"b" * 20, ends=True)
    assert await answered(body) == ["http.response.start", "http.response.body"]
    assert body.is_complete


async def test_an_early_answer_does_not_wait_for_ever() -> None:
    """Neither for a client that stops, nor for one that sends and sends."""
    assert len(await answered(incoming(ArrivingBodies(QUICK), b"a"))) == 2
    endless = incoming(ArrivingBodies(QUICK), *[b"a" * 20] * 10)
    assert len(await answered(endless)) == 2
    assert not endless.is_complete


async def test_a_client_that_waits_for_permission_gets_the_answer_at_once() -> None:
    """`Expect: 100-continue`: it sends nothing before it has an answer, so nothing is unread."""
    body = incoming(ArrivingBodies(BodyLimits(rest_seconds=60)), may_be_silent=True)
    assert len(await asyncio.wait_for(answered(body), 5)) == 2


@pytest.mark.parametrize(
    ("method", "headers", "has_one"),
    [
        ("GET", [], False),
        ("GET", [(b"content-length", b"5")], False),
        ("POST", [], False),
        ("POST", [(b"content-length", b"0")], False),
        ("POST", [(b"content-length", b"5")], True),
        ("PUT", [(b"transfer-encoding", b"chunked")], True),
    ],
)
def test_a_body_is_announced(method: str, headers: list[tuple[bytes, bytes]], *, has_one: bool) -> None:
    """By its length or its encoding; a read has none that anybody reads."""
    scope: Any = {"method": method, "headers": headers}
    assert has_body(scope) is has_one
    assert not awaits_permission(scope)
