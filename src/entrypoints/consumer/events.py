"""`/api/events`: server-sent events that say when to ask again (https://html.spec.whatwg.org/multipage/server-sent-events.html).

An event is OpenFeature's `refetchEvaluation`. Its id is the digest of what products are answered, and `Last-Event-ID` resumes there.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypedDict

import msgspec
from attrs import frozen
from litestar import route
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from modeldesk.domain.errors import ModeldeskError, TooManyStreams
from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.uses import EventsQuery
from modeldesk.entrypoints.consumer.event_hub import EventHub, State
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import header_values

PATH = "/api/events"
HEARTBEAT = 15.0
"""Seconds between comment lines, so that proxies keep the connection and a lost one is noticed."""

SLOWEST_READER = 10.0
"""Seconds that a reader may take to accept a few bytes; then the stream ends, and the reader comes back with its last id."""

RETRY = b"retry: 1000\n"
HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
)


class EventMessage(TypedDict):
    """One event of the stream, as a reader gets it. `data` is JSON: `{type, etag, lastModified}`."""

    id: str
    data: str


@route(
    PATH,
    http_method=READING,
    opt={RIGHT: Right.RESOLVE},
    operation_class=asks(EventsQuery),
    responses=answers(EventMessage, 422, 429, media_type="text/event-stream"),
    tags=["events"],
    summary="Follow changes",
)
async def follow(request: SignedIn, services: GivenServices) -> ASGIApp:
    """A stream of events (`text/event-stream`): one whenever the answer of `/api/resolve` or `/ofrep/v1` may differ, and a comment every 15 seconds.

    A browser, which sends no headers here, brings the `ticket` of the `eventStreams` in the answer of all flags.
    """
    services.query(request, EventsQuery)
    hub, whose = services.events, _credential(request.user)
    if not hub.has_room(whose):
        raise TooManyStreams
    return EventStream(hub, whose, last_event_id(request.scope), lambda: services.is_still_allowed(request))


@frozen
class EventStream:
    """One stream, as an ASGI application. `is_allowed` is asked at each heartbeat: a revoked token ends its streams."""

    hub: EventHub
    whose: str
    seen: str | None
    is_allowed: Callable[[], Awaitable[bool]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        try:
            with self.hub.stream(self.whose):
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                if scope.get("method") != "HEAD":
                    await self._events(send, gone)
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError):
            pass  # a reader who is slow or gone comes back with its last id
        finally:
            gone.cancel()

    async def _events(self, send: Send, gone: "asyncio.Task[None]") -> None:
        await _sent(send, RETRY + b": welcome\n\n")
        seen = self.seen
        while True:
            changed = asyncio.create_task(self.hub.changed_from(seen))
            done, _ = await asyncio.wait({changed, gone}, timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if changed not in done:
                changed.cancel()
                if gone in done or not await self._allowed():
                    return
                await _sent(send, b": still here\n\n")
                continue
            if (state := changed.result()) is None:
                return
            # Also at once for a reader without a last id: something may have changed between their last answer and this stream.
            await _sent(send, event(state))
            seen = state.tag

    async def _allowed(self) -> bool:
        try:
            return await self.is_allowed()
        except ModeldeskError:
            return True  # the database is away; that takes nobody's right away


def event(state: State) -> bytes:
    """An unnamed event, whose id is the digest of what products are answered."""
    data = msgspec.json.encode({"type": "refetchEvaluation", "etag": f'"{state.tag}"', "lastModified": state.noticed_at})
    return b"id: %s\ndata: %s\n\n" % (state.tag.encode(), data)


def last_event_id(scope: HTTPScope) -> str | None:
    """What the reader has seen; an id that is none of ours counts as a state that is over."""
    given = header_values(scope, b"last-event-id")
    return given[0][:128].decode("latin-1") if given and given[0] else None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        """The body of the request, which has none."""


async def _sent(send: Send, body: bytes) -> None:
    async with asyncio.timeout(SLOWEST_READER):
        await send({"type": "http.response.body", "body": body, "more_body": True})


def _credential(caller: Caller) -> str:
    return caller.token.digest if isinstance(caller, TokenIdentity) else caller.session.digest


ROUTES = [follow]
