"""Reading a bad `providers.json`: everything that is wrong comes at once, each with its path, its place, its code and facts."""

import gc
import json
from typing import Any

import pytest

from modeldesk.adapters.validation_errors import MOST_ERRORS
from modeldesk.domain.errors import Reason
from tests.support.counts import count
from tests.support.declarations import document, entry, faults, placed, problems, read, reported


def test_broken_syntax_stands_alone() -> None:
    """With line and column; nothing else of the document can be trusted."""
    broken = '{"version": "9.0.0",\n "providers": [\n  {"slug": "a" "name": 5}]}'
    (problem,) = problems(broken)
    assert (problem.path, problem.line, problem.column) == ("$.providers[0].slug", 3, 16)
    assert problem.reason == Reason("json-comma-missing", expected="comma-or-}", token='"')


def test_an_empty_file_says_so() -> None:
    """The whole document is meant, so the path is its root."""
    (problem,) = problems(b"")
    assert (problem.path, problem.reason) == ("$", Reason("json-empty"))


def test_a_key_given_twice_is_told_with_both_places() -> None:
    """Wherever it stands, and beside other problems."""
    text = '{"version": "1.0.0", "providers": [\n {"slug": "a", "name": "A",\n  "name": "B", "config": {"x": 1, "x": 2}, "nam": 1}]}'
    assert [placed(problem) for problem in problems(text)] == [
        "$.providers[0].name: key-repeated: line=2, column=16 (line 3, column 3)",
        "$.providers[0].config.x: key-repeated: line=3, column=27 (line 3, column 35)",
        "$.providers[0].nam: unknown-key: key='nam', nearest='name', known=() (line 3, column 44)",
    ]


def test_a_slug_given_twice_is_told_with_both_places() -> None:
    """At each repetition, naming the first; also when one of them is wrong in itself."""
    text = '{"version": "1.0.0", "providers": [\n{"slug": "a", "name": "A"},\n{"slug": "b", "name": "B"},\n{"name": 5, "slug": "a"},\n{"slug": "a", "name": "A"}]}'
    repeated = "slug-repeated: slug='a', line=2, column=2"
    assert [placed(problem) for problem in problems(text)] == [
        "$.providers[2].name: wrong-type: expected='string', given='number' (line 4, column 2)",
        f"$.providers[2].slug: {repeated} (line 4, column 13)",
        f"$.providers[3].slug: {repeated} (line 5, column 2)",
    ]


def test_a_slip_in_a_key_is_recognised() -> None:
    """The path is that of the key, and the nearest known one is named."""
    assert faults(version=3)[0].startswith("version: unknown-key: key='version'"), "the version of a provider is no part of a declaration"
    assert "'version'" not in faults(verson=3)[0]
    assert faults(capabilites={}) == ["capabilites: unknown-key: key='capabilites', nearest='capabilities', known=()"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        (
            {"capabilities": {"chat": {"supported": True, "zzz": 1}}},
            "capabilities.chat.zzz: unknown-key: key='zzz', nearest=None, known=('supported', 'has_dynamic_models', 'description', 'models', 'include', 'exclude')",
        ),
        ({"zzz": 1}, "zzz: unknown-key: key='zzz', nearest=None, known=()"),
        ({"x" * 500: 1}, f"{'x' * 100}…\"]: unknown-key: key='{'x' * 60}…', nearest=None, known=()"),
        ({"a\u202eb": 1}, "\"]: unknown-key: key='a\\u202eb', nearest=None, known=()"),
    ],
)
def test_an_unknown_key_is_told_with_what_helps(fields: dict[str, Any], fault: str) -> None:
    """All known keys where they are few; long and odd keys short and escaped."""
    (told_fault,) = faults(**fields)
    assert told_fault.endswith(fault)
    assert told_fault.isprintable()
    assert len(told_fault) < 300


def test_wrong_types_in_five_places_are_five_messages() -> None:
    """All at once, in the words of JSON, in the order of the text."""
    data = json.dumps(
        {
            "version": "1.0.0",
            "providers": [
                {"slug": "a", "name": 5, "capabilities": {"chat": {"supported": "yes", "models": "gpt-4o"}}},
                {"slug": "b", "name": "B", "sort_order": 1.5, "config": {"max_retry": True}},
            ],
        },
        indent=1,
    )
    assert [placed(problem) for problem in problems(data)] == [
        "$.providers[0].name: wrong-type: expected='string', given='number' (line 6, column 4)",
        "$.providers[0].capabilities.chat.supported: wrong-type: expected='boolean', given='string' (line 9, column 6)",
        "$.providers[0].capabilities.chat.models: wrong-type: expected='list', given='string' (line 10, column 6)",
        "$.providers[1].sort_order: wrong-type: expected='whole-number', given='fraction' (line 17, column 4)",
        "$.providers[1].config.max_retry: wrong-type: expected='whole-number', given='boolean' (line 19, column 5)",
    ]


@pytest.mark.parametrize(
    ("wrong", "rule"), [("", "blank"), (" b", "model-id-blank-ends"), ("b\nc", "forbidden-character"), ("b" * 201, "model-id-too-long")]
)
def test_one_id_that_breaks_the_rule_among_plain_ones_is_named(wrong: str, rule: str) -> None:
    """A list of plain ids is checked at once, and its one bad id is found all the same, wherever it stands."""
    for models in (["a", wrong, "z"], [wrong, "z"], ["a", wrong]):
        (told,) = faults(capabilities={"chat": {"supported": True, "models": models}})
        assert told.startswith(f"capabilities.chat.models[{models.index(wrong)}]: {rule}")


def test_everything_wrong_in_a_model_is_told() -> None:
    """Down to the amounts of its price, each with its own path."""
    pricing = {"currency": "EUR", "unit": "token", "prompt": -1, "completion": "x", "promt": 1}
    models = [5, {"name": "no id"}, {"id": " x", "is_free": 1, "pricing": pricing, "context_length": 0, "x": 1}, None]
    path = "capabilities.chat.models"
    assert faults(capabilities={"chat": {"supported": True, "models": models}}) == [
        f"{path}[0]: wrong-type: expected='model', given='number'",
        f"{path}[1]: key-missing-in-object: key='id'",
        f"{path}[2].id: model-id-blank-ends",
        f"{path}[2].is_free: wrong-type: expected='boolean', given='number'",
        f"{path}[2].pricing.currency: currency-not-usd",
        f"{path}[2].pricing.unit: choice-unknown: what='unit', found='token', choices=('1M tokens', 'image', 'minute', '1M characters', 'request')",
        f"{path}[2].pricing.prompt: price-negative",
        f"{path}[2].pricing.completion: price-not-a-number",
        f"{path}[2].pricing.promt: unknown-key: key='promt', nearest='prompt', known=()",
        f"{path}[2].context_length: context-out-of-range: most=1000000000000",
        f"{path}[2].x: unknown-key: key='x', nearest=None, known=('id', 'name', 'is_free', 'pricing', 'context_length')",
        f"{path}[3]: wrong-type: expected='model', given='null'",
    ]


def test_a_wrong_name_does_not_hide_what_it_names() -> None:
    """A capability's name and its members are judged each for itself, and so are the known and the further keys of config."""
    assert faults(capabilities={"Chat!": {"supported": 1}}, config={"timeout": 0, "note": ["\0", {"\t": "\0"}]}) == [
        'capabilities["Chat!"]: capability-malformed',
        "capabilities[\"Chat!\"].supported: wrong-type: expected='boolean', given='number'",
        "config.timeout: timeout-out-of-range: most=86400",
        "config.note[0]: forbidden-character: character='U+0000', position=1",
        "config.note[1][\"\\t\"]: forbidden-character: character='U+0009', position=1",
        "config.note[1][\"\\t\"]: forbidden-character: character='U+0000', position=1",
    ]


def test_two_keys_that_would_become_one_are_refused() -> None:
    """One text in two forms of Unicode: keeping either would lose the other."""
    assert faults(config={"é": 1, "e\u0301": 2}) == ['config["e\u0301"]: key-equal-in-nfc']


def test_missing_fields_are_told_of_the_object() -> None:
    """Each by its name."""
    assert reported(document({}, {"slug": "a", "name": "A", "capabilities": {"chat": {}}})) == [
        "$.providers[0]: key-missing-in-object: key='slug'",
        "$.providers[0]: key-missing-in-object: key='name'",
        "$.providers[1].capabilities.chat: key-missing-in-object: key='supported'",
    ]
    assert reported(b"{}") == ["$: key-missing-in-object: key='version'", "$: key-missing-in-object: key='providers'"]


@pytest.mark.parametrize(("root", "name"), [([], "list"), ("x", "string"), (1.5, "fraction"), (None, "null"), (True, "boolean")])
def test_another_root_is_refused(root: object, name: str) -> None:
    """With the shape that is wanted."""
    assert reported(json.dumps(root)) == [f"$: wrong-type: expected='declaration', given='{name}'"]


@pytest.mark.parametrize("entries", [{}, "x", None])
def test_providers_are_a_list(entries: object) -> None:
    """Anything else holds none that could be judged."""
    (fault,) = reported(document(providers=entries))
    assert fault.startswith("$.providers: wrong-type: expected='list'")


def test_an_unknown_class_lists_the_known_ones() -> None:
    """And names the nearest; a long one is cut, and a default address that it would bring is no second fault."""
    (fault,) = faults(provider_class="src.ai.providers.anthropic.AntropicProvider")
    assert fault.startswith(
        "provider_class: provider-class-unknown: found='src.ai.providers.anthropic.AntropicProvider', nearest='AnthropicProvider', choices=('OpenAIProvider', "
    )
    assert fault.endswith("'OpenAICompatibleProvider')")
    (fault,) = faults(provider_class="x" * 100_000)
    assert len(fault) < 700


def test_what_falls_back_to_something_wrong_is_not_told_twice() -> None:
    """display_name takes after name, the class after the slug: one fault each."""
    assert faults(slug="Open AI", name="\n") == [
        "slug: slug-malformed",
        "name: forbidden-character: character='U+000A', position=1",
    ]
    assert faults(name=None, display_name="") == ["name: wrong-type: expected='string', given='null'"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "123456789012345678901234567890"])
def test_numbers_that_are_none_are_told_once(number: str) -> None:
    """The text's own problem is enough: that a number is wanted there is not said on top of it."""
    text = f'{{"version": "1.0.0", "providers": [{{"slug": "a", "name": "A", "sort_order": {number}, "config": {{"timeout": {number}}}}}]}}'
    found = reported(text)
    assert len(found) == 2
    assert all("json-not-a-number" in fault or "number-out-of-range" in fault for fault in found)


def test_half_a_character_is_told_once() -> None:
    """A lone surrogate is the text's problem, whether in a value or in a key."""
    text = r'{"version": "1.0.0", "providers": [{"slug": "a", "name": "\ud800", "\udfff": 1, "config": {"\ud800": "x"}}]}'
    assert [fault.split(": ")[1] for fault in reported(text)] == ["lone-surrogate"] * 3


def test_forbidden_characters_are_refused_in_every_text() -> None:
    """Control characters everywhere; what reorders or ends a line in names, though it may stand in descriptions."""
    assert faults(name="a\u202eb", description="a\x07b", display_name="a\u2028b") == [
        "name: forbidden-character: character='U+202E', position=2",
        "description: forbidden-character: character='U+0007', position=2",
        "display_name: forbidden-character: character='U+2028', position=2",
    ]


def test_addresses_without_credentials_alone() -> None:
    """They would end up in logs and answers."""
    assert faults(website="ftp://x.example", logo_url="https://user:secret@x.example", documentation_url="x") == [
        "website: url-not-http",
        "logo_url: url-with-credentials",
        "documentation_url: url-not-http",
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_is_named(encoding: str) -> None:
    """One message that says which was found and which is wanted."""
    (problem,) = problems(document(entry()).decode().encode(encoding))
    assert problem.path == "$"
    assert problem.reason.code == "text-other-encoding"


def test_depth_five_thousand_is_one_message() -> None:
    """At the place where it goes too deep, without any recursion of ours; deeper still is no other matter."""
    for depth in (5_000, 200_000):
        nested = b"[" * depth + b"]" * depth
        (problem,) = problems(b'{"version": "1.0.0", "providers": ' + nested + b"}")[-1:]
        assert problem.reason == Reason("too-deep", most=32)


def test_more_than_may_be_read_is_refused_unread() -> None:
    """65 MiB of blanks are refused for their size, not for being empty; a byte too much behind a good declaration, too."""
    (problem,) = problems(b" " * (65 * 2**20))
    assert problem.reason == Reason("text-too-large", count=68_157_440, most=67_108_864)
    good = document(entry())
    (problem,) = problems(good + b" " * (64 * 2**20 + 1 - len(good)))
    assert problem.reason == Reason("text-too-large", count=67_108_865, most=67_108_864)


def test_a_description_of_a_megabyte_is_refused() -> None:
    """By its length, which the message tells instead of the text."""
    assert faults(description="x" * 2**20) == ["description: text-too-long: most=10000, count=1048576"]


def test_a_flood_of_problems_ends() -> None:
    """A hostile document gets a long answer, not an endless one, and the end is told."""
    models = b"5," * count(11_000, 30_000) + b"5"
    chat = b'{"supported": true, "models": [' + models + b"]}"
    for text in (
        b'{"version": "1.0.0", "providers": [' + models + b"]}",
        b'{"version": "1.0.0", "providers": [{"slug": "a", "name": "A", "capabilities": {"chat": ' + chat + b', "image": ' + chat + b"}}]}",
    ):
        found = problems(text)
        assert len(found) == MOST_ERRORS + 1
        assert found[-1].reason == Reason("problems-cut", most=10_000)


def test_the_collector_is_on_again_after_a_refusal() -> None:
    """Reading rests it; a refusal must not leave it resting."""
    assert gc.isenabled()
    problems(b"{")
    read(document(entry()))
    assert gc.isenabled()


def test_a_flood_of_problems_leaves_the_collector_little_to_do() -> None:
    """It would hold up everybody while it collects errors, which hold frames, which hold errors."""
    text = document(*({"slug": "Wrong!", "nmae": 0} for _ in range(1_000)))
    gc.freeze()  # the collection below inspects the errors alone
    gc.disable()
    try:
        found = problems(text)
        assert len(found) > 3_000
        assert gc.collect() < len(found)
    finally:
        gc.enable()
