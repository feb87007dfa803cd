"""A vendor's list of models in a normalised form, for all capabilities."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum

from attrs import frozen

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId


class Modality(Enum):
    """A kind of input or output. Embedding models produce a `vector`, classifiers and rankers a `score`."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    VECTOR = "vector"
    SCORE = "score"


OUTDATED = ("deprecated", "legacy", "retiring")
"""Notes on models that the vendor still serves; they can be selected."""


@frozen(weakref_slot=False)
class VendorModel:
    """One entry of a vendor's list. None means that the vendor does not say; no value is guessed.

    `task` is the vendor's word for the model's purpose, in lower case (`text-to-image`, `embedding`, `chat`); several are joined by `, `.
    `context_length` is in tokens. `note` is the vendor's reason against the model: a note in `OUTDATED` marks a model that still works, any
    other note one that does not. `replacement` is the id of the model that the vendor recommends instead.
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
    replacement: str | None = None


@frozen
class UnreadableRow:
    """A row of a vendor's list that is left out. `position` counts from 1; `label` is what can be read of its id, or empty."""

    position: int
    reason: Reason
    label: str = ""


MOST_NAMED_ROWS = 50
"""Further unreadable rows are counted, and not named."""


@frozen
class VendorList:
    """A vendor's list, each id once, at its first position.

    `repeated` counts ids that occurred again, `unreadable` the rows that are left out, of which `unreadable_rows` are the first.
    `incomplete` is why the list is not the whole one, None where it is.
    """

    models: tuple[VendorModel, ...]
    repeated: int = 0
    unreadable: int = 0
    unreadable_rows: tuple[UnreadableRow, ...] = ()
    incomplete: Reason | None = None

    @property
    def ids(self) -> frozenset[ModelId]:
        return frozenset(model.id for model in self.models)


def vendor_list(entries: Iterable[VendorModel], unreadable: Sequence[UnreadableRow] = (), incomplete: Reason | None = None) -> VendorList:
    """The list of these entries, in their order, with the rows that are left out."""
    first: dict[ModelId, VendorModel] = {}
    repeated = set[ModelId]()
    for entry in entries:
        if first.setdefault(entry.id, entry) is not entry:
            repeated.add(entry.id)
    return VendorList(tuple(first.values()), len(repeated), len(unreadable), tuple(unreadable[:MOST_NAMED_ROWS]), incomplete)


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
    """The modalities that a vendor's words name, each once, in order. None if no word is recognised: then the modalities are unknown."""
    found = dict.fromkeys(MODALITIES[word.lower()] for word in words if isinstance(word, str) and word.lower() in MODALITIES)
    return tuple(found) or None
