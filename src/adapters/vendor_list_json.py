"""Serializes vendors' lists as compact JSON, for the shared cache and for the last good list in the database.

Decimals are strings, so amounts stay exact. Unknown values are omitted. `read_list` trusts what we wrote and does not validate ids and prices
again; other bytes raise ListUnreadable.
"""

import msgspec
from attrs import fields
from msgspec import Struct

from modeldesk.adapters.reason_json import read_reason, written_reason
from modeldesk.adapters.shared_parts import sharing
from modeldesk.domain.model.catalogue.vendor_list import UnreadableRow, VendorList, VendorModel

_MEMBERS = tuple(attribute.name for attribute in fields(VendorModel))


class _WrittenRow(Struct, frozen=True):
    """An unreadable row whose reason is text."""

    position: int
    reason: str
    label: str = ""


class _WrittenList(Struct, frozen=True):
    """The members of a list as they are written. Models are decoded one by one, so only one at a time has unshared parts."""

    models: tuple[msgspec.Raw, ...]
    repeated: int = 0
    unreadable: int = 0
    unreadable_rows: tuple[_WrittenRow, ...] = ()
    incomplete: str | None = None

    @property
    def value(self) -> VendorList:
        rows = tuple(UnreadableRow(row.position, read_reason(row.reason), row.label) for row in self.unreadable_rows)
        incomplete = None if self.incomplete is None else read_reason(self.incomplete)
        shared = sharing()
        models = tuple([shared(_MODEL_DECODER.decode(model)) for model in self.models])
        return VendorList(models, self.repeated, self.unreadable, rows, incomplete)


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(_WrittenList)
_MODEL_DECODER = msgspec.json.Decoder(VendorModel)


class ListUnreadable(ValueError):
    """The bytes are not a list that we wrote. The message is one line and quotes nothing of them."""


def serialize_list(models: VendorList) -> bytes:
    """One JSON object. Equal lists with normalised prices give the same bytes."""
    entries = [{name: value for name in _MEMBERS if (value := getattr(model, name)) is not None} for model in models.models]
    written: dict[str, object] = {"models": entries, "repeated": models.repeated, "unreadable": models.unreadable}
    if models.unreadable_rows:
        written["unreadable_rows"] = [_WrittenRow(row.position, written_reason(row.reason), row.label) for row in models.unreadable_rows]
    if models.incomplete is not None:
        written["incomplete"] = written_reason(models.incomplete)
    return _ENCODER.encode(written)


def read_list(data: bytes) -> VendorList:
    """The deserialized list; equal parts are one object. Raises ListUnreadable."""
    try:
        return _DECODER.decode(data).value
    except (msgspec.MsgspecError, UnicodeDecodeError, ArithmeticError, RecursionError):
        raise ListUnreadable("not a list that Modeldesk wrote") from None
