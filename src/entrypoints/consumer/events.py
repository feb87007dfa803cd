"""`/api/events`: server-sent events that say when to ask again (https://html.spec.whatwg.org/multipage/server-sent-events.html).

An event is OpenFeature's `refetchEvaluation`. Its id is the digest of what products are answered, and `Last-Event-ID` resumes there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypedDict

import msgspec
from litestar import route
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from msgspec import Struct

from modeldesk.domain.errors import TooManyStreams, Unavailable
from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.api.openapi_schema import READING, answers, asks
from modeldesk.entrypoints.api.services import GivenServices, SignedIn
from modeldesk.entrypoints.commands.uses import EventsQuery
from modeldesk.entrypoints.consumer.event_hub import EventHub, State
from modeldesk.entrypoints.rights import RIGHT
from modeldesk.entrypoints.session_cookie import header_values

LOGGER = logging.getLogger(__name__)
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
    hub, whose = services.events, credential(request.user)
    if not hub.has_room(whose):
        raise TooManyStreams
    return EventStream(hub, whose, last_event_id(request.scope), lambda: services.is_still_allowed(request))


class EventStream(Struct, frozen=True):
    """One stream, as an ASGI application. Before each event and each heartbeat `is_allowed` is asked: a revoked token ends its streams."""

    hub: EventHub
    whose: str
    seen: str | None
    is_allowed: Callable[[], Awaitable[bool]]
    heartbeat: float = HEARTBEAT
    slowest_reader: float = SLOWEST_READER

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        try:
            with self.hub.stream(self.whose):
                await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
                if scope.get("method") != "HEAD":
                    await self._events(send, gone)
            if not gone.done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        except (TimeoutError, OSError) as error:
            LOGGER.debug("an event stream ends, because its reader is slow or gone: %r", error)
        finally:
            gone.cancel()

    async def _events(self, send: Send, gone: "asyncio.Task[None]") -> None:
        """Sends until the reader is gone, the hub closes, or the caller is not allowed any more."""
        await self._sent(send, RETRY + b": welcome\n\n")
        # A reader without a last id gets an event at once: something may have changed between their last answer and this stream.
        seen = self.seen
        while True:
            state = await self._changed(seen, gone)
            if gone.done() or self.hub.is_closed or not await self._allowed():
                return
            await self._sent(send, event(state) if state is not None else b": still here\n\n")
            seen = state.tag if state is not None else seen

    async def _changed(self, seen: str | None, gone: "asyncio.Task[None]") -> State | None:
        """The state once it differs from the one that the reader has seen; None when the heartbeat is due, or the stream has to end."""
        changed = asyncio.create_task(self.hub.changed_from(seen))
        try:
            await asyncio.wait({changed, gone}, timeout=self.heartbeat, return_when=asyncio.FIRST_COMPLETED)
            return changed.result() if changed.done() else None
        finally:
            changed.cancel()

    async def _allowed(self) -> bool:
        try:
            return await self.is_allowed()
        except Unavailable:
            return True  # a database that is away takes nobody's right away

    async def _sent(self, send: Send, body: bytes) -> None:
        async with asyncio.timeout(self.slowest_reader):
            await send({"type": "http.response.body", "body": body, "more_body": True})


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


def credential(caller: Caller) -> str:
    """The digest of the token or session: what bounds are kept by."""
    return caller.token.digest if isinstance(caller, TokenIdentity) else caller.session.digest


ROUTES = [follow]
