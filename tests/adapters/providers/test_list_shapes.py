"""Lists in every shape that vendors have for them: the rows are found, under their ids, with their context sizes."""

from typing import Any

import pytest

from modeldesk.adapters.providers.list_shapes import find_rows, id_in
from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.adapters.providers.vendor_api import ListBroken
from modeldesk.domain.model.providers.provider import GENERIC_CLASS

A, B = {"id": "a"}, {"id": "b"}

SHAPES: dict[str, Any] = {
    "bare": [A, B],
    "OpenAI's": {"object": "list", "data": [A, B]},
    "items": {"items": [A, B], "total": 2},
    "results": {"count": 2, "next": None, "results": [A, B]},
    "an empty list before the full one": {"data": [], "models": [A, B]},
    "data.models": {"code": 0, "data": {"models": [A, B]}},
    "result.items": {"result": {"items": [A, B]}},
    "a list for each task": {"stt": [A], "tts": [B]},
    "a map": {"models": {"a": {}, "b": {"id": 7}}},
    "a map within data": {"data": {"a": {"context_length": 1}, "b": {"owned_by": "b"}}},
    "two wrappers": {"response": {"data": {"models": [A, B]}}},
    "a map of names": {"models": {"a": "The A", "b": "The B"}},
    "a list and an address of the next one": {
        "total_count": 2,
        "next": {"href": "/x"},
        "resources": [{"model_id": "a"}, {"model_id": "b"}],
    },
    "a map with other members": {"data": {"a": {"description": "A"}, "b": {"context": "128k"}}},
    "a map alone": {"a": {"context_window": 1}, "b": {"name": "B"}},
    "bare texts": {"models": ["a", "b"]},
    "texts alone": ["a", "b"],
    "a name that nobody knows": {"foundries": [A, B], "regions": ["eu", "us"]},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_rows_are_found(shape: str) -> None:
    """Under whatever name, as a map or as bare texts."""
    assert [id_in(row) for row in find_rows(SHAPES[shape])] == ["a", "b"]


@pytest.mark.parametrize(
    "page",
    [
        None,
        "models",
        {},
        {"data": None},
        {"models": {"a": 1}},
        {"error": {"id": "e", "message": "no"}},
        {"errors": [{"id": "e", "message": "no"}]},
        {"data": {"user": {"mail": "x"}}},
        {"data": {"account": 5, "teams": [{"id": "a"}, {"id": "b"}]}},
        {"status": {"code": 1}, "error": {"name": "x"}},
        {"regions": [{"id": "eu"}], "zones": [{"id": "a"}]},
    ],
)
def test_what_is_no_list_is_not_taken_for_one(page: Any) -> None:
    """Errors, other objects, and two lists of which either could be meant."""
    with pytest.raises(ListBroken):
        find_rows(page)


def test_an_empty_list_is_a_list() -> None:
    """So that the vendor is said to list nothing."""
    assert find_rows({"data": []}) == []


def test_one_odd_member_does_not_hide_a_map() -> None:
    """The others are models; it is a row that cannot be read."""
    assert len(find_rows({"models": {"a": {}, "b": 5, "c": {}}})) == 3


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"id": "a", "name": "A"}, "a"),
        ({"key": "a", "display_name": "A"}, "a"),
        ({"model": "a", "size": 5}, "a"),
        ({"slug": "a", "name": "The A"}, "a"),
        ({"id": 17, "name": "a"}, "a"),
        ({"id": 17, "slug": "a", "name": "The A"}, "a"),
        ({"id": None, "modelId": "a"}, "a"),
        ({"canonical_name": "a", "name": "A general"}, "a"),
        ({"id": " ", "name": "a"}, "a"),
        ({"owner": "meta", "name": "llama", "url": "https://replicate.com/meta/llama"}, "meta/llama"),
        ({"owner": "meta", "name": "llama", "url": "https://acme.example/llama"}, "llama"),
        ({"id": 17}, None),
        ({"model": {"id": "a"}}, None),
        ("a", None),
        (None, None),
    ],
)
def test_ids_under_other_names(row: Any, wanted: str | None) -> None:
    """A numeric id does not hide the name that calls take."""
    assert id_in(row) == wanted


def generic(row: Any) -> Any:
    return vendor_api(GENERIC_CLASS).model(row)


def test_the_name_for_people_is_not_the_id() -> None:
    """Beside a slug the name is for people; alone it is the id, and there is no other."""
    assert (generic({"slug": "a", "name": "The A"}).id, generic({"slug": "a", "name": "The A"}).name) == ("a", "The A")
    assert (generic({"name": "a"}).id, generic({"name": "a"}).name) == ("a", None)
    assert generic({"id": "a", "title": "The A"}).name == "The A"


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"context_window": "128k"}, 128_000),
        ({"context_length": "1M"}, 1_000_000),
        ({"max_context_tokens": "200,000"}, 200_000),
        ({"contextWindow": "32K tokens"}, 32_000),
        ({"context_size": 8192}, 8_192),
        ({"context_length": 0, "max_model_len": 4096}, 4_096),
        ({"limits": {"max_input_tokens": 128_000}}, 128_000),
        ({"limit": {"context": 64_000, "output": 8_000}}, 64_000),
        ({"top_provider": {"context_length": 16_000}}, 16_000),
        ({"context_length": "long"}, None),
        ({"context_length": "1,5"}, None),
        ({"context_length": "9" * 40}, None),
        ({"max_tokens": 4_096}, None),
    ],
)
def test_context_sizes_of_every_spelling(row: Any, wanted: int | None) -> None:
    """Under many names, as numbers or texts; the largest answer is not the context."""
    assert generic({"id": "a", **row}).context_length == wanted
