"""A vendor's list: each id once, what is left out counted, and what it takes and gives from the vendor's words."""

from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.vendor_list import (
    MOST_NAMED_ROWS,
    Modality,
    UnreadableRow,
    VendorList,
    VendorModel,
    modalities,
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
