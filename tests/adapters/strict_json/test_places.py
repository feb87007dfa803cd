"""Places of values by line and column, and paths as they are written for people."""

import json

import pytest

from modeldesk.adapters.strict_json.text import Path, Place, path_text
from tests.support.json_texts import from_place, read


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), (1, 1)),
        (("a",), (2, 2)),
        (("a", 0), (2, 9)),
        (("a", 1, "b"), (3, 4)),
        (("a", 2), (2, 2)),
        (("a", "b"), (2, 2)),
        (("a", -1), (2, 2)),
        (("a", 1, "b", "c", 5), (3, 4)),
        (("nosuch", "x"), (1, 1)),
        (("key-repeated",), (7, 2)),
        (("key-repeated", "x"), (7, 2)),
        (("after", 0), (8, 11)),
    ],
)
def test_a_path_that_leads_nowhere_stands_where_its_parent_does(path: Path, place: tuple[int, int]) -> None:
    """Members stand at their key, items at their value, what is not there at the nearest parent; the last of equal keys counts."""
    document = read('{\n "a": [ "مدل",\n  {"b": "\\"]\\\\"}\n ],\n\n "key-repeated": {"x": 1},\n "key-repeated": {"y": 2},\n "after":[3]}')
    assert document.places([path, path, ("after",)]) == {path: Place(*place), ("after",): Place(8, 2)}


def test_the_last_of_equal_keys_counts_where_nothing_behind_it_is_asked_for() -> None:
    """The search ends early only in a text without equal keys."""
    document = read('{"a": 1,\n "a": 2,\n "b": 3}')
    assert document.places([("a",)]) == {("a",): Place(2, 2)}


def test_places_step_over_texts_of_any_kind() -> None:
    """Hundreds of texts and escapes in a row, brackets within texts, and texts that end in a backslash hide nothing behind them."""
    before = ["a"] * 200 + ['"[{' * 200, "\\", "]", "", "\n" * 300, [["}"] * 100, {"]": '"'}]]
    text = json.dumps({"before": before, "last": 1})
    place = read(text).places([("last",)])[("last",)]
    assert from_place(text, place) == "last"
    assert read(text).places([]) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "$"),
        (("providers", 3, "capabilities", "chat", "models", 1), "$.providers[3].capabilities.chat.models[1]"),
        (("has_dynamic-models", "_x", "A9"), "$.has_dynamic-models._x.A9"),
        (("odd key",), '$["odd key"]'),
        (("",), '$[""]'),
        (("9a", "a.b", "-x"), '$["9a"]["a.b"]["-x"]'),
        (('q"\\',), '$["q\\"\\\\"]'),
        (("توضیح",), '$["توضیح"]'),
        (("می\u200cخواهم",), '$["می\u200cخواهم"]'),
        (("a\n\x00\x7f\x9b",), '$["a\\n\\u0000\\u007f\\u009b"]'),
        (("\u202eabc\u2066\u200f\u061c\ufeff\u2028",), '$["\\u202eabc\\u2066\\u200f\\u061c\\ufeff\\u2028"]'),
        (("\ud800",), '$["\\ud800"]'),
        (("k" * 100,), f"$.{'k' * 100}"),
        (("k" * 101,), f'$["{"k" * 100}…"]'),
        (("x\n" * 1000, 0), '$["' + "x\\n" * 50 + '…"][0]'),
    ],
)
def test_a_path_is_written_for_people(path: Path, text: str) -> None:
    """Plain keys follow a dot, odd ones are quoted, and nothing in them can hide, reorder or flood what is printed."""
    assert path_text(path) == text
    path_text(path).encode()
