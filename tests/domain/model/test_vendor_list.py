"""A vendor's list: each id once, what is left out counted, and what it takes and gives from the vendor's words."""

import pytest
from attrs import astuple, evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.vendor_list import (
    MOST_FEW,
    MOST_NAMED_ROWS,
    Modality,
    PackedModels,
    UnreadableRow,
    VendorList,
    VendorModel,
    modalities,
    packed_column,
    vendor_list,
)
from modeldesk.domain.model.values.texts import ModelId

A, B = VendorModel(ModelId("a"), "first"), VendorModel(ModelId("b"))


def test_an_id_stands_once_at_its_first_position() -> None:
    """Ids that came again are counted, each once however often."""
    again = evolve(A, name="again")
    assert vendor_list([A, B, again, again, A]) == VendorList((A, B), repeated=1)
    assert vendor_list([B, A, again, evolve(B, name="again")]) == VendorList((B, A), repeated=2)
    assert vendor_list([]) == VendorList(())
    assert vendor_list(iter([A])).ids == {"a"}


def test_rows_that_are_left_out_are_counted_and_the_first_are_named() -> None:
    """So is the reason why it is not the whole list."""
    rows = [UnreadableRow(number, Reason("row-without-id")) for number in range(1, MOST_NAMED_ROWS + 3)]
    cut = Reason("list-cut", total=9, count=3)
    assert vendor_list([A], rows, cut) == VendorList((A,), 0, MOST_NAMED_ROWS + 2, tuple(rows[:MOST_NAMED_ROWS]), cut)


def test_modalities_are_read_from_words() -> None:
    """In any case, each once, in order; others are passed over, and none at all is unknown."""
    assert modalities(["Image", "text", "IMAGES", 5, None, "smell", "pdf"]) == (Modality.IMAGE, Modality.TEXT, Modality.FILE)
    assert modalities(["smell", 5]) is None
    assert modalities([]) is None


@pytest.mark.parametrize("count", [0, 1, 5, MOST_FEW, MOST_FEW + 1])
def test_packed_models_are_the_models(count: int) -> None:
    """By their number, one by one, in any slice, and however many different values a field has."""
    words, modes = ("chat", "image", None), ((Modality.TEXT,), (Modality.TEXT, Modality.IMAGE))
    models = tuple(
        VendorModel(ModelId(f"model-{number}"), f"Model {number}", None, 1_000 + number % 7, modes[number % 2], task=words[number % 3])
        for number in range(count)
    )
    packed = packed_of(models)
    assert tuple(packed) == models
    assert tuple(reversed(packed)) == models[::-1]
    assert len(packed) == count
    assert packed.ids == tuple(model.id for model in models)
    for part in (slice(None), slice(1, 3), slice(count - 1, None), slice(None, None, -2)):
        assert packed[part] == models[part]
    if models:
        assert (packed[0], packed[-1]) == (models[0], models[-1])
    with pytest.raises(IndexError):
        packed[count]


def test_lists_are_equal_however_their_models_are_kept() -> None:
    """And differ where a model does, or there is one more."""
    listed = VendorList((A, B), repeated=1)
    packed = evolve(listed, models=packed_of((A, B)))
    assert (packed, listed) == (listed, packed)
    assert packed.ids == listed.ids
    assert packed.ids_in_order == listed.ids_in_order == ("a", "b")
    for models in ((A,), (A, B, A), (A, evolve(B, name="second"))):
        assert packed != evolve(listed, models=models)
        assert evolve(listed, models=models) != packed


def packed_of(models: tuple[VendorModel, ...]) -> PackedModels:
    columns = zip(*(astuple(model, recurse=False) for model in models), strict=True)
    ids, *others = columns if models else [()] * len(astuple(A))
    return PackedModels(tuple(ids), map(packed_column, others))
