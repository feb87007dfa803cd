"""The OpenAI-compatible list, which OpenAI and most other vendors publish, the latter with additional fields."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.list_shapes import find_rows, id_in
from modeldesk.adapters.providers.paging import usual_next_page
from modeldesk.adapters.providers.price_shapes import generic_pricing
from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.model.catalogue.task_words import abilities
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorModel, modalities
from modeldesk.domain.model.providers.provider_class import KeyRequirement
from modeldesk.domain.model.values.pricing import Pricing

REQUESTY_NAMES: Mapping[str, str] = {
    "input_price": "prompt",
    "output_price": "completion",
    "cached_price": "cache_read",
    "caching_price": "cache_write",
}
VENICE_NAMES: Mapping[str, str] = {"input": "prompt", "output": "completion", "cache_input": "cache_read", "cache_write": "cache_write"}
CONTEXT_NAMES = (
    "context_length", "context_window", "max_context_length", "max_model_len", "max_input_tokens", "max_prompt_length", "contextLength",
    "contextWindow", "context_size", "contextSize", "max_context_tokens", "max_context_window", "context_tokens", "max_context",
    "inputTokenLimit", "input_token_limit", "maxInputTokens", "max_seq_len", "n_ctx", "context",
)  # fmt: skip
CONTEXT_PATHS = (
    *((name,) for name in CONTEXT_NAMES),
    ("model_spec", "availableContextTokens"),
    ("limits", "max_input_tokens"),
    ("limits", "context_window"),
    ("limit", "context"),
    ("capabilities", "limits", "max_context_window_tokens"),
    ("capabilities", "context_length"),
    ("metadata", "context_length"),
    ("metadata", "context_window"),
    ("model_info", "max_input_tokens"),
    ("top_provider", "context_length"),
    ("meta", "n_ctx_train"),
)
"""The many places of a context size, the surest first."""

TASK_NAMES = ("type", "task", "pipeline_tag", "mode", "model_type", "category")
STATE_NAMES = ("lifecycle_status", "lifecycle", "status", "state")
NOTES: Mapping[str, str] = {
    **{word: word for word in ("deprecated", "legacy", "retired", "retiring", "shutdown", "offline", "disabled", "unavailable")},
    "shut_down": "shutdown",
    "end_of_life": "retired",
    "eol": "retired",
    "inactive": "inactive",
}
"""The states in which a model cannot be called, or will soon not be, and the note on it."""

VENICE_TOKEN_TYPES = ("text", "code", "embedding")


class OpenAICompatibleProvider(VendorApi):
    """Any vendor with a list at `{api_base_url}/models`: bare, under `data`, `models` or another usual name, as a map, or as bare ids.

    Reads OpenAI's fields (https://platform.openai.com/docs/api-reference/models) and common fields of other vendors. A missing field, or one of
    another type, is unknown. A price is read only if its unit is known:

    - names, units and texts that say what they mean (`input_cost_per_token`, `"unit": "1M tokens"`, `"$0.15 / 1M tokens"`);
    - decimal texts under `pricing`: US dollars per token (OpenRouter, Groq, SambaNova, Baseten, Vercel);
    - `model_spec.pricing.input.usd` and `.output.usd`: US dollars per million tokens (https://docs.venice.ai/api-reference);
    - `input_price`, `output_price`, `cached_price` and `caching_price` together: US dollars per token (Requesty).

    Any other number is an unknown price. The key is optional, because many vendors publish this list and local servers need no key. A vendor that
    requires one rejects the request.
    """

    key_requirement = KeyRequirement.OPTIONAL
    usual_version = "/v1"
    follows_usual_paging = True
    list_keys: ClassVar[tuple[str, ...]] = ("data", "models", "publisherModels", "result")

    def entries(self, page: Any) -> Iterable[Any]:
        """The rows in any usual shape (`list_shapes`)."""
        return find_rows(page, self.list_keys)

    def model(self, entry: Any) -> VendorModel | None:
        known = self.id_of(entry)
        if known is None:
            return None
        return VendorModel(
            known,
            name=self.name_of(entry),
            pricing=self.pricing_of(entry),
            context_length=self.context_of(entry),
            inputs=self.inputs_of(entry),
            outputs=self.outputs_of(entry),
            task=self.task_of(entry),
            created_on=self.created_on(entry),
            deprecated_on=reading.day(reading.first(entry, "deprecated_at", "deprecation_date", "deprecation")),
            retires_on=reading.day(reading.first(entry, "shutdown_date", "expiration_date", "retires_at", "retirement_date")),
            note=self.note_of(entry),
            replacement=reading.text(reading.first(entry, "deprecation_replacement_model", "replacement_model", "replacement")),
        )

    def id_of(self, entry: Any) -> Any:
        """`id`, else another usual name of ids: `name` for Pollinations and Vertex AI, `slug` or `key` for others."""
        return reading.usable_id(id_in(entry))

    def name_of(self, entry: Any) -> str | None:
        name = reading.member(entry, "name")
        shown = reading.first(entry, "display_name", "displayName", "title", "label") or (name if name != id_in(entry) else None)
        return reading.text(shown or reading.member(entry, "model_spec", "name"))

    def context_of(self, entry: Any) -> int | None:
        """The context size in tokens: the first of many names with a number of at least 1."""
        for path in CONTEXT_PATHS:
            value = reading.member(entry, *path)
            if value is not None and (tokens := reading.context(value)):
                return tokens
        return None

    def inputs_of(self, entry: Any) -> tuple[Modality, ...] | None:
        """The vendor's list; without one, text and images for a model with a vision flag."""
        listed = modalities(_modality_words(entry, "input"))
        sees = reading.first(entry, "supports_image_input", "supports_vision") or reading.member(
            entry, "model_spec", "capabilities", "supportsVision"
        )
        return listed or ((Modality.TEXT, Modality.IMAGE) if sees is True else None)

    def outputs_of(self, entry: Any) -> tuple[Modality, ...] | None:
        return modalities(_modality_words(entry, "output"))

    def task_of(self, entry: Any) -> str | None:
        """The words under `type` (Vercel, Venice), `task`, `mode` (LiteLLM) and the like, and the tasks among `capabilities`.

        `supports_chat` says the rest (Hyperbolic, Fireworks). Words that name no task carry no information, so any number of members is read.
        """
        words = [word for name in TASK_NAMES for word in reading.words(reading.member(entry, name))]
        listed = reading.member(entry, "capabilities")
        words += abilities(reading.true_ones(listed, listed) if isinstance(listed, dict) else reading.words(listed))
        words += reading.words(reading.member(listed, "type"))
        return ", ".join(dict.fromkeys(words)) or task_by_flag(entry)

    def created_on(self, entry: Any) -> Any:
        return reading.day(reading.first(entry, "created", "created_at", "createdAt"))

    def note_of(self, entry: Any) -> str | None:
        """The vendor's reason against the model: `active` (Groq), `model_spec.offline` (Venice), `inference`, `status` and similar fields."""
        if reading.member(entry, "active") is False:
            return "inactive"
        if reading.member(entry, "inference") is False or reading.member(entry, "capabilities", "inference") is False:
            return "no inference"
        if reading.member(entry, "model_spec", "offline") is True:
            return "offline"
        if True in (reading.member(entry, "is_deprecated"), reading.member(entry, "deprecated")):
            return "deprecated"
        states = [word for name in STATE_NAMES for word in reading.words(reading.member(entry, name))]
        return next((note for word, note in NOTES.items() if word in states), None)

    def pricing_of(self, entry: Any) -> Pricing | None:
        return generic_pricing(entry) or _venice_pricing(entry) or _requesty_pricing(entry)

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        """The next page in any usual way (`paging`): a link, a token, `has_more` with `last_id`, a number, an offset, or a Link header."""
        return usual_next_page(url, page, headers)


def task_by_flag(entry: Any) -> str | None:
    """The task that `supports_chat` names: a model that does not chat completes texts, unless its name says otherwise."""
    flag = reading.member(entry, "supports_chat")
    return "chat" if flag is True else "completion" if flag is False else None


def _modality_words(entry: Any, direction: str) -> tuple[str, ...]:
    values = (
        reading.member(entry, "architecture", f"{direction}_modalities"),
        reading.first(entry, f"{direction}_modalities", f"supported_{direction}_modalities", f"{direction}Modalities"),
    )
    return next(filter(None, map(reading.words, values)), ())


def _venice_pricing(entry: Any) -> Pricing | None:
    prices = reading.member(entry, "model_spec", "pricing")
    if not isinstance(prices, dict) or reading.member(entry, "type") not in VENICE_TOKEN_TYPES:
        return None
    # A direction without dollars becomes an empty text, which makes the whole price unknown.
    dollars = {name: price.get("usd", "") if isinstance(price, dict) else "" for name, price in prices.items() if price is not None}
    return reading.token_pricing(dollars, VENICE_NAMES, reading.PER_MILLION)


def _requesty_pricing(entry: Any) -> Pricing | None:
    # Only Requesty has all four. One of them alone could be in any unit.
    prices = {name: reading.member(entry, name) for name in REQUESTY_NAMES}
    if not all(isinstance(value, (int, Decimal)) for value in prices.values()):
        return None
    return reading.token_pricing(prices, REQUESTY_NAMES, reading.PER_TOKEN)
