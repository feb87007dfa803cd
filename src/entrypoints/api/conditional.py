"""Conditional reads: responses are encoded once per generation, and 304 is sent if the caller has the current one."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import msgspec
from litestar import Request
from litestar.types import Receive, Scope, Send
from msgspec import Struct

from modeldesk.domain.errors import Unavailable
from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.entrypoints.responses.fragments import Joined, encoded_members

MOST_KEPT = 512
MOST_BYTES = 64 * 1024 * 1024
"""The limit for all cached responses together; the oldest is dropped first."""

MADE_AT = "generated_at"
"""The member with the time of the response, which the ETag ignores."""

_TAGS = re.compile(rb'(?:W/)?("[^"]*")')

Build: TypeAlias = Callable[[], Awaitable[Mapping[str, object]]]
Key: TypeAlias = tuple[object, ...]
Headers: TypeAlias = Callable[[Mapping[str, object]], Sequence[tuple[bytes, bytes]]]
Tagged: TypeAlias = Callable[[Mapping[str, object]], Mapping[str, object]]
Make: TypeAlias = Callable[[Key], Awaitable["Kept"]]
EachTime: TypeAlias = Callable[[], None]

ANSWERED = "answered"
"""The name of an `Answered` in the scope of a request whose answer may be reused."""

GIVEN = (200, 304)
"""The statuses of such an answer; any other is a refusal that came later."""


def nothing_each_time() -> None:
    """Of an answer that is given without any effect."""


class Prepared(Struct, frozen=True):
    """An encoded response. It is an ASGI application, which Litestar sends as it is."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def encoded(answer: Mapping[str, object]) -> Prepared:
    """The answer to a write, without the framework's way to bytes."""
    body = msgspec.json.encode(answer)
    return Prepared(200, _description(body), body)


class Kept(Struct, frozen=True):
    """The full response, and the 304 for callers who have it. With `shows_choices` a selection or a use may change it."""

    tag: bytes
    full: Prepared
    unchanged: Prepared
    shows_choices: bool = True

    def response_to(self, scope: Scope) -> Prepared:
        """The one of the two that a request gets."""
        return self.unchanged if _holds(scope, self.tag) else self.full


class Answered(Struct, frozen=True):
    """An answer that may be kept under this key. `each_time` is called with every request that gets it."""

    key: Key
    each_time: EachTime


class ConditionalAnswers:
    """Encoded responses of the current generation, by caller and request.

    The ETag is a digest of the content, the caller and the request. It does not include generation numbers: a new database starts at 1
    again, and a browser may still hold a response of an older one.
    """

    def __init__(self, snapshots: Callable[[], Snapshots]) -> None:
        self._snapshots = snapshots
        self._generation: tuple[int, int] | None = None
        self._kept: dict[Key, Kept] = {}
        self._bytes = 0
        self._being_made: dict[tuple[object, ...], asyncio.Future[Kept]] = {}

    @property
    def count(self) -> int:
        """How many responses are cached."""
        return len(self._kept)

    def clear(self) -> None:
        """Drops every response, as a restart does."""
        self._start(None)

    async def answer(
        self,
        request: Request[Caller, Any, Any],
        build: Build,
        also: object = None,
        of: Generation | None = None,
        *,
        tagged: Tagged | None = None,
        headers: Headers | None = None,
        shows_choices: bool = True,
        each_time: EachTime = nothing_each_time,
        is_reusable: bool = True,
        is_kept: bool = True,
    ) -> Prepared:
        """The response, or 304. `build` creates it; `also` is what it depends on besides the snapshot. `of` is the generation of parts that were
        read before: a response of an earlier generation is sent, but not cached. The ETag covers what `tagged` leaves of it. `headers` gives
        further ones. Without `shows_choices` it shows no selection and no use, and outlives their changes. `each_time` is called with every
        answer, also where a reusable one is given again without the handler: see `answer_reuse`. One that nobody can ask for again is not
        `is_kept`: only those who wait for it share it.
        """
        key, kept = await self._present(
            request,
            lambda key: _made(key, build, tagged or _without_time, headers or _no_headers, shows_choices=shows_choices),
            also,
            of,
            is_kept=is_kept,
        )
        if is_reusable:
            cast("dict[str, Any]", request.scope)[ANSWERED] = Answered(key, each_time)
        each_time()
        return kept.response_to(request.scope)

    def find(self, answered: Answered) -> Kept | None:
        """The response that `answer` would give again; None where it would be made anew."""
        return self._kept.get(answered.key)

    async def _present(
        self, request: Request[Caller, Any, Any], make: Make, also: object, of: Generation | None, *, is_kept: bool
    ) -> tuple[Key, Kept]:
        # Read before the response is built, so that its content is never older than this generation.
        numbers = (await self._snapshots().current()).generation
        generation = (numbers.catalogue, numbers.choices)
        if generation != self._generation:
            self._step(generation)
        scope, caller = request.scope, request.user
        acts_as = caller.token.role if isinstance(caller, TokenIdentity) else None
        key = (scope["path"], scope["query_string"], caller.admin.name, caller.admin.role, acts_as, also)
        kept = self._kept.get(key)
        if kept is None:
            kept = await self._made_once((key, generation, of), lambda: make(key))
            if is_kept and generation == self._generation and (of is None or (of.catalogue, of.choices) == generation):
                self._keep(key, kept)
        return key, kept

    async def _made_once(self, key: tuple[object, ...], make: Callable[[], Awaitable[Kept]]) -> Kept:
        """Requests that come while their answer is being made wait for it, and share its failure: a long answer takes megabytes to make.

        Where the one that makes it is cancelled, the next one makes it. So it does where that one's deadline ran out, since its own goes on; a
        second request that was refused so is shared: nobody waits for the deadlines of all others, one after the other.
        """
        was_unavailable = False
        while (running := self._being_made.get(key)) is not None:
            await asyncio.wait((running,))
            if running.cancelled():
                continue
            if was_unavailable or not isinstance(running.exception(), Unavailable):
                return running.result()
            was_unavailable = True
        outcome = self._being_made[key] = asyncio.get_running_loop().create_future()
        try:
            kept = await make()
        except Exception as error:
            outcome.set_exception(error)
            outcome.exception()  # retrieved, for the case that nobody waits
            raise
        else:
            outcome.set_result(kept)
            return kept
        finally:
            outcome.cancel()  # does nothing where there is an outcome
            del self._being_made[key]

    def _step(self, generation: tuple[int, int]) -> None:
        """Drops what the new generation may have changed."""
        if self._generation is None or generation[0] != self._generation[0]:
            self._start(generation)
            return
        self._generation = generation
        for key in [key for key, kept in self._kept.items() if kept.shows_choices]:
            self._drop(key)

    def _start(self, generation: tuple[int, int] | None) -> None:
        self._generation, self._kept, self._bytes = generation, {}, 0

    def _keep(self, key: Key, kept: Kept) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._bytes += len(kept.full.body)
        while len(self._kept) > MOST_KEPT or self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._bytes -= len(kept.full.body)


def _description(body: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()))


def _without_time(answer: Mapping[str, object]) -> Mapping[str, object]:
    return answer if MADE_AT not in answer else {**answer, MADE_AT: None}


def _no_headers(_: Mapping[str, object]) -> Sequence[tuple[bytes, bytes]]:
    return ()


async def _made(key: Key, build: Build, tagged: Tagged, further: Headers, *, shows_choices: bool) -> Kept:
    answer = await build()
    body, tag = encoded_members(answer), _tag(key, tagged(answer))
    headers = ((b"etag", b"W/" + tag), (b"cache-control", b"private, no-cache"), (b"vary", b"Cookie"), *further(answer))
    return Kept(tag, Prepared(200, (*_description(body), *headers), body), Prepared(304, headers), shows_choices)


def _tag(key: Key, covered: Mapping[str, object]) -> bytes:
    digest = hashlib.sha256(repr(key[:-1]).encode())
    for name, value in covered.items():
        digest.update(msgspec.json.encode(name))
        digest.update(value.digest if isinstance(value, Joined) else msgspec.json.encode(value))
    return b'"%s"' % digest.hexdigest()[:32].encode()


def _holds(scope: Scope, tag: bytes) -> bool:
    """Whether If-None-Match contains the tag, by weak comparison (RFC 9110)."""
    asked = [value for name, value in scope["headers"] if name == b"if-none-match"]
    return any(value.strip() == b"*" or tag in _TAGS.findall(value) for value in asked)
