"""The converters between values and JSON, for declarations, database rows and request bodies.

`checking_converter` reads input from outside. Its types are strict, it rejects unknown keys, it applies the domain's rules to texts and
numbers, and it collects every problem (see `errors_in`). `trusting_converter` reads rows that we wrote: the same mapping without checks.
Both write the same JSON.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from attrs import evolve, fields
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from modeldesk.adapters.checked_types import NUMBERS, TEXTS, WHOLE_NUMBERS
from modeldesk.adapters.error_collection import every_entry, every_member, every_part
from modeldesk.adapters.json_values import Hook, checked, one_of, priced, stored_price, whole, wrong_type
from modeldesk.adapters.model_lists import are_plain_ids, are_texts, read_at_once, written_by
from modeldesk.adapters.validation_errors import REFUSALS
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.audit import Action
from modeldesk.domain.model.keys.provider_key import KeyScope, api_key
from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels, declared_models
from modeldesk.domain.model.providers.provider import (
    STORED_ONLY,
    Capability,
    Json,
    PricingInfo,
    Provider,
    ProviderClassName,
    ProviderConfig,
)
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.providers.translation import Translation
from modeldesk.domain.model.use import Use
from modeldesk.domain.model.values import texts
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.timestamps import parse_timestamp
from modeldesk.domain.model.webhooks.event import EventType

OPEN_OBJECTS: tuple[Any, ...] = (ProviderConfig, PricingInfo)
"""Types that keep unknown keys in `further`."""

CHOICES: Mapping[type[Enum], str] = {PriceUnit: "unit", Action: "action", Scope: "scope", EventType: "event", Role: "role"}
"""What is one of a few texts, and the word for it in a refusal."""

_MODELS: Any = tuple[DeclaredModel, ...]


@cache  # a new converter generates code for each type
def checking_converter(classes: ProviderClasses) -> Converter:
    """The converter for declarations and bodies from outside, with this table of classes. JSON numbers with a fraction are `Decimal`."""
    converter = Converter(detailed_validation=True, forbid_extra_keys=True)
    for kind, text_rule in TEXTS.items():
        converter.register_structure_hook(kind, checked("string", (str,), text_rule))
    for kind, whole_rule in WHOLE_NUMBERS.items():
        converter.register_structure_hook(kind, whole(whole_rule))
    for kind, rule in NUMBERS.items():
        converter.register_structure_hook(kind, checked("number", (int, float, Decimal), rule))
    converter.register_structure_hook(bool, checked("boolean", (bool,), bool))
    converter.register_structure_hook(ProviderClassName, checked("string", (str,), _class_name(classes)))
    for choice, what in CHOICES.items():
        converter.register_structure_hook(choice, checked("string", (str,), one_of(choice, what)))
    converter.register_structure_hook(Secret, checked("string", (str,), api_key))
    converter.register_structure_hook(KeyScope, checked("string", (str,), one_of(KeyScope, "scope", quoting=False)))
    converter.register_structure_hook(datetime, checked("timestamp", (str,), parse_timestamp))
    converter.register_structure_hook(Pricing, checked("object", (dict,), priced))
    converter.register_structure_hook_factory(_is_optional, _optional)
    converter.register_structure_hook_factory(_is_sequence, _each_item)
    converter.register_structure_hook_factory(_is_mapping, _each_member)
    for kind in OPEN_OBJECTS:
        converter.register_structure_hook(kind, _open_object(kind, converter, _clean_members))
    converter.register_structure_hook_factory(_is_plain_value, _object)
    converter.register_structure_hook(DeclaredModel, _id_or_object(converter, TEXTS[texts.ModelId]))
    converter.register_structure_hook(DeclaredModels, read_at_once(_each_item(_MODELS, converter), are_plain_ids))
    return _writing(converter)


@cache
def trusting_converter() -> Converter:
    """A converter for rows that we wrote. A modified row may raise any exception."""
    converter = Converter(detailed_validation=False)
    for kind in (*TEXTS, *WHOLE_NUMBERS, *NUMBERS, bool, ProviderClassName):
        converter.register_structure_hook(kind, _unchanged)
    converter.register_structure_hook(Pricing, lambda value, _: stored_price(value))
    for kind in OPEN_OBJECTS:
        converter.register_structure_hook(kind, _open_object(kind, converter, lambda value: value))
    converter.register_structure_hook(DeclaredModel, _id_or_object(converter, texts.ModelId))
    converter.register_structure_hook(DeclaredModels, read_at_once(_each_item(_MODELS, converter), are_texts))
    return _writing(converter)


def _writing(converter: Converter) -> Converter:
    for kind in OPEN_OBJECTS:
        converter.register_unstructure_hook(kind, lambda value: value.members)
    converter.register_unstructure_hook(Pricing, lambda value: value.members)
    converter.register_unstructure_hook_factory(
        lambda kind: kind is Capability,
        lambda kind: make_dict_unstructure_fn(
            kind, converter, include=override(omit_if_default=True), exclude=override(omit_if_default=True)
        ),
    )
    converter.register_unstructure_hook_factory(
        lambda kind: kind is Provider or kind is Use,
        lambda kind: make_dict_unstructure_fn(kind, converter, translations=override(omit_if_default=True), **_without_stored_only(kind)),
    )
    converter.register_unstructure_hook_factory(
        lambda kind: kind is Translation, lambda kind: make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True)
    )
    models = written_by(make_dict_unstructure_fn(DeclaredModel, converter, _cattrs_omit_if_default=True))
    converter.register_unstructure_hook(DeclaredModel, lambda model: models(declared_models([model]))[0])
    converter.register_unstructure_hook(DeclaredModels, models)
    return converter


def _unchanged(value: Any, _: Any) -> Any:
    return value


def _is_plain_value(kind: Any) -> bool:
    return hasattr(kind, "__attrs_attrs__") and kind not in (Pricing, DeclaredModel, DeclaredModels, *OPEN_OBJECTS)


def _object(kind: Any, converter: Converter) -> Hook:
    members = make_dict_structure_fn(kind, converter, **_without_stored_only(kind), **_never_null(kind, converter))

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not dict:
            raise wrong_type("object", value)
        return members(value, kind)

    return structure


def _without_stored_only(kind: Any) -> dict[str, Any]:
    return {attribute.name: override(omit=True) for attribute in fields(kind) if STORED_ONLY in attribute.metadata}


def _never_null(kind: Any, converter: Converter) -> dict[str, Any]:
    """For types whose `MAY_BE_NULL` is false: a member may be left out, and is no null where it is given."""
    if getattr(kind, "MAY_BE_NULL", True):
        return {}
    kinds = {attribute.name: next(choice for choice in get_args(attribute.type) if choice is not NoneType) for attribute in fields(kind)}
    return {name: override(struct_hook=_as(given, converter.get_structure_hook(given))) for name, given in kinds.items()}


def _as(kind: Any, hook: Hook) -> Hook:
    return lambda value, _: hook(value, kind)


def _is_optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind) and len(get_args(kind)) == 2


def _optional(kind: Any, converter: Converter) -> Hook:
    """As cattrs' own, which looks the hook of the inner type up again for each value."""
    inner = next(choice for choice in get_args(kind) if choice is not NoneType)
    read = converter.get_structure_hook(inner)
    return lambda value, _: None if value is None else read(value, inner)


def _is_sequence(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _each_item(kind: Any, converter: Converter) -> Hook:
    item = get_args(kind)[0]
    one = converter.get_structure_hook(item)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not list:
            raise wrong_type("list", value)
        with suppress(*REFUSALS):
            return tuple([one(entry, item) for entry in value])
        return tuple(every_entry(kind, enumerate(value), lambda entry: one(entry, item)))

    return structure


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _each_member(kind: Any, converter: Converter) -> Hook:
    key_kind, value_kind = get_args(kind)
    read_key, read_value = converter.get_structure_hook(key_kind), converter.get_structure_hook(value_kind)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not dict:
            raise wrong_type("object", value)
        with suppress(*REFUSALS):
            return {read_key(key, key_kind): read_value(entry, value_kind) for key, entry in value.items()}
        return every_member(kind, value, lambda key: read_key(key, key_kind), lambda entry: read_value(entry, value_kind))

    return structure


def _id_or_object(converter: Converter, read_id: Callable[[str], texts.ModelId]) -> Hook:
    from_object = make_dict_structure_fn(DeclaredModel, converter)

    def structure(value: Any, kind: Any) -> DeclaredModel:
        if value.__class__ is str:
            return DeclaredModel(read_id(value))
        if value.__class__ is not dict:
            raise wrong_type("model", value)
        return from_object(value, kind)

    return structure


def _open_object(kind: Any, converter: Converter, clean: Callable[[dict[str, Any]], dict[str, Json]]) -> Hook:
    known = {attribute.name for attribute in fields(kind)} - {"further"}
    members = make_dict_structure_fn(kind, converter, further=override(omit=True))

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not dict:
            raise wrong_type("object", value)
        if known.issuperset(value):
            return members(value, kind)
        closed = {key: entry for key, entry in value.items() if key in known}
        further = {key: entry for key, entry in value.items() if key not in known}
        read = every_part(kind, lambda: members(closed, kind), lambda: clean(further))
        return evolve(read[0], further=read[1])

    return structure


def _clean_members(value: dict[str, Any]) -> dict[str, Json]:
    return every_member(dict, value, texts.single_line_text, _clean_json)


def _clean_json(value: Any) -> Json:
    """The value unchanged, except that its texts pass the rule for texts and its decimals become floats."""
    if isinstance(value, str):
        return texts.multiline_text(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return every_entry(list, enumerate(value), _clean_json)
    return _clean_members(value) if isinstance(value, dict) else value


def _class_name(classes: ProviderClasses) -> Callable[[str], ProviderClassName]:
    @lru_cache(maxsize=64)  # thousands of providers name a few classes
    def read(text: str) -> ProviderClassName:
        return classes.find(text).name

    return read
