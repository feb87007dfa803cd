"""What every recorded model is for, labelled by hand, and how well the classification agrees.

`labelled_models.json` holds, for each vendor, the ids by label. A label names capabilities; `other` serves none of them. A `?` behind a
capability means that the vendor's documentation does not settle it: that pair is not measured. `chat` includes `content`; `speech` and
`transcription` are both `audio`. The labels come from the vendors' documentation, LiteLLM's `mode` and models.dev, never from the code.
"""

import json
from asyncio import run
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from attrs import define, field, frozen

from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.providers.registry import shipped_classes, vendor_api
from modeldesk.domain.model.catalogue.catalogue import NO_FACTS, ModelFacts
from modeldesk.domain.model.catalogue.classification import Eligibility, check_eligibility, classify
from modeldesk.domain.model.catalogue.vendor_list import VendorList, vendor_list
from modeldesk.domain.model.providers.provider import Provider, ProviderClassName
from modeldesk.domain.model.values.texts import CapabilityName, SingleLineText, Slug
from tests.support.vendor_captures import Capture, captures

LABELS = Path(__file__).with_name("labelled_models.json")
CAPABILITIES = ("chat", "content", "image", "video", "audio", "speech", "transcription", "embedding", "rerank", "moderation", "ocr")
IMPLIED = {"chat": ("content",), "speech": ("audio",), "transcription": ("audio",)}
SLUGS = {"gemini": "google", "bedrock": "amazon-bedrock"}
"""Vendors whose recordings stand under another name than the shipped provider."""


@frozen
class Label:
    """The capabilities that a model serves, and those of which nobody can say."""

    serves: frozenset[str]
    unsettled: frozenset[str]


def label_of(written: str) -> Label:
    serves, unsettled = set[str](), set[str]()
    for word in written.split():
        target = unsettled if word.endswith("?") else serves
        name = word.rstrip("?")
        target.update((name, *IMPLIED.get(name, ())) if name != "other" else ())
    return Label(frozenset(serves), frozenset(unsettled - serves))


@cache
def labels() -> Mapping[str, Mapping[str, Label]]:
    """By vendor and id."""
    written = json.loads(LABELS.read_text(encoding="utf-8"))
    return {
        vendor: {model: label_of(label) for label, models in by_label.items() for model in models} for vendor, by_label in written.items()
    }


@define
class Score:
    """How often a capability was offered rightly, wrongly, and was missed, over all recorded answers."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@frozen
class Disagreement:
    """A model that is offered for a capability that it does not serve, or is not offered for one that it serves."""

    vendor: str
    model: str
    capability: str
    is_offered: bool
    reason: str


@define
class Measurement:
    """The result over all recordings: scores by capability, disagreements once for each model, and what was counted."""

    scores: dict[str, Score] = field(factory=lambda: {name: Score() for name in CAPABILITIES})
    disagreements: dict[tuple[str, str, str], Disagreement] = field(factory=dict)
    models: int = 0
    unverified: int = 0
    unsettled: int = 0

    def count(self, disagreement: Disagreement, label: Label) -> None:
        """Counts one model for one capability."""
        name, is_offered = disagreement.capability, disagreement.is_offered
        if name in label.unsettled:
            self.unsettled += 1
            return
        serves, score = name in label.serves, self.scores[name]
        score.right += is_offered and serves
        score.wrong += is_offered and not serves
        score.missed += serves and not is_offered
        if is_offered is not serves:
            self.disagreements[disagreement.vendor, disagreement.model, name] = disagreement


def read_capture(capture: Capture) -> VendorList:
    """The recorded answer as its provider class reads it."""
    api = vendor_api(ProviderClassName(capture.reader.class_name))
    return vendor_list(api.model(entry) for entry in api.entries(json.loads(capture.body, parse_float=Decimal)))


@cache
def metadata() -> LayeredMetadata:
    """What ships, read once."""
    return LayeredMetadata(shipped_classes())


def facts_of(capture: Capture) -> Mapping[str, ModelFacts]:
    """The metadata that Modeldesk knows of the recording's vendor."""
    slug, name = Slug(SLUGS.get(capture.vendor, capture.vendor)), SingleLineText(capture.vendor)
    provider = Provider(slug, name, name, provider_class=ProviderClassName(capture.reader.class_name))
    return run(metadata().facts(provider))


def judged(capture: Capture) -> Iterator[tuple[str, str, Eligibility]]:
    """Each recorded model with each capability: its id, the capability, and whether it is offered."""
    facts = facts_of(capture)
    for model in read_capture(capture).models:
        known = facts.get(model.id, NO_FACTS)
        purpose = classify(model, known.inputs, known.outputs)
        for name in CAPABILITIES:
            yield str(model.id), name, check_eligibility(purpose, CapabilityName(name))


def measured(folder: Path) -> Measurement:
    """The classification of every recorded model, compared with its label."""
    result = Measurement()
    for capture in captures(folder):
        if not capture.count:
            continue
        seen = defaultdict[str, list[Eligibility]](list)
        for model, name, found in judged(capture):
            seen[model].append(found)
            said = f"{found.reason.code} {dict(found.reason.facts)}"
            result.count(Disagreement(capture.vendor, model, name, found.is_offered, said), labels()[capture.vendor][model])
        result.models += len(seen)
        result.unverified += sum(any(found.reason.code == "purpose-unknown" for found in each) for each in seen.values())
    return result
