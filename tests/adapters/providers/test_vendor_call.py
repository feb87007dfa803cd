"""What a provider declares for every call is sent with every call."""

from base64 import b64encode
from typing import Any

import pytest
from attrs import evolve

from modeldesk.adapters.providers.fetcher import VendorFetcher
from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.domain.errors import VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import Verdict
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderConfig
from modeldesk.domain.model.values.secret import Secret
from tests.support.vendor_server import EXCHANGES_AT, KEY, NOW, Answers, Served, Vendor, always, provider_of, vendor

ONE = {"data": [{"id": "a"}]}
LISTS_ONE = always(ONE)


async def declared(
    config: dict[str, Any], class_name: str = GENERIC_CLASS, answers: Answers = LISTS_ONE, path: str = "/v1", key: Secret = KEY
) -> tuple[VendorList, Vendor]:
    """The list of a provider with this `config`, and what its vendor was asked."""
    async with vendor(answers) as running:
        provider = evolve(provider_of(running.origin, class_name, path), config=ProviderConfig(**config))
        fetcher = VendorFetcher(vendor_api, EXCHANGES_AT(running.origin), lambda: NOW)
        return await fetcher.fetch(provider, key, lambda pages, models: None), running


async def test_headers_and_queries_go_with_every_page() -> None:
    """Before those of the class."""
    page = {**ONE, "has_more": True}
    last = {"data": [{"id": "b"}]}
    _, server = await declared(
        {"headers": {"Anthropic-Version": "2026-01-01", "X-Project": "p"}, "query": {"limit": "5", "view": "é"}},
        "AnthropicProvider",
        lambda asked: Served(last if "after_id" in asked.target else page),
    )
    assert server.targets == ["/v1/models?limit=5&view=%C3%A9", "/v1/models?after_id=a&limit=5&view=%C3%A9"]
    for asked in server.asked:
        assert (asked.headers["anthropic-version"], asked.headers["x-project"]) == ("2026-01-01", "p")


@pytest.mark.parametrize(
    ("list_path", "path", "wanted"),
    [
        ("models/all", "/v1", "/v1/models/all"),
        ("models/all?view=full", "/gw/v1", "/gw/v1/models/all?view=full"),
        ("/catalog?a=1", "/gw/v1", "/catalog?a=1"),
        ("models", "", "/models"),
    ],
)
async def test_a_declared_path_takes_the_place_of_the_classs_own(list_path: str, path: str, wanted: str) -> None:
    """Joined to the base URL, or from the origin; nothing else is tried."""
    for class_name in (GENERIC_CLASS, "OllamaProvider"):
        _, server = await declared({"list_path": list_path}, class_name, path=path)
        assert server.targets == [wanted]
    with pytest.raises(VendorFailed, match="status=404"):
        await declared({"list_path": list_path}, answers=always({}, 404), path=path)


@pytest.mark.parametrize(
    ("config", "header", "value"),
    [
        ({}, "authorization", f"Bearer {KEY.reveal()}"),
        ({"key_header": "X-Api-Key"}, "x-api-key", KEY.reveal()),
        ({"key_header": "X-Api-Key", "key_scheme": "Token"}, "x-api-key", f"Token {KEY.reveal()}"),
        ({"key_scheme": "Token"}, "authorization", f"Token {KEY.reveal()}"),
        ({"key_scheme": ""}, "authorization", KEY.reveal()),
        ({"key_scheme": "Basic"}, "authorization", f"Basic {b64encode(KEY.reveal().encode()).decode()}"),
        ({"key_header": "Authorization"}, "authorization", f"Bearer {KEY.reveal()}"),
    ],
)
async def test_a_key_is_sent_as_declared(config: dict[str, Any], header: str, value: str) -> None:
    """In one header, with the word before it."""
    _, server = await declared(config)
    sent = server.asked[0].headers
    assert sent[header] == value
    assert [name for name, found in sent.items() if KEY.reveal() in found or found == value] == [header]


async def test_a_class_with_a_header_of_its_own_keeps_it() -> None:
    """Unless another one is declared."""
    _, server = await declared({"key_scheme": ""}, "AnthropicProvider")
    assert server.asked[0].headers["x-api-key"] == KEY.reveal()
    _, server = await declared({"key_header": "Authorization"}, "AnthropicProvider")
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY.reveal()}"
    assert "x-api-key" not in server.asked[0].headers


async def test_a_key_that_came_back_in_base64_is_hidden() -> None:
    """As it was sent by Basic."""
    key = Secret("user:password-0123456789")
    encoded = b64encode(key.reveal().encode()).decode()
    with pytest.raises(VendorFailed) as caught:
        await declared({"key_scheme": "Basic"}, answers=always({"message": f"no {encoded}"}, 500), key=key)
    assert encoded not in str(caught.value)


async def test_a_check_sends_the_same() -> None:
    """Headers, query and the way of the key."""
    async with vendor(lambda asked: Served(ONE, 200 if "x-api-key" in asked.headers else 401)) as running:
        config = ProviderConfig(query={"a": "1"}, key_header="X-Api-Key")  # type: ignore[dict-item, arg-type]
        provider = evolve(provider_of(running.origin), config=config)
        verdict = await VendorFetcher(vendor_api, EXCHANGES_AT(running.origin), lambda: NOW).check(provider, KEY)
    assert (verdict.verdict, set(running.targets)) == (Verdict.VALID, {"/v1/models?a=1"})
