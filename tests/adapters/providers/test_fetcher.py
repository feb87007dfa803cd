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
from modeldesk.domain.model.providers.provider import ProviderClassName, ProviderConfig
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import HttpUrl
from tests.support.counted_calls import calls_of
from tests.support.vendor_server import EXCHANGES_AT, KEY, NOW, Asked, Served, always, fetched, fetcher_of, provider_of, vendor

ONE = {"data": [{"id": "one"}]}


def models(count: int) -> bytes:
    """The body of a list with this many models."""
    return b'{"data": [%b]}' % b", ".join(b'{"id": "%d"}' % number for number in range(count))


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
    "100,000 models": (lambda: models(100_000), "list-too-long: most=20000"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_list_is_refused_in_one_line(what: str) -> None:
    """Broken, untrustworthy, empty or too large: the whole answer is refused, with the reason."""
    body, reason = HOSTILE[what]
    assert failure(body() if callable(body) else body).startswith(reason)


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
    listed, _, _ = await fetched(always(models(20_000)))
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


def test_the_event_loop_does_nothing_for_each_model() -> None:
    """A list is parsed and converted in a thread: 2,000 models cost the event loop as much as 20."""

    def calls(count: int) -> int:
        rows = b", ".join(b'{"id": "m%d", "created": 1753435024}' % index for index in range(count))

        async def read() -> None:  # returns nothing: the event loop would format a result when it ends
            await fetched(always(b'{"data": [%b]}' % rows))

        return calls_of(lambda: run(read()))

    calls(20)  # fills the caches of the process
    assert calls(2_000) - calls(20) < 1_000


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
