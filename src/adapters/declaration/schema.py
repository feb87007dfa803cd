"""The JSON Schema of `providers.json`, derived from the types that the importer reads.

A new field of a type appears in the schema by itself. A field of a type without a rule raises LookupError.
"""

import json
from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from attrs import NOTHING, fields, has

from modeldesk.adapters.converter import OPEN_OBJECTS
from modeldesk.adapters.declaration.providers_json import KNOWN_MAJOR, REQUIRED_KEYS
from modeldesk.adapters.type_schemas import AMOUNT, END, NUMBER_SCHEMAS, PRICING, TEXT_SCHEMAS, Schema
from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels
from modeldesk.domain.model.providers.provider import STORED_ONLY, Provider, ProviderClassName
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.use import MOST_FALLBACKS, Use
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, MultilineText, SingleLineText

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_FURTHER = "further"


def write_schema(classes: ProviderClasses) -> bytes:
    """The schema as JSON text. `classes` are named as examples, so that an editor offers them."""
    return json.dumps(declaration_schema(classes), ensure_ascii=True, indent=2).encode() + b"\n"


def declaration_schema(classes: ProviderClasses) -> Schema:
    """The schema of a whole document. Raises LookupError for a type without a rule."""
    definitions = _Definitions(classes)
    properties = {
        "version": {"type": "string", "pattern": rf"^{KNOWN_MAJOR}\.[0-9]{{1,9}}\.[0-9]{{1,9}}{END}"},
        "providers": {"type": "array", "items": definitions.of(Provider)},
        "uses": {"type": "array", "items": definitions.of(Use)},
        "$schema": {"description": "For editors; the import ignores it."},
    }
    return {
        "$schema": DIALECT,
        "title": "providers.json",
        "description": "Providers of models, and the uses that products ask for.",
        "type": "object",
        "properties": properties,
        "required": list(REQUIRED_KEYS),
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.known.items())),
    }


class _Definitions:
    """The definitions of all types that were asked for, by the types' names."""

    def __init__(self, classes: ProviderClasses) -> None:
        self.known: dict[str, Schema] = {"Amount": AMOUNT}
        self._classes = classes

    def of(self, kind: Any) -> Schema:
        """A schema for values of the type."""
        if kind in NUMBER_SCHEMAS:
            return dict(NUMBER_SCHEMAS[kind])
        if kind is DeclaredModels:
            return {"type": "array", "items": self.of(DeclaredModel)}
        if get_origin(kind) is tuple:
            return {"type": "array", "items": self.of(get_args(kind)[0])}
        if get_origin(kind) is Mapping:
            key, value = get_args(kind)
            return {"type": "object", "propertyNames": self.of(key), "additionalProperties": self.of(value)}
        if get_origin(kind) in (Union, UnionType):
            return {"anyOf": [{"type": "null"} if part is NoneType else self.of(part) for part in get_args(kind)]}
        return self._named(kind.__name__, kind)

    def _named(self, name: str, kind: Any) -> Schema:
        if name not in self.known:
            self.known[name] = {}  # breaks the circle of a type that contains itself
            self.known[name] = self._definition(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _definition(self, kind: Any) -> Schema:
        if kind is ProviderClassName:
            return {**TEXT_SCHEMAS[kind], "examples": self._classes.names}
        if kind in TEXT_SCHEMAS:
            return dict(TEXT_SCHEMAS[kind])
        if kind is Pricing:
            return PRICING
        if not has(kind):
            raise LookupError(f"no JSON Schema for {kind}")
        members = self._object(kind)
        # An id alone is a model, too.
        return {"anyOf": [self.of(ModelId), members]} if kind is DeclaredModel else members

    def _object(self, kind: Any) -> Schema:
        declared = [one for one in fields(kind) if STORED_ONLY not in one.metadata and one.name != _FURTHER]
        properties = {one.name: self.of(one.type) for one in declared}
        required = [one.name for one in declared if one.default is NOTHING]
        if kind is Provider:
            # The importer takes the name where the display name is missing or empty.
            properties["display_name"] = {"anyOf": [properties["display_name"], {"const": ""}]}
            required.remove("display_name")
        if kind is Use:
            properties["fallbacks"] |= {"maxItems": MOST_FALLBACKS, "uniqueItems": True}
        rest = self._any_json() if kind in OPEN_OBJECTS else {"additionalProperties": False}
        described = {"description": (kind.__doc__ or "").partition("\n")[0]}
        return {**described, "type": "object", "properties": properties, **({"required": required} if required else {}), **rest}

    def _any_json(self) -> Schema:
        """Any members, at any depth; keys are names, and texts are descriptions."""
        further = {"propertyNames": self.of(SingleLineText), "additionalProperties": {"$ref": "#/$defs/Json"}}
        prose = {"if": {"type": "string"}, "then": self.of(MultilineText)}
        self.known["Json"] = {**prose, "items": {"$ref": "#/$defs/Json"}, **further}
        return further
