"""Compares the prices of metadata with litellm's map and with genai-prices, and says why they differ where they do.

    python bench/price_differences.py [--data ../shared/data]

Prints each price that differs by more than 1 %, with the reason that `price_differences.json` gives: another `date`, a `tier`, the `class` by
which a vendor sells models without a price of their own, a `unit`, a price of a `batch`, or another `seller`. Exit code 1 where a difference has no
reason there, or a reason has no difference any more. Nobody is asked for anything.

OpenRouter is left out: its own list has a price for each model, and comes before metadata.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from attrs import frozen

from modeldesk.adapters.metadata.genai_prices import SOURCE as GENAI_PRICES
from modeldesk.adapters.metadata.genai_prices import GenaiPrices
from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE, ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import SingleLineText, Slug

ROOT = Path(__file__).resolve().parent.parent
REASONS = Path(__file__).with_suffix(".json")
LITELLM = "litellm"
LITELLM_FILES = "litellm-*-model_prices*.json"
WHY = ("date", "tier", "class", "unit", "batch", "seller")
SHIPPED = ("openai", "anthropic", "google", "deepseek", "cohere", "groq", "huggingface", "mistral", "xai", "together", "fireworks")
THEIRS = {"google": "gemini", "together": "together_ai", "fireworks": "fireworks_ai"}
"""Names of vendors in litellm's map that differ from ours."""

AMOUNTS = {"prompt": "input_cost_per_token", "completion": "output_cost_per_token"}
Amounts = Mapping[str, Decimal]


@frozen
class Difference:
    """The amounts of one model that differ by more than 1 %, in US dollars for 1M tokens. `source` is where ours come from."""

    provider: str
    model: str
    against: str
    ours: Amounts
    theirs: Amounts
    source: str


@frozen
class Reason:
    """Why a difference is there: `why` is one of `WHY`, and `because` says it in a sentence."""

    provider: str
    model: str
    against: str
    ours: Amounts
    theirs: Amounts
    why: str
    because: str

    def explains(self, found: Difference) -> bool:
        """For these very amounts: others need another look."""
        return (self.provider, self.model, self.against, self.ours, self.theirs) == (
            found.provider,
            found.model,
            found.against,
            found.ours,
            found.theirs,
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    catalogue = next((options.parse_args().data / "catalogues").glob(LITELLM_FILES))
    compared, found = differences(json.loads(catalogue.read_text(encoding="utf-8"), parse_float=Decimal))
    explained, unexplained, outdated = judged(found, reasons(json.loads(REASONS.read_text(encoding="utf-8"))))
    print(f"{compared} prices compared, those of {len(found)} models differ by more than 1 %:\n")
    for difference, reason in explained:
        print(f"{_row(difference)}  {reason.why}: {reason.because}")
    for difference in unexplained:
        print(f"{_row(difference)}  UNEXPLAINED")
    for reason in outdated:
        print(f"NO DIFFERENCE ANY MORE: {reason.provider} {reason.model} against {reason.against}")
    sys.exit(1 if unexplained or outdated else 0)


def differences(litellm: Mapping[str, Mapping[str, object]]) -> tuple[int, list[Difference]]:
    """How many prices were compared, and which models have other ones."""
    metadata, genai, compared, found = LayeredMetadata(shipped_classes()), GenaiPrices(), 0, list[Difference]()
    for slug in SHIPPED:
        known = asyncio.run(metadata.facts(Provider(Slug(slug), SingleLineText(slug), SingleLineText(slug))))
        layer = genai.layer(slug)
        theirs = [(LITELLM, model, prices) for model, prices in _of_vendor(litellm, THEIRS.get(slug, slug)).items()]
        theirs += [(GENAI_PRICES, model, _amounts(match[1])) for model in known if (match := layer.find(model)) is not None]
        for against, model, prices in theirs:
            facts = known.get(model)
            if facts is None or (against == GENAI_PRICES and _source(facts).startswith(GENAI_PRICES)):
                continue
            ours = {name: amount for name, amount in _amounts(facts).items() if name in prices}
            compared += len(ours)
            other = {name: amount for name, amount in ours.items() if abs(amount - prices[name]) > prices[name] / 100}
            if other:
                found.append(Difference(slug, model, against, other, {name: prices[name] for name in other}, _source(facts)))
    return compared, found


def reasons(entries: Sequence[Mapping[str, object]]) -> list[Reason]:
    """The reasons of the file. Raises ValueError for a kind that is none."""
    found = list[Reason]()
    for entry in entries:
        ours, theirs = (_decimals(entry[name]) for name in ("ours", "theirs"))
        names = ("provider", "id", "against", "why", "because")
        provider, model, against, why, because = (str(entry[name]) for name in names)
        if why not in WHY:
            raise ValueError(why)
        found.append(Reason(provider, model, against, ours, theirs, why, because))
    return found


def judged(found: Sequence[Difference], known: Sequence[Reason]) -> tuple[list[tuple[Difference, Reason]], list[Difference], list[Reason]]:
    """The differences with their reasons, those without one, and reasons without a difference."""
    explained, unexplained = list[tuple[Difference, Reason]](), list[Difference]()
    for difference in found:
        reason = next((reason for reason in known if reason.explains(difference)), None)
        if reason is None:
            unexplained.append(difference)
        else:
            explained.append((difference, reason))
    used = [reason for _, reason in explained]
    return explained, unexplained, [reason for reason in known if reason not in used]


def _of_vendor(litellm: Mapping[str, Mapping[str, object]], vendor: str) -> dict[str, Amounts]:
    """Prices by our ids. The map names some models twice, with the vendor before the id and without."""
    found = dict[str, Amounts]()
    for name, prices in litellm.items():
        if prices.get("litellm_provider") == vendor and prices.get("mode") in ("chat", "completion", "responses"):
            amounts = {amount: Decimal(str(prices[member])) * 1_000_000 for amount, member in AMOUNTS.items() if prices.get(member)}
            found.setdefault(name.removeprefix(f"{vendor}/"), amounts)
    return found


def _amounts(facts: ModelFacts) -> Amounts:
    dollars = facts.pricing.dollars if facts.pricing is not None else {}
    return {name: dollars[name] for name in AMOUNTS if name in dollars}


def _decimals(amounts: object) -> Amounts:
    assert isinstance(amounts, Mapping)
    return {str(name): Decimal(str(amount)) for name, amount in amounts.items()}


def _source(facts: ModelFacts) -> str:
    return facts.sources.get("pricing", METADATA_SOURCE)


def _row(found: Difference) -> str:
    ours, theirs = ("/".join(f"{amount.normalize():f}" for amount in amounts.values()) for amounts in (found.ours, found.theirs))
    return f"{found.provider:<10} {found.model:<50} {ours:>12} ({found.source}), {found.against} {theirs:>12}"


if __name__ == "__main__":
    main()
