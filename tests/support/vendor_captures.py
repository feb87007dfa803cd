"""The recorded answers of real vendors: which class reads them, under which address, and which member is the id."""

import json
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from tests.support.vendor_server import Answers, Asked, Served


@frozen
class Reader:
    """How a vendor's recordings are read: provider class, path of the provider's address, member that is the id."""

    class_name: str
    path: str
    id_key: str = "id"


_GENERIC = "OpenAICompatibleProvider"
READERS: Mapping[str, Reader] = {
    "anthropic": Reader("AnthropicProvider", "/v1"),
    "azure": Reader("AzureOpenAIProvider", "/openai/v1"),
    "baseten": Reader(_GENERIC, "/v1"),
    "bedrock": Reader("BedrockProvider", "", "modelId"),
    "bedrock-mantle": Reader(_GENERIC, "/v1"),
    "cerebras": Reader(_GENERIC, "/v1"),
    "cloudflare": Reader("CloudflareProvider", "/client/v4/accounts/ACCOUNT_ID/ai/v1", "name"),
    "cohere": Reader("CohereProvider", "/v1", "name"),
    "dashscope-us": Reader(_GENERIC, "/compatible-mode/v1"),
    "deepinfra": Reader(_GENERIC, "/v1/openai"),
    "deepseek": Reader("DeepSeekProvider", ""),
    "digitalocean": Reader(_GENERIC, "/v1"),
    "fireworks": Reader("FireworksProvider", "/inference/v1"),
    "gemini": Reader("GoogleProvider", "/v1beta", "name"),
    "github-models": Reader("GitHubModelsProvider", "/inference"),
    "groq": Reader("GroqProvider", "/openai/v1"),
    "huggingface": Reader("HuggingFaceProvider", ""),
    "hyperbolic": Reader(_GENERIC, "/v1"),
    "meta": Reader(_GENERIC, "/compat/v1"),
    "mistral": Reader("MistralProvider", "/v1"),
    "nebius": Reader(_GENERIC, "/v1"),
    "nvidia": Reader(_GENERIC, "/v1"),
    "ollama": Reader("OllamaProvider", "", "model"),
    "openai": Reader("OpenAIProvider", "/v1"),
    "openrouter": Reader("OpenRouterProvider", "/api/v1"),
    "perplexity": Reader(_GENERIC, "/v1"),
    "pollinations": Reader(_GENERIC, "", "name"),
    "requesty": Reader(_GENERIC, "/v1"),
    "sambanova": Reader(_GENERIC, "/v1"),
    "together": Reader("TogetherProvider", "/v1"),
    "venice": Reader(_GENERIC, "/api/v1"),
    "vercel": Reader(_GENERIC, "/v1"),
    "vertex": Reader(_GENERIC, "/v1beta1/publishers/google", "name"),
    "xai": Reader("XAIProvider", "/v1"),
    "xiaomi": Reader(_GENERIC, "/v1"),
}

LAST_PAGES: Mapping[str, Any] = {"pageToken=": {"models": []}, "page_token=": {"models": []}, "page=2": {"result": [], "success": True}}
"""What comes after the recorded page of a vendor that says there is more, by a part of the query."""


FURTHER_LISTS = ("/inference-profiles", "/openai/deployments")
"""Further lists that classes ask for, of which there are no recordings."""


@frozen(eq=False)
class Capture:
    """One recording, itself and no other's equal."""

    vendor: str
    name: str
    count: int
    request_url: str | None
    headers: Mapping[str, Any] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def reader(self) -> Reader:
        return READERS[self.vendor]

    @cached_property
    def entries(self) -> list[Any]:
        """As Python's own parser reads them, numbers exact: not by the code under test."""
        answer = json.loads(self.body, parse_float=Decimal)
        return answer if isinstance(answer, list) else next(value for value in answer.values() if isinstance(value, list))

    def id_of(self, entry: Any) -> str:
        value = entry.get(self.reader.id_key) or entry["id"]
        return str(value).removeprefix("models/") if self.vendor == "gemini" else str(value)

    @cached_property
    def ids(self) -> Counter[str]:
        return Counter(map(self.id_of, self.entries))

    @property
    def path(self) -> str | None:
        return urlsplit(self.request_url).path if self.request_url else None


@cache
def captures(folder: Path) -> tuple[Capture, ...]:
    """Every recording that stands in the index."""
    index = json.loads((folder / "captures" / "index.json").read_bytes())
    return tuple(
        Capture(
            entry["vendor"],
            entry["file"].removeprefix("captures/"),
            entry["models"],
            entry["request_url"],
            entry.get("headers", {}),
            (folder / entry["file"]).read_bytes(),
        )
        for entry in index
    )


def of_vendor(folder: Path, vendor: str) -> list[Capture]:
    return [capture for capture in captures(folder) if capture.vendor == vendor]


def errors(folder: Path) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads((folder / "captures" / "errors.json").read_bytes())
    return listed


def answers_of(capture: Capture) -> Answers:
    def answer(asked: Asked) -> Served:
        query = urlsplit(asked.target).query
        if any(part in asked.target for part in FURTHER_LISTS):
            return Served({}, 404)
        later = next((page for part, page in LAST_PAGES.items() if f"&{part}" in f"&{query}"), None)
        return Served(capture.body if later is None else later)

    return answer
