"""Live lists over REST: where a list came from, how old it is, what is said of it, and what is answered where there is none."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.providers.fetcher import CHECK_SECONDS
from modeldesk.domain.errors import KeyRejected, VendorFailed
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, RETRY_COOLDOWN
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId
from tests.support.app import API, DECLARED, NOON, Answer, App, Client
from tests.support.fake_vendors import TYPED_ON_AN_ARABIC_KEYBOARD, FakeVendors, damaged_list, persian_list

KEY = "sk-0123456789-abcd-WXYZ"
PATH = "/ai-models/browse-models/?provider=live&capability=chat"
LIVE = {
    **DECLARED[0],
    "slug": "live",
    "sort_order": 9,
    "provider_class": "OpenAICompatibleProvider",
    "capabilities": {name: {"supported": True, "has_dynamic_models": True} for name in ("chat", "image")},
}


@pytest.fixture
def vendors(app: App) -> FakeVendors:
    """A provider whose list is live, and the vendor behind it."""
    app.put(LIVE)
    app.vendors.write("live", "abcd")
    return app.vendors


def browse(client: Client, more: str = "", tag: str | None = None) -> Answer:
    return client.get(PATH + more, {"if-none-match": tag} if tag else {})


def seen(answer: Answer) -> tuple[str, str]:
    assert answer.status == 200, answer.body
    return answer.json["source"], "".join(model["id"] for model in answer.json["models"])


def test_a_live_list_has_the_shape_of_the_contract(app: App, sara: Client, vendors: FakeVendors) -> None:
    """Read just now; what is not known of a model is null or not there, and never made up."""
    vendors.lists["live"] = VendorList(
        (
            VendorModel(ModelId("a"), "A", Pricing(amounts={}), 8_000, (Modality.TEXT, Modality.IMAGE), (Modality.TEXT,)),
            VendorModel(ModelId("b")),
        )
    )
    plain = {"is_free": None, "pricing": None, "context_length": None, "is_active": False}
    assert browse(sara).json == {
        "provider": "live",
        "capability": "chat",
        "source": "live",
        "fetched_at": "2026-11-24T12:00:00.000Z",
        "count": 2,
        "total": 2,
        "models": [
            {
                **plain,
                "id": "a",
                "name": "A",
                "pricing": {"currency": "USD", "unit": "1M tokens"},
                "context_length": 8_000,
                "input_modalities": ["text", "image"],
                "output_modalities": ["text"],
            },
            {**plain, "id": "b", "name": "b"},
        ],
    }


def test_what_is_missing_from_a_list_is_said(sara: Client, vendors: FakeVendors) -> None:
    """Rows that could not be read are counted, and named where the list is explained; a list that did not come whole says so."""
    vendors.lists["live"] = damaged_list()
    for answer in (browse(sara), browse(sara)):
        assert (answer.json["unreadable"], answer.json["incomplete"]) == (1, True)
        assert answer.json["failure"] == "the vendor's list is incomplete: the vendor counts 9 models and sent 3"
        assert "excluded" not in answer.json
    [row] = browse(sara, "&explain=true").json["excluded"]
    assert row == {"id": "odd", "name": "odd", "reason": "row 2 of the vendor's list cannot be read: it has no usable id"}


def test_a_persian_name_is_found_however_it_is_typed(sara: Client, vendors: FakeVendors) -> None:
    """By letters and digits of an Arabic keyboard, and without the half-space."""
    vendors.lists["live"] = persian_list()
    assert seen(browse(sara, f"&search={quote(TYPED_ON_AN_ARABIC_KEYBOARD)}")) == ("live", "a")


def test_declared_models_beside_a_live_list(app: App, sara: Client, vendors: FakeVendors) -> None:
    """They are the list until one can be read, with why it cannot; then they are joined, and say what is theirs."""
    mine = {"id": "mine", "name": "Mine", "context_length": 5}
    app.put({**LIVE, "capabilities": {"chat": {**LIVE["capabilities"]["chat"], "models": ["b", mine], "exclude": ["c"]}}})
    vendors.fail("live")
    first = browse(sara)
    assert (seen(first), first.json["failure"]) == (("static", "bmine"), "it is down")
    vendors.write("live", "abcd")
    explained = browse(sara, "&refresh=true&explain=true")
    assert seen(explained) == ("live", "abdmine")
    assert explained.json["models"][-1]["sources"] == {"name": "declaration", "context_length": "declaration"}
    assert explained.json["excluded"] == [{"id": "c", "name": "c", "reason": "the declaration excludes c"}]
    [shown] = [entry for entry in sara.get("/ai-providers/").json["providers"] if entry["slug"] == "live"]
    assert shown["capabilities"]["chat"]["exclude"] == ["c"]


def test_live_then_cache_then_stale(app: App, sara: Client, vendors: FakeVendors) -> None:
    """When it was read is told with it; an old one is answered at once, and the next answer has the new one."""
    assert seen(browse(sara)) == ("live", "abcd")
    assert seen(browse(sara)) == ("cache", "abcd")
    vendors.write("live", "abcx")
    app.clock.forward(FRESH_FOR)
    stale = browse(sara)
    assert (seen(stale), stale.json["fetched_at"]) == (("stale", "abcd"), "2026-11-24T12:00:00.000Z")
    app.tell(settled())
    after = browse(sara)
    assert (seen(after), after.json["fetched_at"]) == (("cache", "abcx"), "2026-11-24T12:15:00.000Z")
    assert len(vendors.asked) == 2


async def settled() -> None:
    for _ in range(40):
        await asyncio.sleep(0)


def test_the_tag_covers_where_the_list_came_from(app: App, sara: Client, vendors: FakeVendors) -> None:
    """Unchanged is 304, and each change of source, list, failure or doubt is not."""
    held = browse(sara).tag

    def changed(more: str = "") -> None:
        nonlocal held
        answer = browse(sara, more, held)
        assert answer.status == 200
        held = answer.tag
        again = browse(sara, more, held)
        assert (again.status, again.body) == (304, b"")

    changed()  # from live to cache
    app.clock.forward(FRESH_FOR)
    vendors.fail("live")
    for refreshed in (lambda: vendors.write("live", "ab"), lambda: None, lambda: None):
        vendors.held = asyncio.Event()
        changed()  # to stale; then with a failure; then with a list that waits
        assert browse(sara, "", held).status == 304
        vendors.held.set()
        app.tell(settled())
        refreshed()
        app.clock.forward(RETRY_COOLDOWN)
    changed()  # and that was confirmed


def test_a_refresh_asks_the_vendor_however_fresh_the_list_is(sara: Client, nima: Client, vendors: FakeVendors) -> None:
    """Every admin may, where no key is spent; another's held answer is not theirs."""
    browse(sara)
    vendors.write("live", "abcx")
    assert seen(browse(nima, "&refresh=true")) == ("live", "abcx")
    assert seen(browse(sara)) == ("cache", "abcx")
    assert seen(browse(sara, "&refresh=false")) == ("cache", "abcx")
    assert len(vendors.asked) == 2


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

    held = app.tell(hold())
    for _ in range(2):
        slow = browse(sara)
        assert (slow.status, slow.json["type"], slow.one("retry-after")) == (502, "urn:modeldesk:problem:vendor-slow", "1")
    app.tell(release(held))
    assert seen(browse(sara)) == ("cache", "abcd")
    held = app.tell(hold())
    assert seen(browse(sara, "&refresh=true")) == ("cache", "abcd")
    app.tell(release(held))
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


def test_explaining_says_why_each_model_is_in_or_out(sara: Client, vendors: FakeVendors) -> None:
    """Also what the metadata filled in; without being asked nothing of it is there."""
    vendors.write("live", ["acme-5", "tts-1", "flux-1"])
    plain, explained = browse(sara).json, browse(sara, "&explain=true").json
    assert "excluded" not in plain
    assert all("reason" not in model and "sources" not in model for model in plain["models"])
    (model,) = explained["models"]
    assert (model["id"], model["reason"]) == ("acme-5", "unverified: nothing says what it is for, so it counts as a language model")
    assert model["sources"] == {}
    assert explained["excluded"] == [
        {"id": "tts-1", "name": "tts-1", "reason": "for speech, by its name (tts)"},
        {"id": "flux-1", "name": "flux-1", "reason": "for image, by its name (flux)"},
    ]
    assert (explained["count"], explained["total"]) == (1, 1)
    image = sara.get("/ai-models/browse-models/?provider=live&capability=image&explain=true").json
    assert [entry["id"] for entry in image["models"]] == ["flux-1"]


def test_explaining_a_declared_list_tells_what_was_filled_in(sara: Client) -> None:
    """Field by field, by the names that the answer has."""
    models = sara.get("/ai-models/browse-models/?provider=acme&capability=chat&explain=true").json["models"]
    small = next(model for model in models if model["id"] == "small")
    assert small["reason"] == "the declaration lists it"
    assert small["sources"] == dict.fromkeys(("name", "pricing", "context_length"), "models.dev")


def test_a_live_list_is_looked_through_like_any_other(sara: Client, vendors: FakeVendors) -> None:
    """Searched, cut and counted; and the model in use is marked, also one that the list does not hold."""
    vendors.write("live", [f"model-{number}" for number in range(300)])
    page = browse(sara, "&search=model+29&sort=-id&limit=2&offset=1").json
    assert ([model["id"] for model in page["models"]], page["count"], page["total"]) == (["model-298", "model-297"], 2, 13)
    sara.select("model-7", "live")
    marked: list[Any] = [model["id"] for model in browse(sara).json["models"] if model["is_active"]]
    assert marked == ["model-7"]
    assert sara.select("unlisted", "live").json["in_catalogue"] is False
    assert len(vendors.asked) == 1


def test_with_a_list_in_hand_nobody_waits_for_the_vendor(app: App, sara: Client, vendors: FakeVendors) -> None:
    """While it takes its time, browsing, choosing and the overview answer."""
    browse(sara)
    app.clock.forward(FRESH_FOR)
    vendors.held = asyncio.Event()
    assert seen(browse(sara)) == ("stale", "abcd")
    assert sara.select("b", "live").json["in_catalogue"] is True
    assert sara.get("/ai/dashboard/overview/").status == 200
    assert len(vendors.asked) == 2
    vendors.held.set()
    app.tell(settled())
    assert seen(browse(sara)) == ("cache", "abcd")


def test_the_overview_counts_live_models(sara: Client, vendors: FakeVendors) -> None:
    """Null until the list was read; then by capability, with when."""

    def reported() -> Any:
        live = sara.get("/ai/dashboard/overview/").json["providers"][-1]["capabilities"]
        return {name: (part["model_count"], part["fetched_at"]) for name, part in live.items()}

    vendors.write("live", ["a", "b", "flux-1"])
    assert reported() == {"chat": (None, None), "image": (None, None)}
    browse(sara)
    moment = NOON.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert reported() == {"chat": (2, moment), "image": (1, moment)}


def test_workers_share_what_one_of_them_read(stored: App, other_worker: App) -> None:
    """On both databases: the other one asks no vendor, also an hour later while the first one's list is fresh again."""
    stored.put(LIVE)
    for app in (stored, other_worker):
        app.vendors.write("live", "abcd")
    here, there = stored.signed_in(), other_worker.signed_in()
    assert seen(browse(here)) == ("live", "abcd")
    assert seen(browse(there)) == ("cache", "abcd")
    assert browse(here).body == browse(there).body
    stored.clock.forward(timedelta(minutes=20))
    stored.vendors.write("live", "abcx")
    assert seen(browse(here, "&refresh=true")) == ("live", "abcx")
    assert seen(browse(there)) == ("cache", "abcx")
    assert other_worker.vendors.asked == []
