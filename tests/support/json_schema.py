"""Whether a JSON value has the shape that a document describes: as much of JSON Schema as our OpenAPI document uses, and no more."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

KINDS: Mapping[str, Any] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
UNDERSTOOD = {"$ref", "type", "properties", "required", "additionalProperties", "items", "oneOf", "anyOf", "title", "description"}
"""A word that is not here would be passed over, so it is refused."""


def faults(document: Schema, schema: Schema, value: object, path: str = "$") -> Iterator[str]:
    """Every way in which the value differs from the schema. A member that is not described counts as one."""
    if unknown := set(schema) - UNDERSTOOD:
        yield f"{path}: this check does not understand {sorted(unknown)}"
    if "$ref" in schema:
        yield from faults(document, referred(document, schema["$ref"]), value, path)
        return
    if choices := schema.get("oneOf") or schema.get("anyOf"):
        tried = [list(faults(document, choice, value, path)) for choice in choices]
        if all(tried):
            yield min(tried, key=len)[0]
        return
    kinds = schema.get("type")
    if kinds is not None and not any(KINDS[kind](value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        yield f"{path}: {value!r} is not {kinds}"
    elif isinstance(value, dict) and kinds == "object":
        yield from _members(document, schema, value, path)
    elif isinstance(value, list):
        for number, entry in enumerate(value):
            yield from faults(document, schema["items"], entry, f"{path}[{number}]")


def _members(document: Schema, schema: Schema, value: Mapping[str, object], path: str) -> Iterator[str]:
    described, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{path}: {name} is missing"
    for name, entry in value.items():
        if name in described:
            yield from faults(document, described[name], entry, f"{path}.{name}")
        elif isinstance(others, Mapping):
            yield from faults(document, others, entry, f"{path}.{name}")
        else:
            yield f"{path}: {name} is not described"


def referred(document: Schema, reference: str) -> Schema:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)
