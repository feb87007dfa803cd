"""A list as a page: where it cannot be had, where nothing fits, and why a model is missing from it."""

import html
import re
from urllib.parse import quote

import pytest

from modeldesk.domain.errors import KeyRejected
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.keys.provider_key import Verdict
from modeldesk.domain.model.values.texts import ModelId
from tests.support.app import App, live_declared
from tests.support.fake_vendors import TYPED_ON_AN_ARABIC_KEYBOARD, damaged_list, persian_list
from tests.support.panel_client import PanelClient, text_of

LIVE = live_declared("HuggingFaceProvider", "chat", "audio")
PLACE = "/admin/providers/live/chat"
STATIC = "/admin/providers/acme/chat"
RETRY = f'<form method="post" action="{PLACE}/refresh">'


@pytest.fixture
def live(app: App) -> App:
    """With a vendor that lists two models for talking, one for listening, and one that says its task."""
    app.put(LIVE)
    reported = VendorModel(ModelId("painter"), task="text-to-image")
    app.vendors.lists["live"] = VendorList((*(VendorModel(ModelId(name)) for name in ("a-chat", "b-chat", "whisper-1")), reported))
    return app


def test_a_list_that_cannot_be_had_is_told_on_a_good_page(live: App, sara: PanelClient) -> None:
    """A proxy would put a page of its own in the place of a 502. In plain words, once, and with a way to try again, which asks the vendor."""
    live.vendors.fail("live", "no answer in time")
    answer = sara.get(f"{PLACE}?wait=1")
    page = text_of(answer)
    assert answer.status == 200
    assert 'role="alert"' in page
    assert 'The models of <bdi>live</bdi> could not be read: <bdi lang="und">no answer in time</bdi>.' in page
    assert RETRY in page
    asked = len(live.vendors.asked)
    again = sara.send(f"{PLACE}/refresh")
    assert again.status == 200
    assert len(live.vendors.asked) == asked + 1
    assert text_of(again).count("could not be read") == 1
    live.vendors.write("live", ["a-chat"])
    assert sara.send(f"{PLACE}/refresh").one("location") == PLACE
    assert "The list was refreshed." in text_of(sara.get(PLACE))


def test_a_refresh_that_failed_shows_the_list_there_is(live: App, sara: PanelClient) -> None:
    """And what failed beside it, on a good page too."""
    assert sara.get(f"{PLACE}?wait=1").status == 200
    live.vendors.fail("live", "no answer in time")
    answer = sara.send(f"{PLACE}/refresh")
    assert answer.status in (200, 303)
    page = text_of(sara.get(PLACE))
    assert "a-chat" in page
    assert "The last refresh failed: " in page


def test_what_is_missing_from_a_list_is_said(live: App, sara: PanelClient) -> None:
    """With a link to the rows that could not be read, which are then named."""
    live.vendors.lists["live"] = damaged_list()
    page = text_of(sara.get(f"{PLACE}?wait=1"))
    assert "list is incomplete" in page
    assert "The last refresh failed" not in page
    assert "1 row of the provider's list could not be read." in html.unescape(page)
    assert "it has no usable id" in text_of(sara.get(f"{PLACE}?explain=true"))


def test_a_persian_name_is_found_however_it_is_typed(live: App, sara: PanelClient) -> None:
    """By letters and digits of an Arabic keyboard, and without the half-space."""
    live.vendors.lists["live"] = persian_list()
    assert "1 model" in text_of(sara.get(f"{PLACE}?wait=1&search={quote(TYPED_ON_AN_ARABIC_KEYBOARD)}"))


def test_a_key_that_the_vendor_refuses_leads_to_the_keys(live: App, sara: PanelClient, nima: PanelClient) -> None:
    """To the shared one who may enter it; a refusal may be a whim, so that one may try again, where there is a key to try with."""
    live.put({**LIVE, "provider_class": "GroqProvider"})
    sara.send("/admin/keys/live/shared", {"api_key": "sk-entered-0123456789"})
    live.vendors.fail("live", "status 401", KeyRejected)
    for client, places, may_retry in ((sara, {"shared", "personal"}, True), (nima, {"personal"}, False)):
        answer = client.get(f"{PLACE}?wait=1")
        assert answer.status == 200
        page = text_of(answer)
        assert {place for place in ("shared", "personal") if f'href="/admin/keys/live/{place}"' in page} == places
        assert (RETRY in page) is may_retry


def test_a_key_that_the_vendor_rejected_is_not_called_usable(live: App, sara: PanelClient) -> None:
    """In the lists of keys and of providers, and on the page of each; the key can be checked again."""
    live.put({**LIVE, "provider_class": "GroqProvider"})
    sara.send("/admin/keys/live/shared", {"api_key": "sk-entered-0123456789"})
    pages = ("/admin/keys", "/admin/providers", "/admin/keys/live/shared")
    for path in pages:
        assert re.search(r'class="chip good">\s*usable', text_of(sara.get(path)))
    live.vendors.fail("live", "status 401", KeyRejected)
    sara.get(f"{PLACE}?wait=1")
    for path in pages:
        page = text_of(sara.get(path))
        assert '<span class="chip bad">rejected</span>' in page, path
        assert 'class="chip good">usable' not in page, path
    assert "/admin/keys/live/shared/check" in page
    assert "The provider rejected this key." in text_of(sara.get("/admin/providers/live"))
    for verdict, chip in ((Verdict.VALID, "good"), (Verdict.REJECTED, "bad")):
        live.vendors.verdict = verdict
        checked = text_of(sara.send("/admin/keys/live/shared/check"))
        for page in (checked, *(text_of(sara.get(path)) for path in pages)):
            assert re.search(rf'class="chip {chip}">\s*(usable|rejected)', page)


@pytest.mark.parametrize(
    ("query", "reported", "links"),
    [
        ("?search=zzz", "No model has these words in its name or ID.", {"Clear the search": STATIC}),
        ("?free=1&search=large", "No model that is known to be free has these words in its name or ID.",
         {"Clear the search": f"{STATIC}?free=1", "Show paid models too": f"{STATIC}?search=large"}),
    ],
)  # fmt: skip
def test_where_nothing_fits_the_words_fit_what_was_asked(sara: PanelClient, query: str, reported: str, links: dict[str, str]) -> None:
    """And each thing that was asked can be let go."""
    page = text_of(sara.get(f"{STATIC}{query}"))
    assert reported in page
    for label in ("Clear the search", "Show paid models too"):
        assert (f">{label}</a>" in page) is (label in links)
    for label, place in links.items():
        assert f'href="{place}">{label}</a>' in page


def test_a_model_of_which_nothing_is_known_is_marked(live: App, sara: PanelClient) -> None:
    """Without asking for reasons, and in both languages."""
    live.vendors.write("live", ["acme-5", "gpt-5"])
    page = text_of(sara.get(f"{PLACE}?wait=1"))
    assert page.count(">unverified</span>") == 1
    assert page.index("acme-5") < page.index(">unverified</span>") < page.index("gpt-5")
    sara.language = "fa"
    assert text_of(sara.get(PLACE)).count(">تأییدنشده</span>") == 1


def test_where_nothing_is_free_it_says_so(app: App, sara: PanelClient) -> None:
    """With the way to the paid models."""
    app.put({"slug": "dear", "name": "Dear", "display_name": "Dear", "capabilities": {"chat": {"supported": True, "models": ["gold"]}}})
    page = text_of(sara.get("/admin/providers/dear/chat?free=1"))
    assert "No model in this list is known to be free." in page
    assert 'href="/admin/providers/dear/chat">Show paid models too</a>' in page
    assert "Clear the search" not in page


def test_why_models_are_missing(live: App, sara: PanelClient) -> None:
    """Asked for by a link, as `explain=true` over REST: each model with its reason, and those that are left out with theirs."""
    sara.get(f"{PLACE}?wait=1")
    plain = text_of(sara.get(PLACE))
    assert f'href="{PLACE}?explain=true">Why are models missing?</a>' in plain
    assert "whisper-1" not in plain
    page = text_of(sara.get(f"{PLACE}?explain=true"))
    assert page.count('Reason: its name (<bdi lang="und">chat</bdi>)') == 2
    left_out = page.partition('id="left-out"')[2]
    assert 'For transcription, by its name (<bdi lang="und">whisper</bdi>).' in left_out
    assert 'For image, by the vendor&#39;s task (<bdi lang="und">text-to-image</bdi>).' in left_out
    assert "a-chat" not in left_out
    assert '<input type="hidden" name="explain" value="true">' in page, "a search keeps it"
    searched = text_of(sara.get(f"{PLACE}?explain=true&search=whis")).partition('id="left-out"')[2]
    assert "whisper-1" in searched
    assert "painter" not in searched


def test_a_search_that_finds_only_what_is_left_out_says_so(live: App, sara: PanelClient) -> None:
    """It is there, for something else."""
    sara.get(f"{PLACE}?wait=1")
    page = text_of(sara.get(f"{PLACE}?search=whisper"))
    assert "1 excluded model matches this search." in page
    assert f'href="{PLACE}?search=whisper&amp;explain=true">Show why</a>' in page


def test_a_long_list_of_those_left_out_is_cut(live: App, sara: PanelClient) -> None:
    """The first hundred; a search finds the others."""
    live.vendors.write("live", [f"whisper-{number}" for number in range(150)])
    sara.get(f"{PLACE}?wait=1")
    page = text_of(sara.get(f"{PLACE}?explain=true"))
    assert page.count("by its name") == 100
    assert "search to find the others" in page
    assert "whisper-149" in text_of(sara.get(f"{PLACE}?explain=true&search=149"))


def test_a_fixed_list_leaves_nothing_out(sara: PanelClient) -> None:
    """The explanation says why."""
    assert "No model is excluded: a fixed list contains exactly the declared models." in text_of(sara.get(f"{STATIC}?explain=true"))


def test_declared_models_are_shown_until_the_list_can_be_read(app: App, sara: PanelClient) -> None:
    """With the reason, and no word of a refresh that did not happen; a press tries again."""
    chat = {**LIVE["capabilities"]["chat"], "models": [{"id": "mine", "name": "Mine"}]}
    app.put({**LIVE, "capabilities": {"chat": chat}})
    app.vendors.fail("live", "no answer in time")
    page = text_of(sara.get(f"{PLACE}?wait=1"))
    assert "Mine" in page
    assert "The live list cannot be read yet, so the declared models are shown:" in page
    assert RETRY in page
    assert "/admin/keys/live/shared" not in page.partition("no-list")[0].partition("banner")[2].partition("</p>")[0]
    assert sara.send(f"{PLACE}/refresh").one("location") == PLACE
    assert "The list was refreshed." not in text_of(sara.get(PLACE))
    app.vendors.write("live", ["a-chat"])
    assert sara.send(f"{PLACE}/refresh").one("location") == PLACE
    page = text_of(sara.get(PLACE))
    assert "The list was refreshed." in page
    assert "a-chat" in page
    assert "Mine" in page


def test_an_import_names_the_keys_that_it_does_not_use(sara: PanelClient) -> None:
    """In its preview, in both languages."""
    declaration = '{"version": "1.0.0", "providers": [{"slug": "x", "name": "X", "config": {"timeout": 5, "region": "eu"}}]}'
    for language, words in (("en", "are kept, and not used"), ("fa", "استفاده نمی‌شوند")):
        sara.language = language
        page = text_of(sara.send("/admin/import", {"declaration": declaration, "act": "look"}))
        assert words in page
        assert "region" in page


def test_a_list_that_needs_a_key_shows_the_button_first(app: App, sara: PanelClient, nima: PanelClient) -> None:
    """A super admin adds the shared key, others their own; the words about it follow."""
    app.put(live_declared("OpenAIProvider", "chat"))
    for visitor, whose in ((sara, "shared"), (nima, "personal")):
        page = text_of(visitor.get(f"{PLACE}?wait=1")).partition("no-list")[2]
        button = page.index(f'<a class="button main" href="/admin/keys/live/{whose}">Add')
        assert button < page.index("You can still select a model by its ID below.")
        assert "Refresh the list" not in page


def test_a_disabled_provider_offers_to_be_enabled(app: App, sara: PanelClient, nima: PanelClient) -> None:
    """And nothing that it refuses: no form for an id, no words of one."""
    sara.send("/admin/enabled/acme", {"is_active": "false", "version": "1"})
    for visitor, may in ((sara, True), (nima, False)):
        page = text_of(visitor.get("/admin/providers/acme/chat"))
        assert ('href="/admin/enabled/acme"' in page) is may
        assert "by its ID" not in page
        assert 'class="card by-id"' not in page


def test_an_empty_list_has_no_filters(app: App, sara: PanelClient) -> None:
    """There is nothing that they could find; the way by an id is open."""
    app.put({"slug": "own", "name": "Own", "display_name": "Own", "capabilities": {"chat": {"supported": True}}})
    page = text_of(sara.get("/admin/providers/own/chat"))
    assert "empty no-list" in page
    assert '<details class="card by-id" open>' in page


def test_a_page_without_a_key_has_the_form_alone(sara: PanelClient) -> None:
    """Nothing is stored that could be checked or removed."""
    page = text_of(sara.get("/admin/keys/acme/shared"))
    assert '<h2 id="enter">Add key</h2>' in page
    assert 'id="stored"' not in page
