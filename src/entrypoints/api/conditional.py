"""Reads that many ask for: encoded once a generation, and answered 304 where the caller has them already."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from attrs import frozen
from litestar import Request
from litestar.types import Receive, Scope, Send

from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.ports.queries import Snapshots

MOST_KEPT = 512
MOST_BYTES = 64 * 1024 * 1024
"""Of all answers that are kept together; the oldest goes first."""

MADE_AT = "generated_at"
"""The one member that says when an answer was made, not what it tells: no tag hangs on it."""

_TAGS = re.compile(rb'(?:W/)?("[^"]*")')

Build: TypeAlias = Callable[[], Awaitable[Mapping[str, object]]]
Key: TypeAlias = tuple[object, ...]


@frozen
class Prepared:
    """An answer as it goes over the wire. Litestar sends whatever is an ASGI application."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


@frozen
class Kept:
    """An answer in full, and what is sent instead to who has it."""

    tag: bytes
    full: Prepared
    unchanged: Prepared


class ConditionalAnswers:
    """Answers of the present generation, as bytes, by who asks and for what.

    A tag is made from what the answer says, who asks and for what. It does not hang on the numbers of the generation: a fresh database
    counts from 1 again, and a browser may still hold what an older one answered.
    """

    def __init__(self, snapshots: Callable[[], Snapshots]) -> None:
        self._snapshots = snapshots
        self._generation: tuple[int, int] | None = None
        self._kept: dict[Key, Kept] = {}
        self._bytes = 0

    async def answer(self, request: Request[Caller, Any, Any], build: Build, also: object = None, of: Generation | None = None) -> Prepared:
        """`build` makes the answer; `also` is what it shows besides the snapshot. `of` is the moment of which its parts are, where they were read
        before: an answer of an earlier moment than the present is given to who asked for it, and not kept.
        """
        kept = await self._present(request, build, also, of)
        return kept.unchanged if _holds(request.scope, kept.tag) else kept.full

    async def _present(self, request: Request[Caller, Any, Any], build: Build, also: object, of: Generation | None) -> Kept:
        # The numbers are read before the answer is built: what is built from here on may be newer than they say, never older.
        numbers = (await self._snapshots().current()).generation
        generation = (numbers.catalogue, numbers.choices)
        if generation != self._generation:
            self._generation, self._kept, self._bytes = generation, {}, 0
        scope, caller = request.scope, request.user
        acts_as = caller.token.role if isinstance(caller, TokenIdentity) else None
        key = (scope["path"], scope["query_string"], caller.admin.name, caller.admin.role, acts_as, also)
        kept = self._kept.get(key)
        if kept is None:
            kept = _made(key, await build())
            if generation == self._generation and (of is None or (of.catalogue, of.choices) == generation):
                self._keep(key, kept)
        return kept

    def _keep(self, key: Key, kept: Kept) -> None:
        self._drop(key)
        self._kept[key] = kept
        self._bytes += len(kept.full.body)
        while len(self._kept) > MOST_KEPT or self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._bytes -= len(kept.full.body)


def _made(key: Key, answer: Mapping[str, object]) -> Kept:
    body = msgspec.json.encode(answer)
    told = body if MADE_AT not in answer else msgspec.json.encode({**answer, MADE_AT: None})
    tag = b'"%s"' % hashlib.sha256(repr(key).encode() + told).hexdigest()[:32].encode()
    headers = ((b"etag", b"W/" + tag), (b"cache-control", b"private, no-cache"), (b"vary", b"Cookie"))
    described = ((b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()))
    return Kept(tag, full=Prepared(200, (*described, *headers), body), unchanged=Prepared(304, headers))


def _holds(scope: Scope, tag: bytes) -> bool:
    """Whether the caller has it, by weak comparison, as RFC 9110 wants it for If-None-Match."""
    asked = [value for name, value in scope["headers"] if name == b"if-none-match"]
    return any(value.strip() == b"*" or tag in _TAGS.findall(value) for value in asked)
