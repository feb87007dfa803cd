"""Declared models: what a declaration says of a static list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias, overload

from modeldesk.domain.model.values.numbers import Tokens
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, SingleLineText
from modeldesk.domain.records import frozen


@frozen
class DeclaredModel:
    """One model of a static list. None means that the declaration does not say; metadata may fill it."""

    id: ModelId
    name: SingleLineText | None = None
    is_free: bool | None = None
    pricing: Pricing | None = None
    context_length: Tokens | None = None

    @property
    def display_name(self) -> str:
        """Its name, else its id."""
        return self.name or self.id


Entry: TypeAlias = ModelId | DeclaredModel
"""What a list holds for a model: its plain id where nothing else is declared of it."""


@frozen
class DeclaredModels(Sequence[DeclaredModel]):
    """A static list. `entries` has the plain id of each model of which only the id is declared.

    Nearly all models of a large declaration are such ids, hundreds of thousands of them: each becomes a `DeclaredModel` when it is looked at.
    """

    entries: tuple[Entry, ...] = ()

    @property
    def ids(self) -> list[ModelId]:
        return [entry if isinstance(entry, str) else entry.id for entry in self.entries]

    def find(self, model: ModelId) -> DeclaredModel | None:
        """The first one with this id."""
        entry = self._first_by_id.get(model)
        return model_of(entry) if entry is not None else None

    @cached_property
    def _first_by_id(self) -> Mapping[ModelId, Entry]:
        """Made when a model is first looked for: a selection looks for two, in a list that may have thousands."""
        return {entry if isinstance(entry, str) else entry.id: entry for entry in reversed(self.entries)}

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, index: int) -> DeclaredModel: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[DeclaredModel]: ...

    def __getitem__(self, index: int | slice) -> DeclaredModel | Sequence[DeclaredModel]:
        return DeclaredModels(self.entries[index]) if isinstance(index, slice) else model_of(self.entries[index])

    def __iter__(self) -> Iterator[DeclaredModel]:
        return map(model_of, self.entries)


def declared_models(models: Iterable[DeclaredModel]) -> DeclaredModels:
    """The list of these models; one that is such a list already stays."""
    return models if isinstance(models, DeclaredModels) else DeclaredModels(tuple(_entry(model) for model in models))


def _entry(model: DeclaredModel) -> Entry:
    return model.id if model == DeclaredModel(model.id) else model


def model_of(entry: Entry) -> DeclaredModel:
    """The model of an entry in the list."""
    return DeclaredModel(entry) if isinstance(entry, str) else entry
