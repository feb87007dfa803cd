"""Where a list is asked for: behind a gateway, at a base URL without its version, and at one that somebody pasted."""

import pytest

from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.adapters.providers.vendor_api import api_root, joined, with_defaults
from modeldesk.domain.errors import VendorFailed
from modeldesk.domain.model.providers.provider import ProviderClassName
from tests.support.vendor_server import Served, always, fetched

GATEWAY = "https://gw.example"


@pytest.mark.parametrize(
    ("class_name", "base_url", "wanted"),
    [
        ("OllamaProvider", "/ollama", "/ollama/api/tags"),
        ("OllamaProvider", "/ollama/v1/", "/ollama/api/tags"),
        ("OllamaProvider", "/ollama/api", "/ollama/api/tags"),
        ("FireworksProvider", "/fw/inference/v1", "/fw/v1/accounts/fireworks/models?pageSize=200"),
        ("FireworksProvider", "/fw", "/fw/v1/accounts/fireworks/models?pageSize=200"),
        ("AzureOpenAIProvider", "/azure", "/azure/openai/models?api-version=2024-10-21"),
        ("AzureOpenAIProvider", "/azure/openai", "/azure/openai/models?api-version=2024-10-21"),
        ("AzureOpenAIProvider", "/azure/openai/deployments/gpt-4o", "/azure/openai/models?api-version=2024-10-21"),
        ("AzureOpenAIProvider", "/azure/openai/v1", "/azure/openai/v1/models?api-version=preview"),
        ("AzureOpenAIProvider", "/azure?api-version=2025-01-01", "/azure/openai/models?api-version=2025-01-01"),
        ("BedrockProvider", "/bedrock", "/bedrock/foundation-models"),
        ("GitHubModelsProvider", "/github/inference", "/github/catalog/models"),
        ("GitHubModelsProvider", "/orgs/acme/inference", "/catalog/models"),
        ("CloudflareProvider", "/cf/accounts/1/ai/v1", "/cf/accounts/1/ai/models/search?page=1&per_page=100&hide_experimental=false"),
        ("OpenAIProvider", "/openai/v1?project=p", "/openai/v1/models?project=p"),
    ],
)
def test_the_path_of_a_gateway_is_kept(class_name: str, base_url: str, wanted: str) -> None:
    """Every class asks below it, and a query stays."""
    assert vendor_api(ProviderClassName(class_name)).list_url(f"{GATEWAY}{base_url}") == f"{GATEWAY}{wanted}"


@pytest.mark.parametrize(
    ("pasted", "root"),
    [
        ("/v1/chat/completions", "/v1"),
        ("/v1/chat/completions/", "/v1"),
        ("/v1/models", "/v1"),
        ("/v1/responses?a=1", "/v1?a=1"),
        ("/v1/messages", "/v1"),
        ("/v1beta/models/gemini-3:generateContent", "/v1beta"),
        ("/openai/deployments/d/embeddings", "/openai/deployments/d"),
        ("/ollama/api/chat", "/ollama"),
        ("/v1#models", "/v1"),
        ("/v1", "/v1"),
        ("/messages", "/messages"),
        ("/team/rerank", "/team/rerank"),
        ("", ""),
    ],
)
def test_the_path_of_one_call_is_no_part_of_a_base_url(pasted: str, root: str) -> None:
    """Pasted from an example of the vendor's; a gateway may have such a name."""
    assert api_root(GATEWAY + pasted) == GATEWAY + root


def test_what_may_be_a_secret_stays_out_of_addresses() -> None:
    """A query is kept but for keys; own parameters go before those of the class."""
    assert joined(f"{GATEWAY}/v1?api-version=1&api_key=x&sig=y", "/models") == f"{GATEWAY}/v1/models?api-version=1"
    assert with_defaults(f"{GATEWAY}?a=1", {"a": "2", "b": "3"}) == f"{GATEWAY}?a=1&b=3"


async def test_a_base_url_without_its_version_is_tried_both_ways() -> None:
    """As it is, then with the class's own; what answers with a list is read."""
    listed, server, _ = await fetched(
        lambda asked: Served({"data": [{"id": "a"}]}) if asked.target == "/v1/models" else Served({}, 404), path=""
    )
    assert [model.id for model in listed.models] == ["a"]
    assert server.targets == ["/models", "/v1/models"]
    _, server, _ = await fetched(
        lambda asked: Served({"data": [{"id": "a"}]}) if "v1" in asked.target else Served(b"<html>Welcome"), "GroqProvider", ""
    )
    assert server.targets == ["/models", "/openai/v1/models"]


async def test_a_base_url_with_a_version_is_taken_as_it_is() -> None:
    """And a failure names the path that was asked."""
    with pytest.raises(VendorFailed, match="asked='/v2/models'"):
        await fetched(always({}, 404), path="/v2")


async def test_where_no_list_is_the_first_path_is_named() -> None:
    """That of the base URL as it was declared."""
    with pytest.raises(VendorFailed, match="vendor-status: status=404, asked='/models'"):
        await fetched(always({}, 404), path="")


async def test_a_pasted_call_is_read_as_its_base() -> None:
    """The list is asked for where it is."""
    _, server, _ = await fetched(always({"data": [{"id": "a"}]}), path="/v1/chat/completions")
    assert server.targets == ["/v1/models"]
