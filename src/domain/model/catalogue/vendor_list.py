"""A vendor's list of models in a normalised form, for all capabilities."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from operator import eq
from typing import Any, overload

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.records import frozen


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


class PackedModels(Sequence[VendorModel]):
    """Models by columns, the values of each field together. This takes a third of their memory, and less where few values repeat.

    Each read makes the models that it asks for, which takes some 1 µs a model.
    """

    __slots__ = ("_columns", "ids")

    def __init__(self, ids: tuple[ModelId, ...], others: Iterable[Sequence[Any]]) -> None:
        """`others` are the columns of the other fields, in their order, as `packed_column` returns them."""
        self.ids = ids
        self._columns = (ids, *others)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[VendorModel]:
        return map(VendorModel, *self._columns)

    @overload
    def __getitem__(self, index: int) -> VendorModel: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[VendorModel, ...]: ...
    def __getitem__(self, index: int | slice) -> VendorModel | tuple[VendorModel, ...]:
        if isinstance(index, slice):
            return tuple(map(VendorModel, *(column[index] for column in self._columns)))
        return VendorModel(*(column[index] for column in self._columns))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment] # prices have none either


class _FewValues(Sequence[Any]):
    """A column whose values are a few objects: each of them once, and a byte for each row."""

    __slots__ = ("_numbers", "_values")

    def __init__(self, numbers: bytes, values: tuple[Any, ...]) -> None:
        self._numbers = numbers
        self._values = values

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[Any]:
        return map(self._values.__getitem__, self._numbers)

    def __getitem__(self, index: int | slice) -> Any:
        numbers = self._numbers[index]
        return self._values[numbers] if isinstance(numbers, int) else tuple(map(self._values.__getitem__, numbers))


def packed_column(values: Sequence[Any]) -> Sequence[Any]:
    """A column for `PackedModels`."""
    distinct = dict(zip(map(id, values), values, strict=True))
    if len(distinct) > MOST_FEW:
        return tuple(values)
    number_of = dict(zip(distinct, range(MOST_FEW), strict=False))
    return _FewValues(bytes(map(number_of.__getitem__, map(id, values))), tuple(distinct.values()))


MOST_FEW = 256
"""Values that a byte can number."""


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

    models: Sequence[VendorModel]
    repeated: int = 0
    unreadable: int = 0
    unreadable_rows: tuple[UnreadableRow, ...] = ()
    incomplete: Reason | None = None

    @property
    def ids(self) -> frozenset[ModelId]:
        return frozenset(self.ids_in_order)

    @property
    def ids_in_order(self) -> tuple[ModelId, ...]:
        return self.models.ids if isinstance(self.models, PackedModels) else tuple(model.id for model in self.models)


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
