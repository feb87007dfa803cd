"""Collects what LiteLLM's map and the genai-prices package say of the models in providers.json, into scripts/model_evidence.json.

    python scripts/collect_model_evidence.py LITELLM_MAP LITELLM_VERSION

LITELLM_MAP is `litellm/model_prices_and_context_window_backup.json` of the newest package. genai-prices must be importable, in its newest version.
`make release-check` and the tests of the shipped declaration read the result, so that they need neither package.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LITELLM_NAMES = {"google": ("gemini",), "cohere": ("cohere", "cohere_chat")}
LITELLM_AMOUNTS = {
    "prompt": "input_cost_per_token",
    "completion": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
    "image_input": "input_cost_per_image_token",
    "image_output": "output_cost_per_image_token",
}
GENAI_AMOUNTS = {
    "prompt": "input_mtok",
    "completion": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "audio_input": "input_audio_mtok",
    "audio_output": "output_audio_mtok",
}


def main() -> None:
    litellm, litellm_version = json.loads(Path(sys.argv[1]).read_bytes(), parse_float=Decimal), sys.argv[2]
    today = datetime.now(UTC).date()
    evidence = {
        "collected_on": today.isoformat(),
        "sources": {"LiteLLM": litellm_version, "genai-prices": version("genai-prices")},
        "models": {slug: {model: said(slug, model, litellm, today) for model in models} for slug, models in declared()},
    }
    (ROOT / "scripts" / "model_evidence.json").write_text(json.dumps(evidence, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def declared() -> Iterator[tuple[str, list[str]]]:
    for provider in json.loads((ROOT / "providers.json").read_bytes())["providers"]:
        listed = [entry for capability in provider["capabilities"].values() for entry in capability.get("models", [])]
        ids = sorted({entry if isinstance(entry, str) else entry["id"] for entry in listed})
        if ids:
            yield provider["slug"], ids


def said(slug: str, model: str, litellm: Mapping[str, Any], today: date) -> dict[str, Any]:
    found = {"LiteLLM": by_litellm(slug, model, litellm), "genai-prices": by_genai(slug, model, today)}
    return {source: facts for source, facts in found.items() if facts is not None}


def by_litellm(slug: str, model: str, litellm: Mapping[str, Any]) -> dict[str, Any] | None:
    names = LITELLM_NAMES.get(slug, (slug,))
    entry = next(
        (entry for key, entry in litellm.items() if key.rpartition("/")[2] == model and entry.get("litellm_provider") in names), None
    )
    if entry is None:
        return None
    amounts = {ours: text(entry[theirs] * 1_000_000) for ours, theirs in LITELLM_AMOUNTS.items() if entry.get(theirs) is not None}
    seconds = entry.get("input_cost_per_second")
    facts = {
        "mode": entry.get("mode"),
        "context_length": entry.get("max_input_tokens"),
        "ends": entry.get("deprecation_date"),
        "amounts": {name: amount for name, amount in amounts.items() if name in ("prompt", "completion") or amount != "0"},
        "minute": text((Decimal(seconds) * 60).quantize(Decimal("0.0001"))) if seconds else None,
    }
    return {name: value for name, value in facts.items() if value}


def by_genai(slug: str, model: str, today: date) -> dict[str, Any] | None:
    from genai_prices.data import providers  # noqa: PLC0415 - only this source needs the package

    known = next(provider for provider in providers if provider.id == slug)
    found = known.find_model(model)
    if found is None:
        return None
    dated = found.prices if isinstance(found.prices, list) else []
    starts = [part.constraint.start_date for part in dated if hasattr(part.constraint, "start_date")]
    price = found.get_prices(datetime(today.year, today.month, today.day, 12, tzinfo=UTC)) if dated else found.prices
    by_hour = [amounts_of(part.prices) for part in dated if hasattr(part.constraint, "start_time")]
    hours = getattr(price, "audio_hours", None)
    facts = {
        "name": found.name,
        "context_length": found.context_window,
        "is_deprecated": bool(found.deprecated),
        "changes_on": [start.isoformat() for start in sorted(starts) if start > today],
        "amounts": amounts_of(price),
        "at_some_hours": next(iter(by_hour), None),
        "minute": text(Decimal(hours) / 60) if hours is not None else None,
    }
    return {name: value for name, value in facts.items() if value}


def amounts_of(price: Any) -> dict[str, str]:
    return {ours: amount for ours, theirs in GENAI_AMOUNTS.items() if (amount := base(getattr(price, theirs, None))) is not None}


def base(price: Any) -> str | None:
    """The first tier's amount."""
    return None if price is None else text(price.base if hasattr(price, "base") else price)


def text(amount: Any) -> str:
    return f"{Decimal(amount).normalize():f}"


if __name__ == "__main__":
    main()
