"""Reads that are answered with the whole answer of an earlier one. Everything that an answer depends on is compared first; whatever differs, or is
not certain, is answered the long way: authentication, right, handler.

An answer depends on the request (its target and credentials), on the caller, on the stored data, on metadata, on the clock, and on what its route
names. The snapshot stands for the stored data: sessions, tokens, admins and their rights are part of it.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, TypeAlias, cast

from attrs import define, field, frozen
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from modeldesk.domain.errors import Unavailable
from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.entrypoints.api.conditional import ANSWERED, GIVEN, Answered, ConditionalAnswers, Prepared
from modeldesk.entrypoints.container import Container

REUSED = "reused"
"""The option of a route whose answers may be reused. It holds an `AlsoDependsOn`."""

MOST_REUSED = 2048
CREDENTIALS = (b"cookie", b"authorization")

AlsoDependsOn: TypeAlias = Callable[[Container], Awaitable[object]]
Request: TypeAlias = tuple[str, bytes, bytes, tuple[tuple[bytes, bytes], ...]]


async def nothing_else(_: Container) -> None:
    """Of a route whose answers depend on nothing further."""


async def cached_lists(container: Container) -> int:
    """Of a route whose answers tell how many lists are cached."""
    return await container.list_cache().entries()


class Circumstances(NamedTuple):
    """What answers depend on beside the request and the caller, at one moment."""

    snapshot: Snapshot
    others: object
    metadata: object
    now: datetime

    def are_those_of(self, earlier: "Circumstances") -> bool:
        """All but the moment. The snapshot must be the very same object: after every change of what is stored there is another one."""
        return self.snapshot is earlier.snapshot and self.others == earlier.others and self.metadata == earlier.metadata


@frozen(eq=False)
class ReusableAnswer:
    """An answer that was given the long way, and stays the same from `given.now` until `until`."""

    given: Circumstances
    until: datetime
    caller: Caller
    answered: Answered

    def holds(self, present: Circumstances) -> bool:
        return present.are_those_of(self.given) and self.given.now <= present.now < self.until


@define(eq=False)
class AnswerReuse:
    """The reusable answers of one application, all of one snapshot."""

    container: Container
    answers: ConditionalAnswers
    _snapshot: Snapshot | None = field(default=None, init=False)
    _reusable: dict[Request, ReusableAnswer] = field(factory=dict, init=False)

    async def respond(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Reuses an answer, or lets the application answer."""
        depends_on, request = scope["route_handler"].opt.get(REUSED), request_of(scope)
        present = await self._circumstances(depends_on) if depends_on is not None and request is not None else None
        if depends_on is None or request is None or present is None:
            await app(scope, receive, send)
        elif (reused := self._reused(request, scope, present)) is not None:
            await reused(scope, receive, send)
        else:
            status = await _answered_by(app, scope, receive, send)
            if status in GIVEN and ANSWERED in scope:
                self._keep(request, scope, present, await self._circumstances(depends_on))

    async def _circumstances(self, depends_on: AlsoDependsOn) -> Circumstances | None:
        """The present ones; None where they cannot be known, which the long way reports."""
        container = self.container
        try:
            snapshot, others = await container.store().current(), await depends_on(container)
        except Unavailable:
            return None
        return Circumstances(snapshot, others, container.kept_metadata().stamp(), container.clock()())

    def _reused(self, request: Request, scope: Scope, present: Circumstances) -> Prepared | None:
        found = self._reusable.get(request)
        if found is None or not found.holds(present) or not self.container.known_callers().is_certain(found.caller, present.now):
            return None
        kept = self.answers.find(found.answered)
        if kept is None:  # there was no room for it
            return None
        scope["user"] = found.caller
        cast("dict[str, Any]", scope)[ANSWERED] = found.answered
        found.answered.each_time()
        return kept.response_to(scope)

    def _keep(self, request: Request, scope: Scope, before: Circumstances, after: Circumstances | None) -> None:
        """Keeps an answer that was made between two equal circumstances, and so within them."""
        if after is None or not after.are_those_of(before):
            return
        until = min(_next_day(before.now), self.container.live_lists().same_ages_until(before.snapshot, before.now))
        answer = ReusableAnswer(before, until, scope["user"], cast("dict[str, Any]", scope)[ANSWERED])
        if not answer.holds(after):
            return
        if self._snapshot is not before.snapshot or len(self._reusable) >= MOST_REUSED:
            self._snapshot, self._reusable = before.snapshot, {}
        self._reusable[request] = answer


def reusing_answers(container: Container, answers: ConditionalAnswers) -> Callable[[ASGIApp], ASGIApp]:
    """The middleware before authentication: what is reused was authenticated in the same circumstances."""
    reuse = AnswerReuse(container, answers)

    # Functions, because Litestar deep-copies every other middleware with all that it holds.
    def wrapped(app: ASGIApp) -> ASGIApp:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            await reuse.respond(app, scope, receive, send)

        return handle

    return wrapped


def request_of(scope: Scope) -> Request | None:
    """What an answer depends on in the request; None for one that is never reused. If-None-Match and Origin are looked at anew each time."""
    if scope.get("method") != "GET":
        return None
    credentials = tuple([(name, value) for name, value in scope["headers"] if name in CREDENTIALS])
    return (scope["path"], scope["raw_path"], scope["query_string"], credentials) if credentials else None


async def _answered_by(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> int | None:
    """The status with which the application answered."""
    status: int | None = None

    async def send_noting(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    await app(scope, receive, send_noting)
    return status


def _next_day(now: datetime) -> datetime:
    """Lifecycles change with the day."""
    return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
