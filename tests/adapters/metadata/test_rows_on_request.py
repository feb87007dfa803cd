"""Rows of metadata: none is read before it is looked up, and each is read once."""

import pytest

from modeldesk.adapters.metadata.rows_on_request import RowsOnRequest
from modeldesk.domain.model.catalogue.catalogue import ModelFacts

ROWS = {"small": "Small", "broken": "", "large": "Large"}


def test_a_row_is_read_when_it_is_looked_up() -> None:
    """The others are not, and it is not read again."""
    read = list[str]()

    def facts(model: str, row: str) -> ModelFacts | None:
        read.append(model)
        return ModelFacts(row) if row else None

    rows = RowsOnRequest(ROWS, facts)
    assert rows
    assert read == ["small"]
    assert rows["large"] == rows["large"] == ModelFacts("Large")
    assert rows.get("unknown") is None
    assert read == ["small", "large"]
    assert {model: known.name for model, known in rows.items()} == {"small": "Small", "large": "Large"}
    assert read == ["small", "large", "broken"]


def test_a_row_that_cannot_be_read_is_not_there() -> None:
    """Neither by its id, nor in what is counted."""
    rows = RowsOnRequest({"broken": ""}, lambda _, __: None)
    assert not rows
    assert (list(rows), len(rows), rows.get("broken")) == ([], 0, None)
    with pytest.raises(KeyError):
        rows["broken"]
