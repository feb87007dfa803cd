"""Live lists over REST: where a list came from, how old it is, and what is said of it."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from modeldesk.domain.model.catalogue.list_state import FRESH_FOR, RETRY_COOLDOWN
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId
from tests.support.app import NOON, App, Client
from tests.support.fake_vendors import TYPED_ON_AN_ARABIC_KEYBOARD, FakeVendors, damaged_list, persian_list
from tests.support.rest_live import LIVE, browse, seen, settled


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


def test_the_answer_to_who_waited_for_the_vendor_is_not_kept(app: App, sara: Client, vendors: FakeVendors) -> None:
    """Everybody else gets the list from the cache, which the answer says: in memory would be two answers, each of a megabyte for a long list."""
    before = app.kept.count
    assert browse(sara).json["source"] == "live"
    assert app.kept.count == before
    assert browse(sara).json["source"] == "cache"
    assert app.kept.count == before + 1


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
    app.run(settled())
    after = browse(sara)
    assert (seen(after), after.json["fetched_at"]) == (("cache", "abcx"), "2026-11-24T12:15:00.000Z")
    assert len(vendors.asked) == 2


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
        app.run(settled())
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
    app.run(settled())
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
