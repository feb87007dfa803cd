"""What a vendor's own list says of its models, normalised, whatever they are for."""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum

from attrs import frozen

from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId


class Modality(Enum):
    """A kind of thing that a model takes in or gives out. A `vector` is what embedding models give, a `score` what classifiers and rankers give."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    VECTOR = "vector"
    SCORE = "score"


OUTDATED = ("deprecated", "legacy")
"""Notes of models that are still served, and may be chosen with open eyes."""


@frozen
class VendorModel:
    """One entry of a vendor's list. None is what the vendor does not say; nothing here is guessed.

    `task` is the vendor's own word for what the model is for, in lower case (`text-to-image`, `embedding`, `chat`); several are joined by
    `, `. `context_length` is in tokens. The dates are days: since when the model exists, from when on it should not be chosen any more,
    when it ends. `note` is what the vendor says against choosing it; one that is in `OUTDATED` still answers, any other does not.
    """

    id: ModelId
    name: str | None = None
    pricing: Pricing | None = None
    context_length: int | None = None
    inputs: tuple[Modality, ...] | None = None
    outputs: tuple[Modality, ...] | None = None
    task: str | None = None
    created_on: date | None = None
    deprecated_on: date | None = None
    retires_on: date | None = None
    note: str | None = None


@frozen
class VendorList:
    """A whole list: each id once, at its first place. `repeated` ids stood more than once; `unreadable` entries have no usable id."""

    models: tuple[VendorModel, ...]
    repeated: int = 0
    unreadable: int = 0

    @property
    def ids(self) -> frozenset[ModelId]:
        return frozenset(model.id for model in self.models)


def vendor_list(entries: Iterable[VendorModel | None]) -> VendorList:
    """The list of these entries, in their order; None is an entry that could not be read."""
    first: dict[ModelId, VendorModel] = {}
    repeated, unreadable = set[ModelId](), 0
    for entry in entries:
        if entry is None:
            unreadable += 1
        elif first.setdefault(entry.id, entry) is not entry:
            repeated.add(entry.id)
    return VendorList(tuple(first.values()), len(repeated), unreadable)


MODALITIES: Mapping[str, Modality] = {
    "text": Modality.TEXT,
    "image": Modality.IMAGE,
    "images": Modality.IMAGE,
    "audio": Modality.AUDIO,
    "speech": Modality.AUDIO,
    "video": Modality.VIDEO,
    "file": Modality.FILE,
    "pdf": Modality.FILE,
    "document": Modality.FILE,
    "embedding": Modality.VECTOR,
    "embeddings": Modality.VECTOR,
    "vector": Modality.VECTOR,
    "rerank": Modality.SCORE,
    "score": Modality.SCORE,
    "classification": Modality.SCORE,
    "transcription": Modality.TEXT,
}
"""The words that vendors and models.dev use for modalities, in lower case."""


def modalities(words: Iterable[object]) -> tuple[Modality, ...] | None:
    """The known ones among a vendor's words, each once, in order; None where none is known, which is not the same as none at all."""
    known = dict.fromkeys(MODALITIES[word.lower()] for word in words if isinstance(word, str) and word.lower() in MODALITIES)
    return tuple(known) or None
