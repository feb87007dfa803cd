"""What one entry says: the safe readers, and documented shapes of which there is no recording."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.adapters.providers.vendor_api import ListBroken
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorModel
from modeldesk.domain.model.providers.provider import ProviderClassName
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing


def model(class_name: str, entry: Any) -> VendorModel:
    found = vendor_api(ProviderClassName(class_name)).model(entry)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (1_740_355_200, date(2025, 2, 24)),
        (1_740_355_200_000, date(2025, 2, 24)),
        (Decimal("1740355200.5"), date(2025, 2, 24)),
        ("2025-02-24T00:00:00Z", date(2025, 2, 24)),
        ("2025-03-19T13:36:27.633701698-04:00", date(2025, 3, 19)),
        ("2025-08-04 10:08:04.219", date(2025, 8, 4)),
        ("2026-07-23", date(2026, 7, 23)),
        ({"year": 2026, "month": 7, "day": 23}, date(2026, 7, 23)),
        (0, None),
        (735_790_403, None),
        (4_102_358_400, None),
        ("2098-12-31", None),
        ("2025-02-30", None),
        ({"year": 2026, "month": 7}, None),
        ({"year": 2026, "month": 13, "day": 1}, None),
        (10**18 - 1, None),
        (-1, None),
        (True, None),
        (Decimal("1E+30"), None),
        ("soon", None),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_days_of_every_spelling(written: Any, wanted: date | None) -> None:
    """Unix time in seconds and milliseconds, RFC 3339, a blank for the T, a day alone, an object; 0 and the absurd are unknown."""
    assert reading.day(written) == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (128_000, 128_000),
        ("128000", 128_000),
        (Decimal("128000.0"), 128_000),
        (0, None),
        (-5, None),
        (True, None),
        ("12k", None),
        (Decimal("1.5"), None),
        (10**15, None),
        ("9" * 20, None),
        ([], None),
    ],
)
def test_counts(written: Any, wanted: int | None) -> None:
    """A whole number of at least 1, as number or text; 0 is a vendor's word for unknown."""
    assert reading.count(written) == wanted


@pytest.mark.parametrize(
    ("written", "factor", "wanted"),
    [
        ("0.00000045", reading.PER_TOKEN, "0.45"),
        ("0.0000000208333333333333", reading.PER_TOKEN, "0.0208333333333333"),
        (Decimal("5E-7"), reading.PER_TOKEN, "0.5"),
        ("5e-07", reading.PER_TOKEN, "0.5"),
        (3, reading.PER_MILLION, "3"),
        (Decimal("0.18000000000000002"), reading.PER_MILLION, "0.18000000000000002"),
        ("0", reading.PER_TOKEN, "0"),
        ("-1", reading.PER_TOKEN, None),
        (-1, reading.PER_TOKEN, None),
        ("-0", reading.PER_TOKEN, None),
        ("NaN", reading.PER_TOKEN, None),
        ("Infinity", reading.PER_TOKEN, None),
        ("1e999", reading.PER_TOKEN, None),
        ("1e-999", reading.PER_TOKEN, None),
        ("1_000", reading.PER_TOKEN, None),
        (" 1", reading.PER_TOKEN, None),
        ("٣", reading.PER_TOKEN, None),
        ("1" * 30 + "." + "1" * 40, reading.PER_TOKEN, None),
        (10**17, reading.PER_TOKEN, None),
        (True, reading.PER_TOKEN, None),
        (1.5, reading.PER_TOKEN, None),
        ("", reading.PER_TOKEN, None),
        (None, reading.PER_TOKEN, None),
        ({}, reading.PER_TOKEN, None),
    ],
)
def test_prices_are_exact_or_unknown(written: Any, factor: Decimal, wanted: str | None) -> None:
    """Never rounded, never negative, never from what only looks like a number."""
    assert reading.price(written, factor) == (None if wanted is None else Decimal(wanted))


@pytest.mark.parametrize(
    "entry",
    [
        {"prompt": "0"},
        {"completion": "0"},
        {"request": "0"},
        {"input_cache_read": "0"},
        {"prompt": "0", "completion": None},
        {"prompt": "0", "completion": "soon"},
        {"prompt": "0", "completion": "-1"},
        {"prompt": "0", "completion": []},
        {"prompt": "0", "completion": "0", "image": "0.003"},
        {"prompt": "0", "completion": "0", "web_search": "0.01"},
        {"prompt": "0", "completion": "0", "overrides": [{"min_prompt_tokens": 1, "prompt": "1"}]},
        {"prompt": "0", "completion": "0", "unknown": {}},
        {"prompt": 0, "completion": 0},
        {"prompt": 0.5, "completion": 1},
        {"prompt": 3, "completion": 15},
        {"input": "3", "output": "15", "unit": "per million"},
        {},
        [],
        "free",
    ],
)
def test_what_is_not_wholly_known_is_neither_free_nor_cheap(entry: Any) -> None:
    """Half a price, zeros beside another price, bare numbers and unknown units are all an unknown price."""
    assert model("OpenRouterProvider", {"id": "a", "pricing": entry}).pricing is None


def test_free_and_priced_in_part() -> None:
    """Zero both ways is free, empty lists and nulls beside it are nothing; a speech model may be priced one way."""
    free = model("OpenRouterProvider", {"id": "a", "pricing": {"prompt": "0", "completion": "0.0", "image": None, "overrides": []}}).pricing
    assert free is not None
    assert free.is_free
    speech = model("GroqProvider", {"id": "a", "pricing": {"prompt": "0.00004", "image": "0"}}).pricing
    assert speech == Pricing(amounts={"prompt": Decimal(40)})
    search = model("OpenRouterProvider", {"id": "a", "pricing": {"request": "0.005"}}).pricing
    assert search == Pricing(amounts={"request": Decimal("0.005")})


def test_ids() -> None:
    """What vendors write in ids is kept as it is; what is no id is None; what is no honest id refuses the list."""
    for written in (
        "gpt-4o",
        "openai/gpt-4o:free",
        "~anthropic/claude-haiku-latest",
        "@cf/baai/bge-m3",
        "amazon.nova-premier-v1:0:1000k",
        "مدل",
        "a b",
    ):
        assert reading.usable_id(written) == written
    for written in (None, "", " ", " a", "a ", 5, True, [], {}):
        assert reading.usable_id(written) is None
    for written in ("x" * 201, "a\x00b", "a\tb", "a\x7f", "a\u2028b", "a\u202eb", "\u200b"):
        with pytest.raises(ListBroken):
            reading.usable_id(written)


def test_texts_and_words() -> None:
    """Names are lines that can be shown; words are in lower case; what is neither is left out."""
    assert [reading.text(value) for value in (" A b ", "", "a\nb", "x" * 201, 5, None)] == ["A b", None, None, None, None, None]
    assert reading.words(["TEXT", 5, None, "Image", "", []]) == ("text", "image")
    assert reading.words("Text Generation") == ("text generation",)
    assert reading.words({"a": 1}) == ()


XAI = {
    "id": "grok-4.3",
    "input_modalities": ["text", "image"],
    "output_modalities": ["text"],
    "prompt_text_token_price": 30_000,
    "cached_prompt_text_token_price": 7_500,
    "prompt_image_token_price": 30_000,
    "completion_text_token_price": 150_000,
    "search_price": 250_000_000,
    "max_prompt_length": 131_072,
}


def test_xai_counts_in_cents_for_a_hundred_million_tokens() -> None:
    """30000 is three dollars for a million tokens (`prompt_text_token_price` in xAI's API reference)."""
    read = model("XAIProvider", XAI)
    assert read.pricing is not None
    assert read.pricing.members == {
        "currency": "USD", "unit": "1M tokens", "prompt": "3.00", "completion": "15.00", "cache_read": "0.75", "image_input": "3.00",
    }  # fmt: skip
    assert (read.context_length, read.inputs, read.outputs) == (131_072, (Modality.TEXT, Modality.IMAGE), (Modality.TEXT,))
    assert model("XAIProvider", {**XAI, "prompt_text_token_price": "30000"}).pricing is None


FIREWORKS = {
    "name": "accounts/fireworks/models/glm-5p1",
    "displayName": "GLM 5.1",
    "createTime": "2026-03-01T09:00:00.5Z",
    "state": "READY",
    "kind": "HF_BASE_MODEL",
    "contextLength": 202_752,
    "supportsImageInput": True,
    "supportsServerless": True,
    "deprecationDate": {"year": 2027, "month": 2, "day": 1},
}


def test_fireworks_own_catalogue() -> None:
    """The documented resource: the id is its path, the day its serverless serving ends, and why it is not to be chosen."""
    read = model("FireworksProvider", FIREWORKS)
    assert (read.id, read.name, read.context_length) == ("accounts/fireworks/models/glm-5p1", "GLM 5.1", 202_752)
    assert (read.created_on, read.retires_on, read.note) == (date(2026, 3, 1), date(2027, 2, 1), None)
    assert read.inputs == (Modality.TEXT, Modality.IMAGE)
    assert model("FireworksProvider", {**FIREWORKS, "state": "UPLOADING"}).note == "uploading"
    assert model("FireworksProvider", {**FIREWORKS, "supportsServerless": False}).note == "not serverless"
    assert model("FireworksProvider", {**FIREWORKS, "kind": "EMBEDDING_MODEL"}).task == "embedding"


def test_lifecycles() -> None:
    """Each vendor's words for a model that ends, or is gone."""
    anthropic = model(
        "AnthropicProvider",
        {
            "id": "a",
            "type": "model",
            "lifecycle": "deprecated",
            "deprecated_at": "2026-05-01T00:00:00Z",
            "retires_at": "2026-12-01T00:00:00Z",
        },
    )
    assert (anthropic.note, anthropic.deprecated_on, anthropic.retires_on, anthropic.task) == (
        "deprecated",
        date(2026, 5, 1),
        date(2026, 12, 1),
        None,
    )
    assert model("OpenAIProvider", {"id": "a", "shutdown_date": "2026-12-11"}).retires_on == date(2026, 12, 11)
    assert model("OpenRouterProvider", {"id": "a", "expiration_date": "2026-12-31"}).retires_on == date(2026, 12, 31)
    assert model("GroqProvider", {"id": "a", "active": False}).note == "inactive"
    assert model("CohereProvider", {"name": "a", "is_deprecated": True}).note == "deprecated"
    mistral = model("MistralProvider", {"id": "a", "deprecation": "2026-07-31T12:00:00Z", "created": 1_700_000_000})
    assert (mistral.deprecated_on, mistral.created_on) == (date(2026, 7, 31), None)
    legacy = {
        "status": "LEGACY",
        "startOfLifeTime": 1_690_848_000,
        "legacyTime": "2026-01-01T00:00:00Z",
        "endOfLifeTime": "2026-12-31T00:00:00Z",
    }
    bedrock = model("BedrockProvider", {"modelId": "a", "modelLifecycle": legacy})
    assert (bedrock.note, bedrock.created_on, bedrock.deprecated_on, bedrock.retires_on) == (
        "legacy",
        date(2023, 8, 1),
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    assert model("OpenAICompatibleProvider", {"id": "a", "model_spec": {"offline": True}}).note == "offline"
    assert model("OpenAICompatibleProvider", {"id": "a", "status": "available"}).note is None


def test_mistral_also_bare_and_venice_without_dollars() -> None:
    """Mistral's documentation shows a bare list; a direction of Venice that has no dollars leaves no price at all."""
    api = vendor_api(ProviderClassName("MistralProvider"))
    assert list(api.entries([{"id": "a"}])) == list(api.entries({"data": [{"id": "a"}]}))
    spec = {"pricing": {"input": {"usd": Decimal("0.5"), "diem": 1}, "output": {"diem": 2}}}
    assert model("OpenAICompatibleProvider", {"id": "a", "type": "text", "model_spec": spec}).pricing is None
    spec["pricing"]["output"]["usd"] = 2
    assert model("OpenAICompatibleProvider", {"id": "a", "type": "text", "model_spec": spec}).pricing == Pricing(
        PriceUnit.MILLION_TOKENS, {"prompt": Decimal("0.5"), "completion": Decimal(2)}
    )
    assert model("OpenAICompatibleProvider", {"id": "a", "type": "image", "model_spec": spec}).pricing is None


def cloudflare(*prices: tuple[str, Any, str]) -> Pricing | None:
    listed = [{"unit": unit, "price": amount, "currency": currency} for unit, amount, currency in prices]
    return model("CloudflareProvider", {"name": "@cf/a", "properties": [{"property_id": "price", "value": listed}]}).pricing


def test_cloudflare_prices_of_one_known_unit() -> None:
    """In dollars; what is priced in steps or over a websocket besides only denies that it is free; two units at once are no one price."""
    dollars, tokens = "USD", ("per M input tokens", Decimal("0.5"), "USD")
    assert cloudflare(tokens) == Pricing(amounts={"prompt": Decimal("0.5")})
    assert cloudflare(tokens, ("per step", 1, dollars)) == Pricing(amounts={"prompt": Decimal("0.5")})
    assert cloudflare(("per M input tokens", 0, dollars)) == Pricing(amounts={"prompt": Decimal(0)})
    assert cloudflare(("per M input tokens", 0, dollars), ("per step", 1, dollars)) is None
    assert cloudflare(("per M input tokens", 1, "EUR")) is None
    assert cloudflare(tokens, ("per audio minute", 1, dollars)) is None
    assert cloudflare(tokens, ("per M output tokens", "soon", dollars)) is None
    assert cloudflare() is None
