"""Live lists over REST where the vendor fails, is slow, asks to be left alone, or wants a key."""

import asyncio
from datetime import timedelta

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.providers.fetcher import CHECK_SECONDS
from modeldesk.domain.errors import KeyRejected, VendorFailed
from tests.support.app import API, NOON, App, Client
from tests.support.fake_vendors import FakeVendors
from tests.support.rest_live import KEY, LIVE, browse, seen, settled


def test_where_the_vendor_fails_the_last_good_list_is_answered(app: App, sara: Client, vendors: FakeVendors) -> None:
    """With the reason, until it is over; the overview warns meanwhile."""
    assert "failure" not in browse(sara).json
    vendors.fail("live", "it is down")
    failed = browse(sara, "&refresh=true")
    assert (seen(failed), failed.json["failure"]) == (("cache", "abcd"), "it is down")
    codes = {warning["code"] for warning in sara.get("/ai/dashboard/overview/").json["warnings"]}
    assert "list-failed" in codes
    vendors.write("live", "abcd")
    assert "failure" not in browse(sara, "&refresh=true").json


def test_a_list_that_shrank_waits_until_a_super_admin_accepts_it(sara: Client, nima: Client, vendors: FakeVendors) -> None:
    """How many wait is told; a normal admin may not accept it."""
    browse(sara)
    vendors.write("live", "a")
    waiting = browse(sara, "&refresh=true")
    assert (seen(waiting), waiting.json["waiting"]) == (("cache", "abcd"), 1)
    refused = browse(nima, "&refresh=true&accept=true")
    assert (refused.status, refused.json["type"]) == (403, "urn:modeldesk:problem:not-allowed")
    accepted = browse(sara, "&refresh=true&accept=true")
    assert seen(accepted) == ("live", "a")
    assert "waiting" not in accepted.json


@pytest.mark.parametrize(
    ("kind", "code", "detail"),
    [
        (VendorFailed, "vendor-failed", "the models of 'live' could not be read: it is down"),
        (KeyRejected, "key-rejected", "'live' rejected the key: it is down; send another one to PUT /api/admin/ai-providers/live/key/"),
    ],
)
def test_without_a_list_a_failing_vendor_is_a_bad_gateway(
    sara: Client, vendors: FakeVendors, kind: type[VendorFailed], code: str, detail: str
) -> None:
    """502 with its name and its reason; nothing is kept of it, and no key stands in it."""
    assert sara.ask("PUT", f"{API}/ai-providers/live/key/", {"scope": "shared", "api_key": KEY}).status == 200
    vendors.fail("live", "it is down", kind)
    for more in ("", "&refresh=true", "&explain=true"):
        answer = browse(sara, more)
        assert (answer.status, answer.one("content-type"), answer.one("cache-control")) == (502, "application/problem+json", "no-store")
        assert answer.json == {
            "type": f"urn:modeldesk:problem:{code}",
            "title": "Bad Gateway",
            "status": 502,
            "detail": detail,
            "errors": [],
        }
        assert KEY.encode() not in answer.body
        assert answer.one("etag") is None


def test_an_answer_comes_within_ten_seconds(app: App) -> None:
    """Of a list and of the check of a key, with time left for what else a request does."""
    assert app.container.list_wait() <= timedelta(seconds=9.5)
    assert CHECK_SECONDS <= 9.5


def test_a_slow_vendor_is_not_waited_for(app: App, sara: Client, vendors: FakeVendors) -> None:
    """502 with its name after some seconds; the reading goes on, and the next request has what it brought. A last good list is shown instead."""
    app.container.list_wait.override(injection.Object(timedelta(milliseconds=1)))

    async def hold() -> asyncio.Event:
        vendors.held = asyncio.Event()
        return vendors.held

    async def release(held: asyncio.Event) -> None:
        held.set()
        await settled()

    held = app.run(hold())
    for _ in range(2):
        slow = browse(sara)
        assert (slow.status, slow.json["type"], slow.one("retry-after")) == (502, "urn:modeldesk:problem:vendor-slow", "1")
    app.run(release(held))
    assert seen(browse(sara)) == ("cache", "abcd")
    held = app.run(hold())
    assert seen(browse(sara, "&refresh=true")) == ("cache", "abcd")
    app.run(release(held))
    assert len(vendors.asked) == 2


def test_a_vendor_that_asks_to_be_left_alone(sara: Client, vendors: FakeVendors) -> None:
    """502 with Retry-After, however often it is asked for; the vendor is asked once."""
    vendors.ask_to_wait("live", NOON + timedelta(minutes=5))
    for more in ("", "&refresh=true"):
        answer = browse(sara, more)
        assert (answer.status, answer.one("retry-after")) == (502, "Tue, 24 Nov 2026 12:05:00 GMT")
        assert answer.json["detail"].endswith("the vendor answered with status 429; it asks to wait until 2026-11-24 12:05 UTC")
    assert len(vendors.asked) == 1


def test_a_list_that_needs_a_key_says_so(app: App, sara: Client, nima: Client, vendors: FakeVendors) -> None:
    """409 without one; and for a normal admin with one that is not for them, however often others have read the list."""
    app.put({**LIVE, "provider_class": "GroqProvider"})
    refused = browse(sara)
    assert (refused.status, refused.json["type"]) == (409, "urn:modeldesk:problem:key-missing")
    assert "PUT /api/admin/ai-providers/live/key/" in refused.json["detail"]
    sara.ask("PUT", f"{API}/ai-providers/live/key/", {"scope": "shared", "api_key": KEY})
    tag = browse(sara).tag
    for more in ("", "&refresh=true", "&explain=true", "&search=a"):
        assert browse(nima, more, tag).json["type"] == "urn:modeldesk:problem:key-missing"
    assert vendors.asked == [("live", KEY)]
    app.put({**LIVE, "provider_class": "GroqProvider", "allow_shared_for_normal_admins": True})
    assert seen(browse(nima)) == ("cache", "abcd")
