"""The JSON Schema of `providers.json`: it and the importer accept the same documents, except for faults that no schema can express."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from typing import Any

import pytest
from attrs import frozen
from jsonschema import Draft202012Validator
from jsonschema_rs import Draft202012Validator as QuickValidator

from modeldesk.adapters.checked_types import NUMBERS, TEXTS, WHOLE_NUMBERS
from modeldesk.adapters.declaration import schema
from modeldesk.adapters.type_schemas import NUMBER_SCHEMAS, TEXT_SCHEMAS
from modeldesk.domain.errors import DeclarationInvalid, InvalidValue
from modeldesk.domain.model.providers.provider import PROVIDER_FIELDS, ProviderClassName
from modeldesk.domain.model.use import MOST_FALLBACKS, USE_FIELDS, Use
from tests.support.counts import some
from tests.support.declarations import CLASSES, READER, ROOT, document, entry
from tests.support.invalid_declarations import BAD_DECLARATIONS

SCHEMA = schema.declaration_schema(CLASSES)
VALIDATOR = Draft202012Validator(SCHEMA)
QUICK = QuickValidator(SCHEMA)
"""Another implementation of the same standard, a hundred times as fast."""

BEYOND = frozenset(
    [
        *("slug-repeated", "use-repeated", "key-repeated", "key-equal-in-nfc"),
        *("provider-class-unknown", "header-for-secrets", "header-of-transport", "query-for-secrets", "url-unreadable"),
    ]
)
"""Codes of faults that no schema expresses: what stands elsewhere in the document, what is installed, what a name means, Unicode forms."""

NOT_JSON = ("broken JSON", "an empty file", "UTF-16", "an older encoding", "NaN", "depth 5,000")
"""Refused before a schema is applied: the syntax, the encoding and the depth of the text."""

PRICING = {
    "currency": "USD",
    "unit": "image",
    "prompt": 0.1,
    "completion": "2.50",
    "request": None,
    "cache_read": "-0",
    "cache_write": "1e3",
}
FULL: dict[str, Any] = {
    "version": "1.0.0",
    "$schema": "https://modeldesk.example/schema/providers.json",
    "providers": [
        {
            "slug": "acme",
            "name": "آکمی",
            "display_name": "Acme",
            "description": "می\u200cخواهم\n\tx",
            "provider_class": "src.ai.providers.x.openaicompatibleprovider",
            "api_base_url": "HTTPS://acme.example:8080/v1?x=1",
            "website": "",
            "logo_url": "http://[::1]/é",
            "documentation_url": "http://acme.example",
            "capabilities": {
                "chat": {
                    "supported": True,
                    "has_dynamic_models": False,
                    "description": "",
                    "models": ["a", {"id": "b/c d", "name": "B", "is_free": None, "pricing": PRICING, "context_length": 1}],
                    "include": ["a*"],
                    "exclude": [],
                }
            },
            "config": {
                "supports_streaming": True,
                "max_retry": 3,
                "timeout": 1.5,
                "headers": {"OpenAI-Project": "proj 1"},
                "query": {"api-version": "a é"},
                "list_path": "/catalog/models?x=..",
                "key_header": "X-Api-Key",
                "key_scheme": "",
                "region": {"eu": [1, 0.25, None, "x", {"y": True}]},
            },
            "pricing_info": {"type": "pay_per_use", "minimum_credit": 5, "free_tier": None, "note": "é"},
            "translations": {"pt-BR": {"display_name": "Á", "description": None, "capabilities": {"chat": "x"}}},
            "sort_order": -1,
            "is_active": True,
            "is_recommended": False,
            "allow_personal_keys": True,
            "allow_shared_for_normal_admins": False,
        }
    ],
    "uses": [{"name": "support", "capability": "chat", "provider": "acme", "description": "", "fallbacks": ["b", "c"]}],
}
VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1, 11, 1.5, 10**13, [], {}, [None], {"": 1}, {"x": None}, {"A b": {}}),
    *(
        "",
        " ",
        "x",
        "X",
        "x y",
        " x",
        "x ",
        "x\n",
        "x\ty",
        "a\x07b",
        "a\x0bb",
        "a\u202eb",
        "a\u2028b",
        "a\ufeffb",
        "\xa0x",
        "a-",
        "x" * 65,
        "x" * 201,
    ),
    *("e\u0301" * 150, "x" * 2_049, "x" * 10_001, "USD", "1M tokens", "1", "-1", "01.5e+3", "1.", "1.2.3", "2.0.0", "1.0.0\n"),
    *("fa", "fas", "fars", "fa-", "fa-x", "zh-Hant-TW-x1", "zh-Hant-TW-x1-x2", "fa-12345678", "fa-123456789", "FA", "pt_BR"),
    *("http://x", "ftp://x", "http://", "http://:80", "http://x:a", "http://u@x", "http://u:p@x", "http://x/@", "http://x y", "http://x\n"),
    *(
        "http://a[b]",
        "http://x[::1]",
        "http://a\xadb",
        "https:x",
        "//x",
        "/..",
        "a/../b",
        "a://b",
        "a?b/../c",
        "..a",
        "x.y",
        "x_y",
        "é",
        "Basic",
    ),
)


def refusal(data: bytes) -> set[str]:
    """The codes of the importer's refusal; empty for an accepted document."""
    try:
        READER.read(data)
    except DeclarationInvalid as refused:
        return {problem.reason.code for problem in refused.problems}
    return set()


def fault_of(rule: Callable[[Any], object], value: object) -> str | None:
    """The code with which the rule refuses the value."""
    try:
        rule(value)
    except InvalidValue as refused:
        return refused.reason.code
    return None


def require_agreement(declared: Any) -> None:
    """Both accept the document or both refuse it, unless all its faults are beyond a schema."""
    codes, fits = refusal(json.dumps(declared).encode()), QUICK.is_valid(declared)
    if not codes:
        assert fits, [error.message for error in VALIDATOR.iter_errors(declared)]
    elif not codes <= BEYOND:
        assert not fits, codes


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*path, key))


def variants(path: tuple[Any, ...]) -> Iterator[Callable[[], Any]]:
    """The full document with another value, without the value, and with another key there; each is made when it is called for."""
    if not path:
        yield from ((lambda value=value: value) for value in VALUES)  # type: ignore[misc] # bound in each turn
        return
    yield from (partial(replaced, path, value) for value in VALUES)
    yield partial(without, path)
    if isinstance(path[-1], str):
        yield from (partial(beside, path, key) for key in ("zzz", "Z z", "", "a\u202eb", "x" * 65))


def replaced(path: tuple[Any, ...], value: Any) -> Any:
    parent, whole = parent_in_copy(path)
    parent[path[-1]] = value
    return whole


def without(path: tuple[Any, ...]) -> Any:
    parent, whole = parent_in_copy(path)
    del parent[path[-1]]
    return whole


def beside(path: tuple[Any, ...], key: str) -> Any:
    parent, whole = parent_in_copy(path)
    parent[key] = deepcopy(parent[path[-1]])
    return whole


def parent_in_copy(path: tuple[Any, ...]) -> tuple[Any, Any]:
    whole = deepcopy(FULL)
    parent = whole
    for key in path[:-1]:
        parent = parent[key]
    return parent, whole


def test_it_is_a_schema() -> None:
    """Of the dialect that it names, and printed without loss."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert json.loads(schema.write_schema(CLASSES)) == SCHEMA


def test_every_field_of_a_declaration_is_in_it() -> None:
    """Derived from the types, so that none can be forgotten; the stored version is none."""
    assert tuple(SCHEMA["$defs"]["Provider"]["properties"]) == PROVIDER_FIELDS
    assert tuple(SCHEMA["$defs"]["Use"]["properties"]) == USE_FIELDS
    assert set(FULL["providers"][0]) == set(PROVIDER_FIELDS), "the agreement below covers each field"


def test_a_type_without_a_rule_is_an_error() -> None:
    """A field of a new type cannot go unchecked."""

    @frozen
    class Novelty:
        at: complex

    with pytest.raises(LookupError, match="complex"):
        schema._Definitions(CLASSES).of(Novelty)


def test_good_declarations_fit() -> None:
    """The one that ships, and one with every field."""
    for data in ((ROOT / "providers.json").read_bytes(), json.dumps(FULL).encode(), document(), document(entry(display_name=""))):
        assert refusal(data) == set()
        assert [error.message for error in VALIDATOR.iter_errors(json.loads(data))] == []


@pytest.mark.parametrize("name", [name for name in BAD_DECLARATIONS if name not in NOT_JSON])
def test_bad_declarations_are_refused_by_both(name: str) -> None:
    """Except for faults beyond a schema."""
    data, _ = BAD_DECLARATIONS[name]
    assert refusal(data)
    assert VALIDATOR.is_valid(json.loads(data)) is (refusal(data) <= BEYOND)


@pytest.mark.parametrize("path", list(places(FULL)), ids=str)
def test_both_agree_on_any_value_at_any_place(path: tuple[Any, ...]) -> None:
    """Other types, texts and numbers, missing keys and unknown keys, at each place of a full document; at night all of them at each."""
    for made in some(list(variants(path)), 12, path):
        require_agreement(made())


@pytest.mark.parametrize("kind", [kind for kind in TEXT_SCHEMAS if kind is not ProviderClassName], ids=lambda kind: kind.__name__)
def test_each_text_follows_its_rule(kind: Any) -> None:
    """What the rule refuses the schema refuses, and nothing else."""
    validator = Draft202012Validator(TEXT_SCHEMAS[kind])
    for text in (value for value in VALUES if isinstance(value, str)):
        code = fault_of(TEXTS[kind], text)
        assert code in BEYOND or validator.is_valid(text) is (code is None), (text, code)


def numbers_around(described: dict[str, Any]) -> Iterator[int | float]:
    """Those at both bounds of a schema, and beside them."""
    for name in {"minimum", "exclusiveMinimum", "maximum"} & set(described):
        bound = described[name]
        yield from (bound - 1, bound, bound + 1)
        if described["type"] == "number":
            yield from (bound - 0.25, bound + 0.25)


@pytest.mark.parametrize("kind", [kind for kind in NUMBER_SCHEMAS if kind is not bool], ids=lambda kind: kind.__name__)
def test_each_number_follows_its_rule(kind: Any) -> None:
    """At both of its bounds, and beside them."""
    described, rule = NUMBER_SCHEMAS[kind], {**WHOLE_NUMBERS, **NUMBERS}[kind]
    validator, tried = Draft202012Validator(described), list(numbers_around(described))
    assert len(tried) >= 6
    for number in tried:
        assert validator.is_valid(number) is (fault_of(rule, number) is None), number


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "\u200b"}, "blank"),
        ({"capabilities": {"chat": {"supported": True, "models": [{"id": "a", "pricing": {"prompt": "2e9"}}]}}}, "price-out-of-range"),
        ({"capabilities": {"chat": {"supported": True, "models": ["é" * 201]}}}, "model-id-too-long"),
    ],
    ids=["an invisible name", "a price as text", "composed characters"],
)
def test_what_the_importer_alone_refuses(fields: dict[str, Any], code: str) -> None:
    """Of rules that a schema has in part, what it cannot express."""
    data = document(entry(**fields))
    assert refusal(data) == {code}
    assert VALIDATOR.is_valid(json.loads(data))


def test_a_whole_number_may_be_written_with_a_point() -> None:
    """`5.0`, also with an exponent; both read it, and neither reads `5.5`. The rule of the number holds as for `5`."""
    for written, is_read in (("5.0", True), ("5e2", True), ("-3.00", True), ("5.5", False), ("3e9", False)):
        data = document(entry(sort_order=7)).replace(b": 7", f": {written}".encode())
        assert written.encode() in data
        assert (refusal(data) == set()) is is_read
        assert VALIDATOR.is_valid(json.loads(data)) is is_read


@pytest.mark.parametrize("fallbacks", [["b", "b"], [f"b{index}" for index in range(MOST_FALLBACKS + 1)]])
def test_fallbacks_are_limited_as_in_an_import(fallbacks: list[Any]) -> None:
    """Their number, and none twice: an import refuses them when it plans."""
    use = {"name": "support", "capability": "chat", "provider": "acme", "fallbacks": fallbacks}
    assert not VALIDATOR.is_valid(json.loads(document(uses=[use])))
    with pytest.raises(InvalidValue):
        Use(**{**use, "fallbacks": tuple(fallbacks)}).require_valid({})
