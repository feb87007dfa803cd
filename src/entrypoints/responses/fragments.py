"""JSON of values that answers share: each is encoded once, so that after a change an answer is joined from fragments of which few are new."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from typing import Any, Generic, TypeVar

import msgspec
from attrs import field
from msgspec import Struct

from modeldesk.domain.records import frozen
from modeldesk.entrypoints.responses.serializer import serialize

T = TypeVar("T")

MOST_KEPT = 50_000
"""Fragments of one kind. When there are more, only those of the latest answer stay."""

AT_A_TIME = 250
"""Values of a list that are encoded together."""


@frozen
class Joined:
    """A JSON list as its fragments, and a digest of them: neither copied nor hashed again until the answer is."""

    parts: Sequence[bytes] = field(repr=False)
    digest: bytes


class _Fragment(Struct, frozen=True):
    """`value` is kept so that no other object gets its identity. `text` begins with the comma before it."""

    value: object
    text: bytes
    digest: bytes


class Fragments(Generic[T]):
    """Fragments of one response type. A value is known again by its identity: it is kept with its fragment, and is never changed.

    `beside` names a member that is no attribute of the values, and is given beside each.
    """

    def __init__(self, kind: Any, beside: str = "") -> None:
        self._kind = kind
        self._beside = beside
        self._fragments: dict[Hashable, _Fragment] = {}

    def joined(self, values: Sequence[T], given: Sequence[Hashable] = ()) -> Joined:
        """The values as a JSON list. `given` has what is given beside each."""
        keys: list[Hashable] = list(zip(map(id, values), given, strict=True)) if given else [id(value) for value in values]
        known = self._fragments
        found = [known.get(key) or self._added(key, value) for key, value in zip(keys, values, strict=True)]
        if len(known) > MOST_KEPT:
            self._fragments = dict(zip(keys, found, strict=True))
        parts = [fragment.text for fragment in found] or [b","]
        parts[0] = b"[" + parts[0][1:]
        return Joined([*parts, b"]"], sha256(b"".join([fragment.digest for fragment in found])).digest())

    def _added(self, key: Hashable, value: T) -> _Fragment:
        given = {self._beside: key[1]} if isinstance(key, tuple) else {}
        text = b"," + msgspec.json.encode(serialize(self._kind, value, **given))
        fragment = self._fragments[key] = _Fragment(value, text, sha256(text).digest())
        return fragment


def encoded_list(values: Iterable[object]) -> Joined:
    """A JSON list of values that need no fragments. They are taken and encoded some at a time, so that no long list of them is in memory."""
    rest, parts, digest = iter(values), list[bytes](), sha256()
    while some := list(islice(rest, AT_A_TIME)):
        text = msgspec.json.encode(some)[1:-1]
        digest.update(b"," + text)
        parts += (b"," if parts else b"", text)
    return Joined([b"[", *parts, b"]"], digest.digest())


def encoded_members(answer: Mapping[str, object]) -> bytes:
    """The answer as JSON. Lists that are joined from fragments are copied once."""
    parts = list[bytes]()
    for name, value in answer.items():
        parts += (b"," if parts else b"{", msgspec.json.encode(name), b":")
        parts += value.parts if isinstance(value, Joined) else (msgspec.json.encode(value),)
    return b"".join((*parts, b"}")) if parts else b"{}"
