"""The digest of a plan: equal for equal changes, in every process."""

import json
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any

from attrs import fields, has

from modeldesk.domain.model.providers.declared_model import DeclaredModels

_EXACT = Context(prec=100)
"""More digits than any number of a declaration has."""

_PLAIN = frozenset((str, bool, int, type(None)))


def digest_of(changes: Iterable[tuple[str, object]]) -> str:
    """64 hexadecimal digits that identify these changes, each with its kind, in their order."""
    digest = sha256()
    for kind, value in changes:
        digest.update(json.dumps([kind, _as_json(value)], sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def _as_json(value: object) -> object:
    """The value as JSON that is the same for equal values. Numbers are tagged, so that none equals the text of its digits."""
    kind: Any = type(value)
    if kind in _PLAIN:  # nearly all of a long declaration
        return value
    value = value.value if isinstance(value, Enum) else value
    if isinstance(value, Decimal):
        return {"decimal": str(value.normalize(_EXACT))}
    if isinstance(value, Mapping):
        return {name: _as_json(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list | DeclaredModels):
        return [_as_json(entry) for entry in value]
    if names := _field_names(kind):
        return {name: _as_json(getattr(value, name)) for name in names}
    return value


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(attribute.name for attribute in fields(kind)) if has(kind) else ()
