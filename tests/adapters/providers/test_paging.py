"""Lists that go on: followed in each usual way, from the last id where nothing better is said, and marked where the rest did not come."""

from collections.abc import Callable
from typing import Any

import pytest

from modeldesk.domain.errors import VendorFailed
from tests.support.vendor_server import Asked, Served, always, fetched


def rows(*names: str) -> list[dict[str, str]]:
    return [{"id": name} for name in names]


def two_pages(first: Any, query: str, last: Any) -> Callable[[Asked], Served]:
    """The second page for who asks for it by this part of the query."""
    return lambda asked: Served(last if query in asked.target else first)


FOLLOWED: dict[str, tuple[Any, str]] = {
    "has_more without a cursor": ({"data": rows("a", "b"), "has_more": True}, "after=b"),
    "has_more with last_id": ({"data": rows("a", "b"), "has_more": True, "last_id": "x1"}, "after=x1"),
    "next_cursor": ({"data": rows("a", "b"), "next_cursor": "c/1"}, "cursor=c%2F1"),
    "next_cursor under pagination": ({"items": rows("a", "b"), "pagination": {"next_cursor": 7, "has_more": True}}, "cursor=7"),
    "nextPageToken": ({"models": rows("a", "b"), "nextPageToken": "t"}, "pageToken=t"),
    "next as a link": ({"count": 3, "results": rows("a", "b"), "next": "/v1/models?page=2"}, "page=2"),
    "a link under _links": ({"data": rows("a", "b"), "_links": {"next": {"href": "?page=2"}}}, "page=2"),
    "OData": ({"value": rows("a", "b"), "@odata.nextLink": "/v1/models?$skip=2"}, "$skip=2"),
    "numbered pages": ({"data": rows("a", "b"), "meta": {"page": 1, "total_pages": 2}}, "page=2"),
    "an offset": ({"data": rows("a", "b"), "offset": 0, "limit": 2, "total": 3}, "offset=2"),
}


@pytest.mark.parametrize("way", FOLLOWED)
async def test_a_list_is_followed_to_its_end(way: str) -> None:
    """Both pages, and nothing is said to be missing."""
    first, query = FOLLOWED[way]
    last = {name: rows("c") for name, value in first.items() if isinstance(value, list)}
    listed, server, _ = await fetched(two_pages(first, query, last))
    assert [model.id for model in listed.models] == ["a", "b", "c"]
    assert len(server.asked) == 2
    assert listed.incomplete is None


CUT: dict[str, tuple[Callable[[Asked], Served], str]] = {
    "a total that is larger": (always({"data": rows("a", "b"), "total": 300}), "list-cut: total=300, count=2"),
    "a total under meta": (always({"data": rows("a", "b"), "meta": {"total_count": 3}}), "list-cut: total=3, count=2"),
    "has_more, and the same page again": (always({"data": rows("a", "b"), "has_more": True}), "page-repeats"),
    "has_more, and a refusal": (
        lambda asked: (
            Served({"error": "no such parameter"}, 400) if "after=" in asked.target else Served({"data": rows("a"), "has_more": True})
        ),
        "next-page-refused: reason=(vendor-said: said='no such parameter', status=400)",
    ),
    "has_more without any id": (always({"data": [{"name": "a"}, {"name": "b"}], "hasMore": True}), "page-repeats"),
}


@pytest.mark.parametrize("way", CUT)
async def test_a_cut_list_is_marked(way: str) -> None:
    """What came is there, with why it is not all."""
    answers, reason = CUT[way]
    listed, _, _ = await fetched(answers)
    assert listed.models
    assert str(listed.incomplete) == reason


@pytest.mark.parametrize(
    "page",
    [
        {"data": rows("a", "b"), "has_more": False, "total": 2},
        {"data": rows("a", "b"), "total": 0},
        {"data": rows("a", "b"), "next": None, "next_cursor": "", "nextPageToken": None},
        {"data": rows("a", "b"), "meta": {"page": 1, "total_pages": 1}},
        {"data": rows("a", "b"), "offset": 0, "limit": 50, "total": 2},
        {"data": rows("a", "b"), "next": "a-token-that-is-no-address"},
        rows("a", "b"),
    ],
)
async def test_a_whole_list_is_not_marked(page: Any) -> None:
    """One page, and nobody says that there is more."""
    listed, server, _ = await fetched(always(page))
    assert (len(listed.models), listed.incomplete, len(server.asked)) == (2, None, 1)


async def test_unreadable_rows_count_towards_the_total() -> None:
    """They came; they are told by themselves."""
    listed, _, _ = await fetched(always({"data": [*rows("a", "b"), {}], "total": 3}))
    assert (listed.incomplete, listed.unreadable) == (None, 1)


async def test_anthropic_goes_on_from_the_last_id_in_its_own_way() -> None:
    """`after_id`, also where `last_id` is missing."""
    page, last = {"data": rows("a"), "has_more": True}, {"data": rows("b"), "has_more": False}
    listed, server, _ = await fetched(two_pages(page, "after_id=a", last), "AnthropicProvider")
    assert [model.id for model in listed.models] == ["a", "b"]
    assert server.targets[1] == "/v1/models?limit=1000&after_id=a"


async def test_an_empty_list_with_an_error_in_it_is_a_failure() -> None:
    """The vendor's words are told."""
    with pytest.raises(VendorFailed, match=r"vendor-said-instead: reason=.list-empty., said='too busy'"):
        await fetched(always({"data": [], "base_resp": {"status_code": 1, "status_msg": "too busy"}}))
