"""Lists in several pages: each vendor's way to the next one, and pages that lead nowhere."""

from collections.abc import Callable
from typing import Any

import pytest

from modeldesk.domain.errors import VendorFailed
from tests.support.vendor_server import Asked, Served, always, fetched

ONE = {"data": [{"id": "one"}]}
Page = Callable[[Asked], Served]


def numbered(asked: Asked) -> int:
    return int(asked.target.rpartition("after=")[2]) if "after=" in asked.target else 0


def endless(asked: Asked) -> Served:
    """Always one more page, with something new on it."""
    number = numbered(asked) + 1
    return Served({"data": [{"id": f"m{number}"}], "has_more": True, "last_id": str(number)})


def same_page_under_new_addresses(asked: Asked) -> Served:
    return Served({"data": [{"id": "one"}, {"id": "two"}], "has_more": True, "last_id": str(numbered(asked) + 1)})


def same_page_again(asked: Asked) -> Served:
    return Served({"data": [{"id": f"m{numbered(asked)}"}], "has_more": True, "last_id": "7"})


LED_ASTRAY: dict[str, tuple[Page, str, int]] = {
    "endless": (endless, "pages-too-many: most=20", 20),
    "the same page under new addresses": (same_page_under_new_addresses, "page-repeats", 2),
    "the same address again": (same_page_again, "pages-in-circles", 2),
    "another origin": (
        lambda _: Served(ONE, headers={"Link": '<http://169.254.169.254/latest>; rel="next"'}),
        "next-page-elsewhere",
        1,
    ),
    "another port": (
        lambda _: Served({**ONE, "links": {"next": "http://127.0.0.1:1/v1/models?page=2"}}),
        "next-page-elsewhere",
        1,
    ),
    "a file": (lambda _: Served({**ONE, "links": {"next": "file:///etc/passwd"}}), "next-page-unusable: reason=", 1),
    "a user in the address": (
        lambda asked: Served({**ONE, "links": {"next": f"http://me:you@{asked.headers['host']}/v1/models?page=2"}}),
        "next-page-unusable: reason=",
        1,
    ),
    "half an address": (lambda _: Served({**ONE, "links": {"next": "http://["}}), "next-page-unusable: reason=", 1),
    "half a link": (lambda _: Served(ONE, headers={"Link": '<http://[>; rel="next"'}), "next-page-unusable: reason=", 1),
    "no port at all": (
        lambda _: Served({**ONE, "links": {"next": "http://127.0.0.1:x/"}}),
        "next-page-unusable: reason=",
        1,
    ),
}
BROKEN_OFF: dict[str, tuple[Page, str, int]] = {
    "a broken second page": (lambda asked: endless(asked) if numbered(asked) == 0 else Served(b"{"), "answer-unreadable", 2),
    "a refused second page": (
        lambda asked: endless(asked) if numbered(asked) == 0 else Served({}, 500),
        "vendor-status: status=500",
        2,
    ),
}


@pytest.mark.parametrize("what", LED_ASTRAY)
async def test_a_list_that_cannot_be_followed_is_incomplete(what: str) -> None:
    """No page at another origin is asked, none twice, no more than twenty; what came is a list that says why it is not the whole one."""
    page, reason, calls = LED_ASTRAY[what]
    listed, server, _ = await fetched(page)
    assert listed.models
    assert str(listed.incomplete).startswith(reason)
    assert len(server.asked) == calls


@pytest.mark.parametrize("what", BROKEN_OFF)
async def test_a_vendor_that_fails_between_two_pages_gives_no_list(what: str) -> None:
    """Its next page is known, and the next try may have it."""
    page, reason, calls = BROKEN_OFF[what]
    asked = []

    def answer(one: Asked) -> Served:
        asked.append(one)
        return page(one)

    with pytest.raises(VendorFailed) as caught:
        await fetched(answer)
    assert str(caught.value.reason).startswith(reason)
    assert len(asked) == calls


PAGED: dict[str, tuple[str, str, Any, str]] = {
    "Anthropic": ("AnthropicProvider", "/v1", {"data": [{"id": "a"}], "has_more": True, "last_id": "a"}, "limit=1000&after_id=a"),
    "Google": (
        "GoogleProvider",
        "/v1beta",
        {"models": [{"name": "models/a"}], "nextPageToken": "t/+="},
        "pageSize=1000&pageToken=t%2F%2B%3D",
    ),
    "Cohere": ("CohereProvider", "/v1", {"models": [{"name": "a"}], "next_page_token": "t"}, "page_size=1000&page_token=t"),
    "Fireworks": ("FireworksProvider", "/inference/v1", {"models": [{"name": "a"}], "nextPageToken": "t"}, "pageSize=200&pageToken=t"),
    "OpenRouter": (
        "OpenRouterProvider",
        "/api/v1",
        {"data": [{"id": "a"}], "links": {"next": "/api/v1/models?offset=1&limit=1"}},
        "offset=1&limit=1",
    ),
    "Cloudflare": (
        "CloudflareProvider",
        "/client/v4/accounts/me",
        {"result": [{"name": "a"}], "result_info": {"total_count": 101}},
        "per_page=100&hide_experimental=false&page=2",
    ),
    "OpenAI's way": ("OpenAICompatibleProvider", "/v1", {"data": [{"id": "a"}], "has_more": True, "last_id": "a"}, "after=a"),
}


@pytest.mark.parametrize("vendor", PAGED)
async def test_pages_follow_as_each_vendor_has_it(vendor: str) -> None:
    """The second page is asked for in the vendor's own way, and the list is both pages."""
    class_name, path, page, query = PAGED[vendor]
    last = {name: [{"id": "b", "name": "b"}] for name, value in page.items() if isinstance(value, list)}
    listed, server, reported = await fetched(lambda asked: Served(last if asked.target.endswith(query) else page), class_name, path)
    assert [model.id for model in listed.models] == ["a", "b"]
    assert server.targets[1].endswith(f"?{query}")
    assert reported.steps == [(1, 1), (2, 2)]


async def test_hugging_face_is_read_as_far_as_anybody_browses() -> None:
    """Five pages of a ranked list; the router, where it is the address, is asked for its own list."""

    def ranked(asked: Asked) -> Served:
        number = int(asked.target.rpartition("cursor=")[2]) if "cursor=" in asked.target else 0
        return Served([{"id": f"m{number}"}], headers={"Link": f'</api/models?cursor={number + 1}>; rel="next"'})

    listed, server, _ = await fetched(ranked, "HuggingFaceProvider", "")
    assert len(listed.models) == len(server.asked) == 5
    _, server, _ = await fetched(always(ONE), "HuggingFaceProvider", "/v1")
    assert server.targets == ["/v1/models"]
