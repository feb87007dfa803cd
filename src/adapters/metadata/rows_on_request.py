"""Rows of metadata that are read when somebody looks one up: most of the thousands that a source knows are never looked up."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from modeldesk.domain.model.catalogue.catalogue import ModelFacts

Row = TypeVar("Row")


class RowsOnRequest(Mapping[str, ModelFacts], Generic[Row]):
    """The facts of `rows` by id. `read` returns None for a row that cannot be read, which is as if it were not there."""

    def __init__(self, rows: Mapping[str, Row], read: Callable[[str, Row], ModelFacts | None]) -> None:
        self._rows = rows
        self._read = read
        self._known = dict[str, ModelFacts | None]()

    def __getitem__(self, model: str) -> ModelFacts:
        if model not in self._known:
            self._known[model] = self._read(model, self._rows[model])
        if (facts := self._known[model]) is None:
            raise KeyError(model)
        return facts

    def __iter__(self) -> Iterator[str]:
        return (model for model in self._rows if model in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)
