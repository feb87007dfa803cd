"""Lists of vendors as compact JSON bytes and back: for the cache that instances share, and for the last good list in the database.

Amounts are exact: decimals stand as strings. What a vendor does not say is left out. Only what we wrote ourselves is read here, so the
rules for ids and prices are not asked again; bytes that are none of ours raise ListUnreadable.
"""

from datetime import date
from decimal import Decimal
from typing import TypeVar

import msgspec
from attrs import evolve, fields

from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.values.pricing import Pricing

T = TypeVar("T")

_MEMBERS = tuple(attribute.name for attribute in fields(VendorModel))
_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(VendorList)


class ListUnreadable(ValueError):
    """These bytes are no list that was written here; the text is one line and quotes nothing of them."""


def written_list(models: VendorList) -> bytes:
    """One JSON object; equal lists whose prices went through the rule for amounts give the same bytes."""
    entries = [{name: value for name in _MEMBERS if (value := getattr(model, name)) is not None} for model in models.models]
    return _ENCODER.encode({"models": entries, "repeated": models.repeated, "unreadable": models.unreadable})


def read_list(data: bytes) -> VendorList:
    """The list that was written, equal parts of it shared. Raises ListUnreadable."""
    try:
        return with_shared_parts(_DECODER.decode(data))
    except (msgspec.MsgspecError, UnicodeDecodeError, ArithmeticError, RecursionError):
        raise ListUnreadable("not a list that Modeldesk wrote") from None


def with_shared_parts(models: VendorList) -> VendorList:
    """An equal list in which equal prices, modalities, words and dates are one object.

    Vendors price many models alike and all of them out of few words: a list takes half the memory that way.
    """
    share = _Shared()
    return evolve(models, models=tuple([share.model(model) for model in models.models]))


class _Shared:
    """The parts met so far, each kind apart: 1, True and Decimal(1) are equal to a dictionary."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._numbers: dict[int, int] = {}
        self._dates: dict[date, date] = {}
        self._amounts: dict[Decimal, Decimal] = {}
        self._modalities: dict[tuple[Modality, ...], tuple[Modality, ...]] = {}
        self._prices: dict[tuple[object, ...], Pricing] = {}

    def model(self, model: VendorModel) -> VendorModel:
        return VendorModel(
            model.id,
            model.name,
            self._price(model.pricing),
            _kept(self._numbers, model.context_length),
            _kept(self._modalities, model.inputs),
            _kept(self._modalities, model.outputs),
            _kept(self._words, model.task),
            _kept(self._dates, model.created_on),
            _kept(self._dates, model.deprecated_on),
            _kept(self._dates, model.retires_on),
            _kept(self._words, model.note),
        )

    def _price(self, price: Pricing | None) -> Pricing | None:
        if price is None:
            return None
        key = (price.unit, price.currency, *price.amounts.items())
        if (known := self._prices.get(key)) is None:
            amounts = {self._words.setdefault(name, name): self._amounts.setdefault(value, value) for name, value in price.amounts.items()}
            known = self._prices[key] = Pricing(price.unit, amounts, price.currency)
        return known


def _kept(known: dict[T, T], part: T | None) -> T | None:
    return None if part is None else known.setdefault(part, part)
