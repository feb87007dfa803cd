"""Bodies of requests: a deadline for each, a bound on their sum, and an answer that reaches a client which is still sending."""

import asyncio
from contextlib import suppress
from math import inf
from time import monotonic
from typing import cast

from attrs import field
from litestar.exceptions import HTTPException
from litestar.types import HTTPReceiveMessage, HTTPScope, Message, Receive, Send

from modeldesk.domain.records import define
from modeldesk.entrypoints.server.limits import BodyLimits

WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")
"""Methods whose body is never read. The server closes a connection that sends one nevertheless."""


class BodyTooSlow(HTTPException):
    """The body did not arrive in time; or it was the slowest when bodies that arrive filled the memory meant for them."""

    status_code = 408
    detail = "the body did not arrive in time"


def has_body(scope: HTTPScope) -> bool:
    """Whether the request announces a body that a handler may read."""
    if scope["method"] in WITHOUT_BODY:
        return False
    for name, value in scope["headers"]:  # noqa: SIM110 - a generator takes three times as long, for each request with a body
        if name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            return True
    return False


def awaits_permission(scope: HTTPScope) -> bool:
    """Whether the client sends its body only after a first answer of 100."""
    for name, _ in scope["headers"]:  # noqa: SIM110 - as above
        if name == b"expect":
            return True
    return False


def goes_on(message: HTTPReceiveMessage) -> bool:
    """Whether more of the body follows."""
    return message["type"] == "http.request" and message["more_body"]


@define
class ArrivingBodies:
    """The bodies that arrive in this process, the oldest first, and the sum of their bytes."""

    limits: BodyLimits = field(factory=BodyLimits)
    held: int = field(default=0, init=False)
    _arriving: "dict[IncomingBody, None]" = field(factory=dict, init=False)
    _timer: asyncio.TimerHandle | None = field(default=None, init=False)
    _fires_at: float = field(default=inf, init=False)

    def give_up_at(self, moment: float) -> None:
        """Checks all bodies at this time of `monotonic`. One timer for all bodies costs less than one for each."""
        if moment >= self._fires_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._fires_at = moment
        self._timer = asyncio.get_running_loop().call_later(max(0.0, moment - monotonic()), self._on_timer)

    def _on_timer(self) -> None:
        self._timer, self._fires_at = None, inf
        now = monotonic()
        for body in tuple(self._arriving):
            if body.ends_at <= now:
                body.give_up()
            elif body.ends_at < inf:
                self.give_up_at(body.ends_at)

    def add(self, body: "IncomingBody") -> None:
        self._arriving[body] = None

    def count(self, body: "IncomingBody", size: int) -> None:
        """Adds bytes that came; while they are too many, the body that began first gives way."""
        body.size += size
        self.held += size
        while self.held > self.limits.most and len(self._arriving) > 1:
            slowest = next(iter(self._arriving))
            self.remove(slowest)
            slowest.give_up()

    def remove(self, body: "IncomingBody") -> None:
        """Of a body that is complete, or whose request is over."""
        if body in self._arriving:
            del self._arriving[body]
            self.held -= body.size


@define
class IncomingBody:
    """The body of one request, as its handler receives it."""

    bodies: ArrivingBodies
    receive_next: Receive
    may_be_silent: bool = False
    size: int = field(default=0, init=False)
    is_complete: bool = field(default=False, init=False)
    ends_at: float = field(default=inf, init=False)
    """The deadline for the next part, as a time of `monotonic`; infinite while none is awaited."""

    _is_given_up: bool = field(default=False, init=False)
    _began: float = field(factory=monotonic, init=False)
    _waiting: asyncio.Task[object] | None = field(default=None, init=False)
    """The task that waits for the next part."""

    def __attrs_post_init__(self) -> None:
        self.bodies.add(self)

    async def receive(self) -> HTTPReceiveMessage:
        """The next part. Raises BodyTooSlow."""
        if self.is_complete:
            return await self._next()
        if self._is_given_up:
            raise BodyTooSlow
        limits = self.bodies.limits
        self.ends_at = self._began + limits.seconds + self.size / limits.slowest
        self.bodies.give_up_at(self.ends_at)
        message = await self._next_unless_given_up()
        self._note(message)
        return message

    async def _next_unless_given_up(self) -> HTTPReceiveMessage:
        """The next part. Raises BodyTooSlow, also where it comes at the last moment: it is no longer counted.

        `asyncio.timeout` does the same in three times as many calls, for each part of each body.
        """
        self._waiting = task = cast("asyncio.Task[object]", asyncio.current_task())
        before = task.cancelling()
        try:
            message = await self._next()
        except asyncio.CancelledError:
            if not self._is_given_up or task.uncancel() > before:
                raise  # the request itself is cancelled
            raise BodyTooSlow from None
        finally:
            self._waiting, self.ends_at = None, inf
        return message

    def give_up(self) -> None:
        """Lets the handler that waits for this body fail. It may be called again before the handler has seen that."""
        if not self._is_given_up and self._waiting is not None:
            self._waiting.cancel()
        self._is_given_up = True

    async def discard_rest(self) -> None:
        """Reads what the client still sends. The system would answer unread bytes with a reset, which can overtake the response."""
        if self.is_complete or self._is_given_up or (self.may_be_silent and not self.size):
            return
        limits, discarded = self.bodies.limits, 0
        with suppress(TimeoutError):
            async with asyncio.timeout(limits.rest_seconds):
                while not self.is_complete and discarded < limits.rest_bytes:
                    message = await self._next()
                    discarded += len(message["body"]) if message["type"] == "http.request" else 0
                    self.is_complete = not goes_on(message)

    def end(self) -> None:
        """The request is over."""
        self.bodies.remove(self)

    async def _next(self) -> HTTPReceiveMessage:
        return cast("HTTPReceiveMessage", await self.receive_next())

    def _note(self, message: HTTPReceiveMessage) -> None:
        if message["type"] == "http.request":
            self.bodies.count(self, len(message["body"]))
        if not goes_on(message):
            self.is_complete = True
            self.bodies.remove(self)


def answering_after(body: IncomingBody, send: Send) -> Send:
    """Sends a response once the client has sent what it has."""

    async def send_after_body(message: Message) -> None:
        if message["type"] == "http.response.start":
            await body.discard_rest()
        await send(message)

    return send_after_body
