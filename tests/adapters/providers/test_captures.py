"""Every recorded answer of a vendor, served on this machine under its path and read by its class; prices are computed anew from the file."""

from asyncio import run
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from modeldesk.domain.errors import KeyRejected, VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.keys.provider_key import Verdict
from modeldesk.domain.model.values.pricing import PriceUnit
from modeldesk.domain.model.values.secret import Secret
from tests.support.vendor_captures import FURTHER_LISTS, READERS, Capture, answers_of, captures, errors, of_vendor
from tests.support.vendor_server import KEY, Served, Told, Vendor, checked, fetched

FEWEST = {"files": 53, "models": 7_061, "prices": 2_100}
"""What there is to be read at least, so that no test passes because it found nothing: models count each id once in a file."""


@cache
def read(capture: Capture) -> tuple[VendorList, Vendor, Told]:
    return run(fetched(answers_of(capture), capture.reader.class_name, capture.reader.path))


def by_id(capture: Capture) -> dict[str, VendorModel]:
    return {str(model.id): model for model in read(capture)[0].models}


def first_entries(capture: Capture) -> dict[str, Any]:
    """By id; of one that stands twice the first."""
    found: dict[str, Any] = {}
    for entry in capture.entries:
        found.setdefault(capture.id_of(entry), entry)
    return found


def test_every_model_of_every_recording_is_read(shared_data: Path) -> None:
    """As many models as the file holds, under the ids in it; ids that stand twice count once and are told; the recorded path is what is asked."""
    total = files = 0
    for capture in captures(shared_data):
        if capture.count == 0:
            continue
        listed, vendor, reported = read(capture)
        assert len(capture.entries) == capture.count
        assert [str(model.id) for model in listed.models] == list(capture.ids), capture.name
        assert listed.repeated == sum(times > 1 for times in capture.ids.values()), capture.name
        assert listed.unreadable == 0, capture.name
        assert capture.path in (None, urlsplit(vendor.targets[0]).path), capture.name
        lists = [target for target in vendor.targets if not any(part in target for part in FURTHER_LISTS)]
        assert reported.steps[-1] == (len(lists), capture.count), capture.name
        files += 1
        total += len(listed.models)
    assert files + 1 == len(captures(shared_data)) >= FEWEST["files"], "one is the empty second page of Cloudflare"
    assert total >= FEWEST["models"]


def test_the_whole_recorded_query_is_sent(shared_data: Path) -> None:
    """Where a query was recorded with what makes the list whole, it is sent: the page size of Anthropic, Gemini, Cohere and Cloudflare."""
    wanted = ("limit=1000", "pageSize=1000", "page_size=1000", "page=1&per_page=100&hide_experimental=false", "api-version=preview")
    seen = set()
    for capture in captures(shared_data):
        query = urlsplit(capture.request_url or "").query
        if query in wanted and capture.count:
            assert urlsplit(read(capture)[1].targets[0]).query == query
            seen.add(query)
    assert seen == set(wanted)


def test_every_vendor_has_a_class(shared_data: Path) -> None:
    """No recording is left out because nobody said how it is read."""
    assert {capture.vendor for capture in captures(shared_data)} == READERS.keys()


def test_the_key_travels_in_the_vendors_header(shared_data: Path) -> None:
    """Never in the address: a bearer token for most, a header of their own for Anthropic, Google and Azure."""
    headers = {"anthropic": "x-api-key", "gemini": "x-goog-api-key", "azure": "api-key"}
    for vendor in READERS:
        _, server, _ = read(of_vendor(shared_data, vendor)[0])
        sent = server.asked[0].headers
        assert KEY.reveal() not in server.targets[0]
        if vendor in headers:
            assert sent[headers[vendor]] == KEY.reveal()
        else:
            assert sent["authorization"] == f"Bearer {KEY.reveal()}"


# Prices, computed without anything of the code under test: US dollars for a million tokens unless the unit says otherwise.

Amounts = dict[str, Decimal] | None
MILLION = 1_000_000


def per_token(entry: Any, names: Mapping[str, str]) -> Amounts:
    """Texts that are dollars for a token; a negative one makes the whole price unknown."""
    prices = {name: value for name, value in (entry.get("pricing") or {}).items() if isinstance(value, str)}
    if any(value.startswith("-") for value in prices.values()) or not prices:
        return None
    return {ours: Decimal(prices[theirs]) * (1 if ours == "request" else MILLION) for theirs, ours in names.items() if theirs in prices}


def openrouter(entry: Any) -> Amounts:
    return per_token(
        entry,
        {
            "prompt": "prompt",
            "completion": "completion",
            "request": "request",
            "input_cache_read": "cache_read",
            "input_cache_write": "cache_write",
            "internal_reasoning": "reasoning",
            "audio": "audio_input",
            "audio_output": "audio_output",
            "image_output": "image_output",
        },
    )


def vercel(entry: Any) -> Amounts:
    return per_token(entry, {"input": "prompt", "output": "completion"})


def sambanova(entry: Any) -> Amounts:
    """Whisper is priced by the hour: its two zeros are no price."""
    return None if "duration_per_hour" in entry["pricing"] else per_token(entry, {"prompt": "prompt", "completion": "completion"})


def together(entry: Any) -> Amounts:
    """Numbers for a million tokens; of what is not priced by the token nothing, and zeros only where the id says free."""
    prices = entry["pricing"]
    if entry["type"] not in ("chat", "language", "code", "embedding", "rerank", "moderation"):
        minute = prices.get("transcribe")
        return {"prompt": Decimal(minute["price_per_minute"])} if isinstance(minute, dict) else None
    if not prices["input"] and not prices["output"] and not entry["id"].lower().endswith("-free"):
        return None
    amounts = {"prompt": Decimal(prices["input"]), "completion": Decimal(prices["output"])}
    return {**amounts, **({"cache_read": Decimal(prices["cached_input"])} if "cached_input" in prices else {})}


def perplexity(entry: Any) -> Amounts:
    names = {"input": "prompt", "output": "completion", "cache_read": "cache_read", "cache_write": "cache_write"}
    return {ours: Decimal(entry["pricing"][theirs]) for theirs, ours in names.items() if theirs in entry["pricing"]}


def venice(entry: Any) -> Amounts:
    prices = entry["model_spec"]["pricing"]
    return {"prompt": Decimal(prices["input"]["usd"]), "completion": Decimal(prices["output"]["usd"])}


def requesty(entry: Any) -> Amounts:
    names = {"input_price": "prompt", "output_price": "completion", "cached_price": "cache_read", "caching_price": "cache_write"}
    return {ours: entry[theirs] * MILLION for theirs, ours in names.items()}


def cloudflare(entry: Any) -> Amounts:
    """By the words of the unit: what is not tokens, plain audio minutes, characters or requests has no unit here."""
    amounts = {}
    for listed in (member["value"] for member in entry["properties"] if member["property_id"] == "price"):
        for price in listed:
            assert price["currency"] == "USD"
            match price["unit"].split():
                case ["per", "M", kind, *_, "tokens"]:
                    amounts[{"input": "prompt", "output": "completion", "cached": "cache_read"}[kind]] = Decimal(price["price"])
                case ["per", "audio", "minute"] | ["per", "inference", "request"]:
                    amounts["prompt"] = Decimal(price["price"])
                case ["per", "1k", "characters"]:
                    amounts["prompt"] = Decimal(price["price"]) * 1_000
    return amounts or None


COMPUTED: Mapping[str, Callable[[Any], Amounts]] = {
    "openrouter": openrouter,
    "groq": openrouter,
    "baseten": openrouter,
    "sambanova": sambanova,
    "vercel": vercel,
    "together": together,
    "perplexity": perplexity,
    "venice": venice,
    "requesty": requesty,
    "cloudflare": cloudflare,
}


def test_every_price_is_what_the_file_says(shared_data: Path) -> None:
    """Vendors that publish prices: each amount equals the one computed from the raw file; the others have none at all."""
    priced = 0
    for capture in captures(shared_data):
        if not capture.count:
            continue
        models, computed = by_id(capture), COMPUTED.get(capture.vendor, lambda _: None)
        for key, entry in first_entries(capture).items():
            shown, wanted = models[key].pricing, computed(entry)
            assert (None if shown is None else dict(shown.amounts)) == wanted, (capture.name, key)
            priced += wanted is not None
    print(f"{priced:,} prices computed from the files")
    assert priced >= FEWEST["prices"]


def test_free_is_what_costs_nothing_at_all(shared_data: Path) -> None:
    """At OpenRouter: every price in the entry is zero, and no router among them; some hundred models over the years."""
    free = 0
    for capture in of_vendor(shared_data, "openrouter"):
        models = by_id(capture)
        for key, entry in first_entries(capture).items():
            costs_nothing = all(isinstance(value, str) and Decimal(value) == 0 for value in entry["pricing"].values())
            shown = models[key].pricing
            assert bool(shown and shown.is_free) == costs_nothing, key
            assert not costs_nothing or not key.startswith("openrouter/auto")
            free += costs_nothing
    assert free > 150


def test_units_other_than_tokens_are_told(shared_data: Path) -> None:
    """Minutes and characters at Cloudflare, minutes at Together."""
    [page, _] = of_vendor(shared_data, "cloudflare")
    models = by_id(page)
    units = {key: models[key].pricing.unit for key in ("@cf/openai/whisper", "@cf/deepgram/aura-1", "@cf/microsoft/resnet-50")}  # type: ignore[union-attr]
    assert list(units.values()) == [PriceUnit.MINUTE, PriceUnit.MILLION_CHARACTERS, PriceUnit.REQUEST]
    whisper = by_id(of_vendor(shared_data, "together")[1])["deepgram/nova-3-en"].pricing
    assert whisper is not None
    assert whisper.members == {"currency": "USD", "unit": "minute", "prompt": "0.0015"}


def test_what_else_the_vendors_say(shared_data: Path) -> None:
    """One fact of each kind, from the newest recordings: modalities, tasks, context, days, notes."""

    def model(vendor: str, key: str) -> VendorModel:
        holding = [capture for capture in of_vendor(shared_data, vendor) if key in capture.ids]
        return by_id(max(holding, key=lambda capture: capture.name[-15:]))[key]

    assert model("groq", "whisper-large-v3").inputs == (Modality.AUDIO,)
    assert model("groq", "whisper-large-v3").outputs == (Modality.TEXT,)
    assert model("groq", "canopylabs/orpheus-v1-english").outputs == (Modality.AUDIO,)
    assert model("openrouter", "openai/gpt-audio").outputs == (Modality.TEXT, Modality.AUDIO)
    assert model("bedrock", "amazon.nova-2-sonic-v1:0").inputs == (Modality.AUDIO,)
    assert model("github-models", "openai/text-embedding-3-large").outputs == (Modality.VECTOR,)
    assert model("anthropic", "claude-opus-5").inputs == (Modality.TEXT, Modality.IMAGE, Modality.FILE)
    assert model("anthropic", "claude-opus-5").context_length == 1_000_000
    assert model("cohere", "embed-english-light-v3.0").task in ("embed", "embed, classify")
    assert model("cloudflare", "@cf/baai/bge-m3").task == "text embeddings"
    assert model("cloudflare", "@cf/baai/bge-m3").context_length == 60_000
    assert model("mistral", "voxtral-mini-tts-latest").task == "audio_speech"
    assert model("mistral", "voxtral-mini-tts-latest").created_on is None
    assert model("gemini", "gemini-embedding-001").task == "embedcontent, counttexttokens, counttokens, asyncbatchembedcontent"
    assert model("azure", "dall-e-3-3.0").retires_on.isoformat() == "2026-02-18"  # type: ignore[union-attr]
    notes = Counter(entry.note for entry in by_id(of_vendor(shared_data, "azure")[0]).values())
    assert notes == {"deprecated": 32, "no inference": 31, None: 200}
    assert {entry.created_on for entry in by_id(of_vendor(shared_data, "nvidia")[0]).values()} == {None}, "1993, for every model"
    assert model("fireworks", "accounts/fireworks/models/flux-kontext-pro").task == "text-to-image"


async def test_hugging_face_pages_by_the_link_header(shared_data: Path) -> None:
    """Two real pages of different days behind one another: their ids together, what stands in both counted; then no page more."""
    old, _, new = sorted(of_vendor(shared_data, "huggingface"), key=lambda capture: capture.name)
    link = new.headers["link"].replace("https://huggingface.co", "")
    listed, vendor, reported = await fetched(
        lambda asked: Served(old.body) if "cursor=" in asked.target else Served(new.body, headers={"Link": link}),
        "HuggingFaceProvider",
        "",
    )
    both = old.ids.keys() & new.ids.keys()
    assert len(listed.models) == 2_000 - len(both)
    assert listed.repeated == len(both) > 100
    assert vendor.targets == ["/api/models?inference=warm&limit=1000", link[1:].partition(">")[0]]
    assert reported.steps == [(1, 1_000), (2, 2_000)]


async def test_every_recorded_error_is_told_without_the_key(shared_data: Path) -> None:
    """A refused key is called that, anything else a failure with its status; the vendor's own words stand there, the key does not."""
    vendors = {capture.path: capture.reader for capture in captures(shared_data) if capture.path}
    for error in errors(shared_data):
        host, path = urlsplit(error["request_url"]).hostname, urlsplit(error["request_url"]).path
        vendor = {"generativelanguage": "gemini", "huggingface": "huggingface"}.get(host.split(".")[0], host.split(".")[-2])
        reader = READERS[vendor]
        assert path not in vendors or vendors[path].class_name
        key = Secret("badApiKey")
        answer = Served(error["body"].encode(), error["status"])
        with pytest.raises(VendorFailed) as caught:
            await fetched(lambda _, answer=answer: answer, reader.class_name, reader.path, key)  # type: ignore[misc]
        said = str(caught.value)
        is_about_the_key = error["status"] in (401, 403) or "API_KEY_INVALID" in error["body"]
        assert isinstance(caught.value, KeyRejected) == is_about_the_key, said
        assert str(error["status"]) in said
        assert "badApiKey" not in said
        assert "\\n" not in said
        assert len(said) < 320
        for words in (
            "invalid x-api-key",
            "invalid api token",
            "Incorrect API key",
            "rate limit",
            "Overloaded",
            "Invalid credentials",
            "not valid",
        ):
            assert words not in error["body"] or words in said, (said, error["body"])
        if is_about_the_key:
            verdict, _ = await checked(lambda _, answer=answer: answer, reader.class_name, reader.path, key)  # type: ignore[misc]
            assert verdict.verdict is Verdict.REJECTED
            assert "badApiKey" not in str(verdict.detail)
