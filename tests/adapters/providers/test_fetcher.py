"""How lists are fetched: pages, limits, keys, and answers that no honest vendor gives."""

from asyncio import run
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from modeldesk.adapters.providers.fetcher import VendorFetcher
from modeldesk.adapters.providers.messages import one_line
from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.domain.errors import InvalidValue, KeyRejected, LiveListNotAvailable, Reason, VendorFailed
from modeldesk.domain.model.keys.provider_key import Verdict
from modeldesk.domain.model.providers.provider import ProviderClassName, ProviderConfig
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import HttpUrl
from tests.support.vendor_server import EXCHANGES_AT, KEY, NOW, Asked, Served, always, checked, fetched, fetcher_of, provider_of, vendor

ONE = {"data": [{"id": "one"}]}


def failure(body: Any, status: int = 200, class_name: str = "OpenAICompatibleProvider", path: str = "/v1", key: Secret | None = KEY) -> str:
    """Why a vendor that always answers so gives no list."""
    with pytest.raises(VendorFailed) as caught:
        run(fetched(always(body, status), class_name, path, key))
    assert "\n" not in str(caught.value)
    return str(caught.value.reason)


HOSTILE: dict[str, tuple[Any, str]] = {
    "HTML with 200": (b"<!doctype html><html><h1>Log in</h1></html>", "answer-is-web-page"),
    "HTML after blanks": (b"\n\n <html></html>", "answer-is-web-page"),
    "nothing": (b"", "answer-unreadable"),
    "NaN": (
        b'{"data": [{"id": "one", "price": NaN}]}',
        "list-mostly-unreadable: unreadable=1, count=1, reason=(answer-not-trusted: reason=",
    ),
    "duplicate keys": (
        b'{"data": [{"id": "one", "id": "two"}]}',
        "list-mostly-unreadable: unreadable=1, count=1, reason=(answer-not-trusted: reason=(key-repeated",
    ),
    "a list twice": (b'{"data": [{"id": "one"}], "data": []}', "answer-not-trusted: reason="),
    "deep nesting": (b'{"data": [{"id": "one", "x": ' + b"[" * 40 + b"]" * 40 + b"}]}", "list-mostly-unreadable: "),
    "very deep nesting": (b"[" * 100_000, "answer-unreadable"),
    "a long number": (b'{"data": [{"id": "one", "created": ' + b"9" * 5_000 + b"}]}", "list-mostly-unreadable: "),
    "a lone surrogate": (b'{"data": [{"id": "\\ud800"}]}', "list-mostly-unreadable: "),
    "cut off": (b'{"data": [{"id": "one"}, {"id": "tw', "answer-unreadable"),
    "two documents": (b'{"data": []}{"data": []}', "answer-unreadable"),
    "UTF-16": ('{"data": [{"id": "one"}]}'.encode("utf-16"), "answer-unreadable: reason=(text-other-encoding: encoding='UTF-16"),
    "an older encoding": ('{"data": [{"id": "modèle"}]}'.encode("latin-1"), "answer-unreadable-at: reason=(text-not-utf8: byte='0xE8')"),
    "gzip that was not asked for": (b"\x1f\x8b\x08\x00\x00\x00", "answer-unreadable"),
    "a text": (b'"models"', "answer-without-list"),
    "null": (b"null", "answer-without-list"),
    "another object": ({"models": {"a": 1}}, "answer-without-list"),
    "an error with 200": (
        {"error": {"message": "Quota is used up"}},
        "vendor-said-instead: reason=(answer-without-list), said='Quota is used up'",
    ),
    "an empty list": ({"data": []}, "list-empty"),
    "an empty bare list": ([], "list-empty"),
    "entries without ids": (
        {"data": [{}, {"id": None}, {"id": 5}, {"id": " "}, None, [], ""]},
        "list-without-ids",
    ),
    "an id of 1 MB": (
        {"data": [{"id": "x" * 1_000_000}]},
        "list-mostly-unreadable: unreadable=1, count=1, reason=(listed-id-too-long: count=1000000, most=200)",
    ),
    "an id over two lines": (
        {"data": [{"id": "a\nb"}]},
        "list-mostly-unreadable: unreadable=1, count=1, reason=(listed-id-malformed: reason=(forbidden-character: character='U+000A'",
    ),
    "an id that turns the text round": ({"data": [{"id": "a\u202eb"}]}, "list-mostly-unreadable: "),
    "100,000 models": ({"data": [{"id": str(number)} for number in range(100_000)]}, "list-too-long: most=20000"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_list_is_refused_in_one_line(what: str) -> None:
    """Broken, untrustworthy, empty or too large: the whole answer is refused, with the reason."""
    body, reason = HOSTILE[what]
    assert failure(body).startswith(reason)


async def test_a_byte_order_mark_is_no_fault() -> None:
    """UTF-8 with its mark is UTF-8."""
    listed, _, _ = await fetched(always(b'\xef\xbb\xbf{"data": [{"id": "one"}]}'))
    assert [model.id for model in listed.models] == ["one"]


async def test_entries_without_a_usable_id_are_left_out_and_counted() -> None:
    """The others are shown; each id once, at its first place."""
    listed, _, _ = await fetched(always({"data": [{"id": "a"}, {}, {"id": 1}, {"id": "b"}, {"id": "a", "name": "again"}, None]}))
    assert [(model.id, model.name) for model in listed.models] == [("a", None), ("b", None)]
    assert (listed.repeated, listed.unreadable) == (1, 3)


async def test_exactly_twenty_thousand_models_are_read() -> None:
    """The limit is what it says."""
    listed, _, _ = await fetched(always({"data": [{"id": str(number)} for number in range(20_000)]}))
    assert len(listed.models) == 20_000


@pytest.mark.parametrize(
    ("status", "body", "key", "kind", "reason"),
    [
        (401, {"error": "no"}, KEY, KeyRejected, "vendor-said: said='no', status=401"),
        (403, {}, KEY, KeyRejected, "vendor-status: status=403"),
        (401, {"message": "log in"}, None, KeyRejected, "key-wanted: reason=(vendor-said: said='log in', status=401)"),
        (404, b"<html>", KEY, VendorFailed, "vendor-status: status=404"),
        (429, {"error": {"message": "slow\ndown"}}, KEY, VendorFailed, "vendor-said: said='slow down', status=429"),
        (500, {"detail": "oops"}, KEY, VendorFailed, "vendor-said: said='oops', status=500"),
        (503, b"", KEY, VendorFailed, "vendor-status: status=503"),
        (
            403,
            {"success": False, "errors": [{"code": 1, "message": "no account"}]},
            KEY,
            KeyRejected,
            "vendor-said: said='no account', status=403",
        ),
        (400, {"error": {"message": 5}, "message": [5]}, KEY, VendorFailed, "vendor-status: status=400"),
        (204, b"", KEY, VendorFailed, "vendor-status: status=204"),
    ],
)
async def test_every_status_but_200_is_a_failure(status: int, body: Any, key: Secret | None, kind: type[VendorFailed], reason: str) -> None:
    """With the vendor's words where it has some; where it is the key, or that there is none, the error says so by its kind."""
    with pytest.raises(VendorFailed) as caught:
        await fetched(always(body, status), key=key)
    assert type(caught.value) is kind
    assert str(caught.value.reason) == f"{reason}, asked='/v1/models'"


@pytest.mark.parametrize(
    ("written", "until"), [("90", NOW + timedelta(seconds=90)), ("Tue, 24 Nov 2026 13:00:00 GMT", NOW + timedelta(hours=1))]
)
async def test_retry_after_is_told(written: str, until: datetime) -> None:
    """In seconds or as a date; a day at most, and nothing for what is neither or past."""
    with pytest.raises(VendorFailed) as caught:
        await fetched(lambda _: Served({}, 429, {"Retry-After": written}))
    assert caught.value.reason == Reason("vendor-status", status=429, retry_at=until, asked="/v1/models")
    assert caught.value.retry_at == until
    for other, wanted in (("9999999", NOW + timedelta(days=1)), ("soon", None), ("0", None)):
        with pytest.raises(VendorFailed) as caught:
            await fetched(lambda _, other=other: Served({}, 503, {"Retry-After": other}))  # type: ignore[misc]
        assert caught.value.retry_at == wanted


@pytest.mark.parametrize(
    "said",
    [
        "wrong key sk-test-0123456789abcdef!",
        "wrong key SK-TEST-0123456789ABCDEF!",
        "you sent Bearer\u0000sk-test-0123456789abcdef",
        "keys like sk-test-01234… and …6789abcdef are not known",
        "x" * 190 + "sk-test-0123456789abcdef",
    ],
)
async def test_no_message_holds_the_key_or_a_good_part_of_it(said: str) -> None:
    """Vendors quote the key they refuse, whole or in part; what is shown hides it before it is cut."""
    with pytest.raises(KeyRejected) as caught:
        await fetched(always({"error": {"message": said}}, 401))
    text = str(caught.value).lower()
    pieces = [KEY.reveal()[start : start + 8] for start in range(len(KEY.reveal()) - 7)]
    assert not [piece for piece in pieces if piece in text]
    assert "****" in text or "…" in text


async def test_a_long_message_is_cut() -> None:
    """At 200 characters, on one line."""
    with pytest.raises(VendorFailed) as caught:
        await fetched(always({"message": "many words " * 5_000}, 500))
    assert len(str(caught.value.reason)) < 270


async def test_a_path_that_the_vendor_made_of_the_key_does_not_show_it() -> None:
    """The next page's path is the vendor's choice."""
    following = f"/v1/{KEY.reveal()}/models"
    with pytest.raises(VendorFailed) as caught:
        await fetched(lambda asked: Served({}, 500) if asked.target == following else Served({**ONE, "links": {"next": following}}))
    assert str(caught.value.reason) == "vendor-status: status=500, asked='/v1/****/models'"


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


async def test_without_an_address_there_is_no_live_list() -> None:
    """A generic provider may have none; then nobody is asked."""
    provider = evolve(provider_of("http://127.0.0.1:1"), api_base_url=HttpUrl(""))
    with pytest.raises(LiveListNotAvailable):
        await fetcher_of("").fetch(provider, KEY, lambda pages, models: None)
    with pytest.raises(LiveListNotAvailable):
        await fetcher_of("").check(provider, KEY)


async def test_a_class_that_is_not_there_any_more_is_a_failure() -> None:
    """Its package may have been removed since the provider was imported."""
    with pytest.raises(VendorFailed, match="provider-class-not-installed: name='GoneProvider'"):
        await fetcher_of("").fetch(provider_of("http://127.0.0.1:1", "GoneProvider"), KEY, lambda pages, models: None)


async def test_a_call_ends_after_the_providers_own_timeout() -> None:
    """Ten seconds where it has none, and a minute at most."""
    opened: list[float | None] = []
    tried: list[int | None] = []

    class Stop(Exception):
        pass

    def note(slug: str, seconds: float | None, retries: int | None) -> Any:
        opened.append(seconds)
        tried.append(retries)
        raise Stop

    fetcher, provider = VendorFetcher(vendor_api, note, lambda: NOW), provider_of("http://127.0.0.1:1")
    for timeout in (None, 30.0, 3_600.0, 2.5):
        with pytest.raises(Stop):
            await fetcher.fetch(evolve(provider, config=ProviderConfig(timeout=timeout)), KEY, lambda pages, models: None)  # type: ignore[arg-type]
    assert opened == [10.0, 30.0, 60.0, 2.5]
    with pytest.raises(Stop):
        await fetcher.check(evolve(provider, config=ProviderConfig(timeout=30.0)), KEY)  # type: ignore[arg-type]
    assert opened[-1] == 9.5, "nobody is to wait longer for a verdict"
    with pytest.raises(Stop):
        await fetcher.fetch(evolve(provider, config=ProviderConfig(max_retry=0)), KEY, lambda pages, models: None)  # type: ignore[arg-type]
    assert tried == [None] * 5 + [0]


async def test_a_class_of_a_stranger_that_fails_costs_its_list_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it raises becomes one line for the admin; the log has the rest."""

    class Broken(type(vendor_api(ProviderClassName("OpenAIProvider")))):  # type: ignore[misc]
        def model(self, entry: Any) -> Any:
            raise KeyError(entry)

    async with vendor(always(ONE)) as running:
        fetcher = VendorFetcher(lambda _: Broken(), EXCHANGES_AT(running.origin), lambda: NOW)
        with pytest.raises(VendorFailed, match="provider-class-failed: name='Broken', said='KeyError'"):
            await fetcher.fetch(provider_of(running.origin), KEY, lambda pages, models: None)
    assert "KeyError" in caplog.text


def test_a_day_that_all_share_says_nothing() -> None:
    """It is that of the answer, or made up; days that differ, and a list of two, are believed."""

    def days(*created: int) -> set[Any]:
        listed, _, _ = run(fetched(always({"data": [{"id": f"m{index}", "created": day} for index, day in enumerate(created)]})))
        return {model.created_on for model in listed.models}

    assert days(1_753_435_024, 1_753_435_025, 1_753_435_024) == {None}
    assert len(days(1_753_435_024, 1_753_435_025, 1_700_000_000)) == 2
    assert None not in days(1_753_435_024, 1_753_435_024)


def by_key(good: Any, bad: tuple[int, Any]) -> Page:
    """Gives `good` to who holds the key, and `bad` to everybody else."""
    return lambda asked: Served(good) if KEY.reveal() in " ".join(asked.headers.values()) else Served(bad[1], bad[0])


VERDICTS: dict[str, tuple[str, Page, Verdict, str, int]] = {
    "the list of who needs a key": (
        "OpenAIProvider",
        by_key(ONE, (401, {})),
        Verdict.VALID,
        "key-opens-list",
        2,
    ),
    "a list for anybody": ("OpenAICompatibleProvider", always(ONE), Verdict.INCONCLUSIVE, "list-open-to-all", 2),
    "a refused key": (
        "OpenAIProvider",
        always({"error": {"message": "bad"}}, 401),
        Verdict.REJECTED,
        "vendor-said: said='bad', status=401",
        1,
    ),
    "Gemini's refusal": (
        "GoogleProvider",
        always({"error": {"message": "API key not valid", "details": [{"reason": "API_KEY_INVALID"}]}}, 400),
        Verdict.REJECTED,
        "vendor-said: said='API key not valid', status=400",
        1,
    ),
    "another 400 of Gemini": (
        "GoogleProvider",
        always({"error": {"message": "region"}}, 400),
        Verdict.INCONCLUSIVE,
        "vendor-said: said='region'",
        1,
    ),
    "too many calls": ("OpenAIProvider", always({}, 429), Verdict.INCONCLUSIVE, "vendor-status: status=429", 0),
    "a web page": ("OpenAIProvider", always(b"<html>"), Verdict.INCONCLUSIVE, "answer-is-web-page", 2),
    "an empty list": ("OpenAIProvider", always({"data": []}), Verdict.INCONCLUSIVE, "list-empty", 1),
    "OpenRouter's key": ("OpenRouterProvider", always({"data": {"label": "x"}}), Verdict.VALID, "key-known", 1),
    "OpenRouter's web page": ("OpenRouterProvider", always(b"<html>"), Verdict.INCONCLUSIVE, "answer-not-json", 1),
    "Hugging Face's key": ("HuggingFaceProvider", always({"name": "me"}), Verdict.VALID, "key-known", 1),
    "Hugging Face's refusal": (
        "HuggingFaceProvider",
        always({"error": "no"}, 401),
        Verdict.REJECTED,
        "vendor-said: said='no', status=401",
        1,
    ),
}


@pytest.mark.parametrize("what", VERDICTS)
async def test_a_key_is_proved_by_what_only_a_key_gives(what: str) -> None:
    """A list that anybody is given proves nothing; a vendor in trouble says nothing; a refusal is a refusal."""
    class_name, answers, verdict, detail, calls = VERDICTS[what]
    said, server = await checked(answers, class_name, "")
    assert (said.verdict, said.checked_at) == (verdict, NOW)
    assert str(said.detail).startswith(detail)
    assert len(server.asked) == calls or (calls == 0 and server.asked), "0: as often as the exchange tries"


async def test_public_lists_are_not_asked_to_prove_a_key() -> None:
    """OpenRouter is asked at `/key`, Hugging Face at the hub's `whoami`; with the router's address, only its list is there to ask."""
    _, server = await checked(always({}), "OpenRouterProvider", "/api/v1")
    assert server.targets == ["/api/v1/key"]
    _, server = await checked(always({}), "HuggingFaceProvider", "")
    assert server.targets == ["/api/whoami-v2"]
    said, server = await checked(always(ONE), "HuggingFaceProvider", "/v1")
    assert server.targets == ["/v1/models", "/v1/models"]
    assert said.verdict is Verdict.INCONCLUSIVE


async def test_a_vendor_that_cannot_be_reached_is_no_verdict() -> None:
    """What the exchange says of it is the detail."""

    def unreachable(slug: str, seconds: float | None, retries: int | None) -> Any:
        raise VendorFailed(slug, Reason("closed-before-answer"))

    said = await VendorFetcher(vendor_api, unreachable, lambda: NOW).check(provider_of("http://127.0.0.1:1"), KEY)
    assert (said.verdict, said.detail) == (Verdict.INCONCLUSIVE, Reason("closed-before-answer"))


def test_no_such_class_is_told_by_the_table() -> None:
    """The look-up itself refuses a name that is neither shipped nor installed."""
    with pytest.raises(InvalidValue):
        vendor_api(ProviderClassName("os.system"))


def test_a_key_in_another_letter_case_is_hidden_too() -> None:
    """A vendor may fold what it quotes; what is no piece of the key stays."""
    key = Secret("sk-abcdefghijklmnopqrstuvwxyz")
    assert one_line("Key SK-ABCDEFGHIJKLMNOPQRSTUVWXYZ is wrong", key) == "Key **** is wrong"
    assert one_line("Key sk-abcd is wrong", key) == "Key sk-abcd is wrong"
    assert one_line("İ sk-abcdefghijklmnopqrstuvwxyz", key) == "İ ****"
    assert one_line("no key", None) == "no key"
