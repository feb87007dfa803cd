"""The one converter between values and JSON: declarations, rows and request bodies pass through here.

`checking_converter` is the door: types are strict, unknown keys are refused, texts and numbers go through the rules of the domain, and
every problem is collected (`misfits`). `trusting_converter` reads what we wrote ourselves, in rows: the same mapping without questions.
Both write alike.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_args, get_origin

from attrs import fields
from cattrs import Converter, IterableValidationError, IterableValidationNote
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn

from modeldesk.domain import numbers, texts
from modeldesk.domain.errors import RuleBroken
from modeldesk.domain.prices import AMOUNTS, PriceUnit, Pricing, amount
from modeldesk.domain.providers import DeclaredModel, Json, PricingInfo, Provider, ProviderClasses, ProviderClassName, ProviderConfig
from modeldesk.domain.texts import nearest

Hook = Callable[[Any, Any], Any]

TEXTS: Mapping[Any, Callable[[str], Any]] = {
    str: texts.prose,
    texts.Slug: texts.slug,
    texts.CapabilityName: texts.capability_name,
    texts.Line: texts.line,
    texts.Prose: texts.prose,
    texts.HttpUrl: texts.http_url,
    texts.ModelId: texts.model_id,
}
WHOLE_NUMBERS: Mapping[Any, Callable[[int], Any]] = {
    int: int,
    numbers.SortOrder: numbers.sort_order,
    numbers.Tokens: numbers.tokens,
    numbers.RetryCount: numbers.retry_count,
}
NUMBERS: Mapping[Any, Callable[[Any], Any]] = {
    numbers.Seconds: numbers.seconds,
    numbers.UsDollars: numbers.us_dollars,
}
OPEN_OBJECTS: tuple[Any, ...] = (ProviderConfig, PricingInfo)
"""Values that keep the keys they do not know, in `further`."""

JSON_NAMES = {str: "a string", bool: "true or false", int: "a number", Decimal: "a number", float: "a number", list: "a list", dict: "an object"}


def checking_converter(classes: ProviderClasses) -> Converter:
    """For documents and bodies from outside. `Decimal` stands for JSON numbers with a fraction."""
    converter = Converter(detailed_validation=True, forbid_extra_keys=True)
    for kind, text_rule in TEXTS.items():
        converter.register_structure_hook(kind, _checked("a string", (str,), text_rule))
    for kind, whole_rule in WHOLE_NUMBERS.items():
        converter.register_structure_hook(kind, _checked("a whole number", (int,), whole_rule))
    for kind, rule in NUMBERS.items():
        converter.register_structure_hook(kind, _checked("a number", (int, float, Decimal), rule))
    converter.register_structure_hook(bool, _checked("true or false", (bool,), bool))
    converter.register_structure_hook(ProviderClassName, _checked("a string", (str,), lambda text: classes.named(text).name))
    converter.register_structure_hook(PriceUnit, _checked("a string", (str,), _price_unit))
    converter.register_structure_hook(Pricing, _checked("an object", (dict,), _priced))
    converter.register_structure_hook_factory(_is_sequence, _each_item)
    converter.register_structure_hook_factory(_is_mapping, _each_member)
    for kind in OPEN_OBJECTS:
        converter.register_structure_hook(kind, _open_object(kind, converter, _clean_json))
    converter.register_structure_hook_factory(_is_plain_value, _object)
    converter.register_structure_hook(DeclaredModel, _id_or_object(converter))
    return _writing(converter)


def trusting_converter() -> Converter:
    """For what we wrote ourselves. A row that was tampered with may raise anything."""
    converter = Converter(detailed_validation=False)
    for kind in (*TEXTS, *WHOLE_NUMBERS, *NUMBERS, bool, ProviderClassName):
        converter.register_structure_hook(kind, _as_it_is)
    converter.register_structure_hook(Pricing, lambda value, _: _stored_price(value))
    for kind in OPEN_OBJECTS:
        converter.register_structure_hook(kind, _open_object(kind, converter, lambda value: value))
    converter.register_structure_hook(DeclaredModel, _id_or_object(converter))
    return _writing(converter)


def _writing(converter: Converter) -> Converter:
    for kind in OPEN_OBJECTS:
        converter.register_unstructure_hook(kind, lambda value: value.members)
    converter.register_unstructure_hook(Pricing, lambda value: value.members)
    plain = make_dict_unstructure_fn(DeclaredModel, converter, _cattrs_omit_if_default=True)
    converter.register_unstructure_hook(DeclaredModel, lambda model: model.id if _only_an_id(model) else plain(model))
    return converter


def wrong_type(wanted: str, value: object) -> RuleBroken:
    """Says what was wanted and what came, in the words of JSON."""
    return RuleBroken(f"must be {wanted}, not {'null' if value is None else JSON_NAMES.get(type(value), type(value).__name__)}")


def _checked(wanted: str, types: tuple[type, ...], rule: Callable[[Any], Any]) -> Hook:
    def structure(value: Any, _: Any) -> Any:
        # bool is an int to Python, but not to JSON.
        if not isinstance(value, types) or (value.__class__ is bool and bool not in types):
            raise wrong_type(wanted, value)
        return rule(value)

    return structure


def _as_it_is(value: Any, _: Any) -> Any:
    return value


def _is_plain_value(kind: Any) -> bool:
    return hasattr(kind, "__attrs_attrs__") and kind not in (Pricing, DeclaredModel, *OPEN_OBJECTS)


def _object(kind: Any, converter: Converter) -> Hook:
    members = make_dict_structure_fn(kind, converter)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not dict:
            raise wrong_type("an object", value)
        return members(value, kind)

    return structure


def _is_sequence(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _each_item(kind: Any, converter: Converter) -> Hook:
    item = get_args(kind)[0]
    one = converter.get_structure_hook(item)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not list:
            raise wrong_type("a list", value)
        return tuple(_all(kind, ((index, entry) for index, entry in enumerate(value)), lambda _, entry: one(entry, item)))

    return structure


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping or getattr(get_origin(kind), "__name__", "") == "Mapping"


def _each_member(kind: Any, converter: Converter) -> Hook:
    key_kind, value_kind = get_args(kind)
    read_key, read_value = converter.get_structure_hook(key_kind), converter.get_structure_hook(value_kind)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not dict:
            raise wrong_type("an object", value)
        return dict(_all(kind, value.items(), lambda key, entry: (read_key(key, key_kind), read_value(entry, value_kind))))

    return structure


def _all(kind: Any, entries: Any, read: Callable[[Any, Any], Any]) -> list[Any]:
    """Reads every entry; what fails is collected under its index or key, in the way that cattrs collects."""
    good, bad = [], []
    for index, entry in entries:
        try:
            good.append(read(index, entry))
        except Exception as error:  # noqa: BLE001, PERF203 - collected, and raised together below
            error.__notes__ = [*getattr(error, "__notes__", []), IterableValidationNote("in an entry", index, kind)]
            bad.append(error)
    if bad:
        raise IterableValidationError("in entries", bad, kind)
    return good


def _id_or_object(converter: Converter) -> Hook:
    from_id = converter.get_structure_hook(texts.ModelId)
    from_object = make_dict_structure_fn(DeclaredModel, converter)

    def structure(value: Any, kind: Any) -> DeclaredModel:
        if value.__class__ is str:
            return DeclaredModel(from_id(value, texts.ModelId))
        if value.__class__ is not dict:
            raise wrong_type("a model id or an object", value)
        return from_object(value, kind)

    return structure


def _open_object(kind: Any, converter: Converter, clean: Callable[[Any], Json]) -> Hook:
    known = {attribute.name for attribute in fields(kind)} - {"further"}
    members = make_dict_structure_fn(kind, converter)

    def structure(value: Any, _: Any) -> Any:
        if value.__class__ is not dict:
            raise wrong_type("an object", value)
        closed = {key: entry for key, entry in value.items() if key in known}
        further = {key: entry for key, entry in value.items() if key not in known}
        return members(closed | {"further": clean(further)} if further else closed, kind)

    return structure


def _clean_json(value: Any) -> Json:
    """Kept as it came, with its texts held to the rule for texts and its numbers as floats."""
    if isinstance(value, str):
        return texts.prose(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_clean_json(entry) for entry in value]
    if isinstance(value, dict):
        return {texts.line(key): _clean_json(entry) for key, entry in value.items()}
    return value


def _price_unit(text: str) -> PriceUnit:
    try:
        return PriceUnit(text)
    except ValueError:
        raise RuleBroken(f"unknown unit {text!r}; known: {', '.join(unit.value for unit in PriceUnit)}") from None


def _priced(value: dict[str, Any]) -> Pricing:
    def read(key: str, entry: Any) -> tuple[str, Any] | None:
        if key == "currency":
            if entry != "USD":
                raise RuleBroken("the currency is USD")
            return None
        if key == "unit":
            return key, _checked("a string", (str,), _price_unit)(entry, PriceUnit)
        if key not in AMOUNTS:
            raise unknown_key(key, ("currency", "unit", *AMOUNTS))
        # Unknown is null; it is not kept, so that two prices that know the same are the same.
        return None if entry is None else (key, _checked("a number", (int, float, Decimal, str), amount)(entry, Decimal))

    members = dict(filter(None, _all(Pricing, value.items(), read)))
    return Pricing(members.pop("unit", PriceUnit.MILLION_TOKENS), members)


def unknown_key(key: str, known: tuple[str, ...]) -> RuleBroken:
    """Names the known key it looks like a slip of, where there is one."""
    close = nearest(key, known)
    return RuleBroken(f"unknown key {key!r}" + (f"; did you mean {close!r}?" if close else f"; known: {', '.join(known)}"))


def _stored_price(value: dict[str, Any]) -> Pricing:
    return Pricing(PriceUnit(value["unit"]), {name: Decimal(value[name]) for name in AMOUNTS if name in value})


def _only_an_id(model: DeclaredModel) -> bool:
    return model.name is None and model.is_free is None and model.pricing is None and model.context_length is None
