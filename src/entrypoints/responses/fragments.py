"""JSON of values that answers share: each is encoded once, so that after a change an answer is joined from fragments of which few are new."""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec

from modeldesk.entrypoints.responses.serializer import serialize

T = TypeVar("T")

MOST_KEPT = 50_000
"""Fragments of one kind. When there are more, only those of the latest answer stay."""


class Fragments(Generic[T]):
    """Fragments of one response type. A value is known again by its identity: it is kept with its fragment, and is never changed."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._values: dict[int, T] = {}
        self._fragments: dict[int, bytes] = {}

    def joined(self, values: Sequence[T]) -> msgspec.Raw:
        """The values as a JSON list."""
        known = self._fragments
        fragments = [known.get(id(value)) or self._added(value) for value in values]
        if len(known) > MOST_KEPT:
            self._values = {id(value): value for value in values}
            self._fragments = {id(value): fragment for value, fragment in zip(values, fragments, strict=True)}
        if not fragments:
            return msgspec.Raw(b"[]")
        # The brackets go to the first and the last one: around the joined text they would cost a copy of megabytes.
        fragments[0] = b"[" + fragments[0]
        fragments[-1] += b"]"
        return msgspec.Raw(b",".join(fragments))

    def _added(self, value: T) -> bytes:
        fragment = self._fragments[id(value)] = msgspec.json.encode(serialize(self._kind, value))
        self._values[id(value)] = value
        return fragment
