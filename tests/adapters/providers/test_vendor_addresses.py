"""Where a vendor's list is, from the provider's address, and how addresses are joined."""

from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.adapters.providers.vendor_api import joined, linked, with_query
from modeldesk.domain.model.providers.provider import ProviderClassName


def test_where_the_list_is() -> None:
    """The list's path extends the provider's address or replaces its path, in every form in which a resource's address is given."""
    cases = {
        ("OpenAIProvider", "https://a.example/v1/"): "https://a.example/v1/models",
        ("OllamaProvider", "http://localhost:11434/v1"): "http://localhost:11434/api/tags",
        ("BedrockProvider", "https://bedrock.eu-west-1.amazonaws.com"): "https://bedrock.eu-west-1.amazonaws.com/foundation-models",
        ("AzureOpenAIProvider", "https://a.openai.azure.com"): "https://a.openai.azure.com/openai/models?api-version=2024-10-21",
        ("AzureOpenAIProvider", "https://a.openai.azure.com/openai"): "https://a.openai.azure.com/openai/models?api-version=2024-10-21",
        (
            "AzureOpenAIProvider",
            "https://a.services.ai.azure.com/openai/v1/",
        ): "https://a.services.ai.azure.com/openai/v1/models?api-version=preview",
        ("GitHubModelsProvider", "https://models.github.ai/inference"): "https://models.github.ai/catalog/models",
        (
            "FireworksProvider",
            "https://api.fireworks.ai/inference/v1",
        ): "https://api.fireworks.ai/v1/accounts/fireworks/models?pageSize=200",
        ("OpenRouterProvider", "https://openrouter.ai/api/v1"): "https://openrouter.ai/api/v1/models?output_modalities=all",
    }
    for (name, address), wanted in cases.items():
        assert vendor_api(ProviderClassName(name)).list_url(address) == wanted
    query = "/ai/models/search?page=1&per_page=100&hide_experimental=false"
    for behind in ("", "/", "/ai", "/ai/v1", "/ai/v1/"):
        account = "https://api.cloudflare.com/client/v4/accounts/0123"
        assert vendor_api(ProviderClassName("CloudflareProvider")).list_url(account + behind) == account + query


def test_addresses() -> None:
    """Paths join, queries are replaced by name and quoted, and a Link header is read in all its forms."""
    assert joined("https://a.example/v1?key=1", "/models") == "https://a.example/v1/models"
    assert with_query("https://a.example/?a=1&b=", {"a": "x&y"}) == "https://a.example/?b=&a=x%26y"
    assert linked("https://a.example/v1", {"link": '</x>; rel="prev", </y?c=%3D>; rel="next"'}) == "https://a.example/y?c=%3D"
    assert linked("https://a.example/v1", {"link": "<https://b.example/>; rel=next"}) == "https://b.example/"
    for header in ("", "x", "<>", '<a; rel="next"', '</a>; rel="last"', ";;;,,,"):
        assert linked("https://a.example/v1", {"link": header}) is None
    assert linked("https://a.example/v1", {}) is None
