"""Reads that are answered with the whole answer of an earlier one. Everything that an answer depends on is compared first; whatever differs, or is
not certain, is answered the long way: bounds of the head, router, authentication, right, handler.

An answer depends on the request (its target, credentials and host), on the caller, on the stored data, on metadata, on the clock, and on what its
route names. The snapshot stands for the stored data: sessions, tokens, admins and their rights are part of it. Only a route keeps answers, behind
its own path; they are found before the router, since finding the route again would take longer than the rest (docs/adr/0051-hot-reads-first.md).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, TypeAlias, cast

from attrs import field
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from msgspec import Struct

from modeldesk.domain.errors import Unavailable
from modeldesk.domain.model.access.api_token import Caller
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.records import define
from modeldesk.entrypoints.api.conditional import ANSWERED, GIVEN, Answered, ConditionalAnswers, Prepared
from modeldesk.entrypoints.api.credential_digests import digest_of_headers
from modeldesk.entrypoints.api.credentials import CREDENTIALS
from modeldesk.entrypoints.api.head_bounds import are_too_large
from modeldesk.entrypoints.container import Container

REUSED = "reused"
"""The option of a route whose answers may be reused. It holds an `AlsoDependsOn`."""

MOST_REUSED = 2048
COMPARED = (*CREDENTIALS, b"host")
"""Headers that an answer depends on. If-None-Match and Origin are looked at anew each time."""

AlsoDependsOn: TypeAlias = Callable[[Container], Awaitable[object]]
Request: TypeAlias = tuple[bytes, bytes, bytes]
"""Path, query, and the digest of the headers that an answer depends on."""


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


class ReusableAnswer(Struct, frozen=True, eq=False):
    """An answer that was given the long way, and stays the same from `given.now` until `until`.

    `depends_on` is that of its route; `path` and `template` are what the router made of the request's path.
    """

    given: Circumstances
    until: datetime
    depends_on: AlsoDependsOn
    caller: Caller
    answered: Answered
    path: str
    template: str

    def holds(self, present: Circumstances) -> bool:
        return present.are_those_of(self.given) and self.given.now <= present.now < self.until


@define
class AnswerReuse:
    """The reusable answers of one application, all of one snapshot."""

    container: Container
    answers: ConditionalAnswers
    _snapshot: Snapshot | None = field(default=None, init=False)
    _reusable: dict[Request, ReusableAnswer] = field(factory=dict, init=False)

    async def find(self, scope: Scope) -> Prepared | None:
        """The response that the long way would give now; None where only that can tell. Puts into the scope what the long way would."""
        found = self._reusable.get(request_of(scope)) if scope["type"] == ScopeType.HTTP and scope["method"] == "GET" else None
        if found is None or are_too_large(scope["headers"]):
            return None
        try:
            return await self._reused(found, scope)
        except Exception:  # noqa: BLE001 - the long way fails, too, and has the handlers that report it
            return None

    async def _reused(self, found: ReusableAnswer, scope: Scope) -> Prepared | None:
        present = await self._circumstances(found.depends_on)
        if present is None or not found.holds(present) or not self.container.known_callers().is_certain(found.caller, present.now):
            return None
        kept = self.answers.find(found.answered)
        if kept is None:  # there was no room for it
            return None
        cast("dict[str, Any]", scope).update(
            {"user": found.caller, "path": found.path, "path_template": found.template, ANSWERED: found.answered}
        )
        found.answered.each_time()
        return kept.response_to(scope)

    async def answer_and_keep(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the application answer, and keeps its answer where the route allows it."""
        depends_on = scope["route_handler"].opt.get(REUSED)
        before = await self._circumstances(depends_on) if depends_on is not None and is_read_with_credentials(scope) else None
        if depends_on is None or before is None:
            await app(scope, receive, send)
            return
        status = await _answered_by(app, scope, receive, send)
        if status in GIVEN and ANSWERED in scope:
            self._keep(scope, depends_on, before, await self._circumstances(depends_on))

    async def _circumstances(self, depends_on: AlsoDependsOn) -> Circumstances | None:
        """The present ones; None where they cannot be known, which the long way reports."""
        container = self.container
        try:
            snapshot, others = await container.store().current(), await depends_on(container)
        except Unavailable:
            return None
        return Circumstances(snapshot, others, container.kept_metadata().stamp(), container.clock()())

    def _keep(self, scope: Scope, depends_on: AlsoDependsOn, before: Circumstances, after: Circumstances | None) -> None:
        """Keeps an answer that was made between two equal circumstances, and so within them."""
        if after is None or not after.are_those_of(before):
            return
        until = min(_next_day(before.now), self.container.live_lists().same_ages_until(before.snapshot, before.now))
        answered = cast("dict[str, Any]", scope)[ANSWERED]
        answer = ReusableAnswer(before, until, depends_on, scope["user"], answered, scope["path"], scope["path_template"])
        if not answer.holds(after):
            return
        if self._snapshot is not before.snapshot or len(self._reusable) >= MOST_REUSED:
            self._snapshot, self._reusable = before.snapshot, {}
        self._reusable[request_of(scope)] = answer


def reusing_answers(reuse: AnswerReuse, app: ASGIApp) -> ASGIApp:
    """Wraps the application, which answers what no earlier answer does."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        found = await reuse.find(scope)
        await (app if found is None else found)(scope, receive, send)

    return handle


def keeping_answers(reuse: AnswerReuse) -> Callable[[ASGIApp], ASGIApp]:
    """The middleware before authentication, which keeps what routes answer."""

    # Functions, because Litestar deep-copies every other middleware with all that it holds.
    def wrapped(app: ASGIApp) -> ASGIApp:
        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            await reuse.answer_and_keep(app, scope, receive, send)

        return handle

    return wrapped


def request_of(scope: Scope) -> Request:
    """What an answer depends on in a read. The router changes the path, and leaves these as they came."""
    return scope["raw_path"], scope["query_string"], digest_of_headers(scope, COMPARED)


def is_read_with_credentials(scope: Scope) -> bool:
    """No other request is answered again."""
    return scope["type"] == ScopeType.HTTP and scope["method"] == "GET" and any(name in CREDENTIALS for name, _ in scope["headers"])


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
