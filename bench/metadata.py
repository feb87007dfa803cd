"""Shows what the metadata costs and covers.

    python bench/metadata.py [--data ../shared/data]

Prints the memory of the shipped vendors' metadata, and the share of recorded models with a name, a price and a context size (by the vendor alone,
with models.dev, with every layer). Nobody is asked for anything.
"""

import argparse
import asyncio
import gc
import sys
import tracemalloc
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from attrs import define

from modeldesk.adapters.metadata.genai_prices import SOURCE as GENAI_PRICES
from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.catalogue.catalogue import NO_FACTS, ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import SingleLineText, Slug

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.labelled_models import facts_of, read_capture  # noqa: E402 - the folder of the tests is no package that is installed
from tests.support.vendor_captures import captures  # noqa: E402

FIELDS = ("name", "pricing", "context_length")
SHIPPED = (
    "openai",
    "anthropic",
    "google",
    "deepseek",
    "cohere",
    "openrouter",
    "groq",
    "huggingface",
    "mistral",
    "xai",
    "together",
    "fireworks",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = options.parse_args().data
    show_memory()
    show_coverage(data)


def facts(metadata: LayeredMetadata, slug: str) -> Mapping[str, ModelFacts]:
    return asyncio.run(metadata.facts(Provider(Slug(slug), SingleLineText(slug), SingleLineText(slug))))


def show_memory() -> None:
    metadata = LayeredMetadata(shipped_classes())
    gc.collect()
    tracemalloc.start()
    known = sum(len(facts(metadata, slug)) for slug in SHIPPED)
    gc.collect()
    print(f"{known} models of {len(SHIPPED)} vendors: {tracemalloc.get_traced_memory()[0] / 1e6:.2f} MB\n")
    tracemalloc.stop()


@define
class Coverage:
    models: int = 0
    vendor: int = 0
    models_dev: int = 0
    layers: int = 0


def show_coverage(data: Path) -> None:
    print(f"{'vendor':<16} {'field':<15} {'models':>6} {'vendor':>7} {'+ models.dev':>13} {'all layers':>11}")
    counted: dict[tuple[str, str], Coverage] = defaultdict(Coverage)
    for capture in captures(data):
        known = facts_of(capture)
        for model in read_capture(capture).models:
            found = known.get(model.id, NO_FACTS)
            for name in FIELDS:
                row = counted[capture.vendor, name]
                own, more = getattr(model, name) is not None, getattr(found, name) is not None
                row.models += 1
                row.vendor += own
                row.models_dev += own or (more and not found.sources.get(name, "").startswith(GENAI_PRICES))
                row.layers += own or more
    for (vendor, name), row in counted.items():
        print(f"{vendor:<16} {name:<15} {row.models:>6} {row.vendor:>7} {row.models_dev:>13} {row.layers:>11}")


if __name__ == "__main__":
    main()
