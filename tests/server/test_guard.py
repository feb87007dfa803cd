"""What stands between the server and the application."""

from typing import Any

import pytest

from modeldesk.entrypoints.server.bodies import ArrivingBodies
from modeldesk.entrypoints.server.connections import Connections
from modeldesk.entrypoints.server.guard import guarded

PEER = ("127.0.0.1", 4711)


def scope(method: str, *headers: tuple[bytes, bytes]) -> Any:
    """As granian has it, with the port as text."""
    return {"type": "http", "method": method, "headers": headers, "client": (PEER[0], str(PEER[1]))}


async def ignore(_: Any) -> None:
    """Takes an answer."""


async def body() -> Any:
    return {"type": "http.request", "body": b"all", "more_body": False}


async def test_a_request_without_a_body_is_one_until_its_answer() -> None:
    """The system's name of the client is in it meanwhile; afterwards it is known that it was answered."""
    connections, seen = Connections(8000), list[object]()

    async def app(_: Any, __: Any, ___: Any) -> None:
        seen.append(set(connections.in_request))

    await guarded(app, connections, ArrivingBodies())(scope("GET"), body, ignore)
    assert seen == [{PEER}]
    assert connections.in_request == set()
    assert set(connections.answered) == {PEER}


async def test_a_request_with_a_body_is_one_from_its_last_byte_on() -> None:
    """Before, it is a client that may never go on."""
    connections, seen = Connections(8000), list[object]()

    async def app(_: Any, receive: Any, __: Any) -> None:
        seen.append(set(connections.in_request))
        await receive()
        seen.append(set(connections.in_request))

    await guarded(app, connections, ArrivingBodies())(scope("POST", (b"content-length", b"3")), body, ignore)
    assert seen == [set(), {PEER}]
    assert connections.in_request == set()


async def test_a_request_that_fails_is_over_too() -> None:
    """Nothing of it is remembered as being under way."""
    connections, bodies = Connections(8000), ArrivingBodies()

    async def app(_: Any, receive: Any, __: Any) -> None:
        await receive()
        raise RuntimeError

    for method, headers in (("GET", ()), ("POST", ((b"content-length", b"3"),))):
        with pytest.raises(RuntimeError):
            await guarded(app, connections, bodies)(scope(method, *headers), body, ignore)
    assert connections.in_request == set()
    assert bodies.held == 0
