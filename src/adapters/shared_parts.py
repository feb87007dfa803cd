"""Equal parts of vendors' lists are one object in the whole process: prices, modalities, words and dates."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from attrs import evolve, fields

from modeldesk.domain.model.catalogue.vendor_list import Modality, PackedModels, VendorList, VendorModel, packed_column
from modeldesk.domain.model.values.pricing import Pricing

T = TypeVar("T")

WITHOUT_A_BREAK = 1_000
"""Models whose parts are shared in one step: some 3 ms."""

MOST_SHARED = 20_000
"""Parts of lists that are kept for sharing: some megabytes."""


def with_shared_parts(models: VendorList) -> VendorList:
    """An equal list whose models are packed. Equal prices, modalities, words and dates are the same object, also with other lists of this process.

    This makes a list a third as large, since many models of a vendor have the same prices and words, and gateways sell what vendors do.
    """
    _SHARED.forget_if_many()
    ids, *columns = _columns_of(models.models)
    return evolve(models, models=PackedModels(tuple(ids), map(packed_column, columns)))


async def shared_in_steps(models: VendorList) -> VendorList:
    """As `with_shared_parts`, but yields to the event loop between steps: a long list takes as long as many requests."""
    if len(models.models) <= WITHOUT_A_BREAK:
        return with_shared_parts(models)
    _SHARED.forget_if_many()
    columns, entries = _columns_of(()), models.models
    for start in range(0, len(entries), WITHOUT_A_BREAK):
        for column, more in zip(columns, _columns_of(entries[start : start + WITHOUT_A_BREAK]), strict=True):
            column.extend(more)
        await asyncio.sleep(0)
    ids, *others = columns
    packed = list[Sequence[Any]]()
    for column in others:
        packed.append(packed_column(column))
        await asyncio.sleep(0)
    return evolve(models, models=PackedModels(tuple(ids), packed))


def sharing() -> Callable[[VendorModel], VendorModel]:
    """Returns a function that creates an equal model with shared parts. Call this once for each list."""
    _SHARED.forget_if_many()
    return lambda model: VendorModel(*_SHARED.parts(model))


def _columns_of(models: Iterable[VendorModel]) -> list[list[Any]]:
    """The shared parts of each field."""
    rows = list(map(_SHARED.parts, models))
    return list(map(list, zip(*rows, strict=True))) if rows else [[] for _ in fields(VendorModel)]


class _Shared:
    """The parts seen so far, by type: as dictionary keys, 1, True and Decimal(1) are equal. Several threads may use it at once."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._numbers: dict[int, int] = {}
        self._dates: dict[date, date] = {}
        self._amounts: dict[str, Decimal] = {}  # by their digits: 1.0 and 1 are equal, but a list keeps the digits that it was given
        self._modalities: dict[tuple[Modality, ...], tuple[Modality, ...]] = {}
        self._prices: dict[tuple[object, ...], Pricing] = {}

    def forget_if_many(self) -> None:
        """Bounds the memory: parts of deleted lists stay, too."""
        seen: tuple[dict[Any, Any], ...] = (self._words, self._numbers, self._dates, self._amounts, self._modalities, self._prices)
        if sum(map(len, seen)) > MOST_SHARED:
            for parts in seen:
                parts.clear()

    def parts(self, model: VendorModel) -> tuple[Any, ...]:
        """The values of the fields, in their order."""
        return (
            model.id,
            model.name,
            self._price(model.pricing),
            _shared(self._numbers, model.context_length),
            _shared(self._modalities, model.inputs),
            _shared(self._modalities, model.outputs),
            _shared(self._words, model.task),
            _shared(self._dates, model.created_on),
            _shared(self._dates, model.deprecated_on),
            _shared(self._dates, model.retires_on),
            _shared(self._words, model.note),
            _shared(self._words, model.replacement),
        )

    def _price(self, price: Pricing | None) -> Pricing | None:
        if price is None:
            return None
        key = (price.unit, price.currency, *_digits(price.amounts), *_tier_key(price))
        if (shared := self._prices.get(key)) is None:
            amounts = {
                self._words.setdefault(name, name): self._amounts.setdefault(str(value), value) for name, value in price.amounts.items()
            }
            shared = self._prices[key] = Pricing(price.unit, amounts, price.currency, price.tiers)
        return shared


_SHARED = _Shared()


def _tier_key(price: Pricing) -> Iterator[object]:
    for tier in price.tiers:
        yield (tier.above_tokens, tier.start, tier.end, *_digits(tier.amounts))


def _digits(amounts: Mapping[str, Decimal]) -> Iterator[str]:
    for name, value in amounts.items():
        yield name
        yield str(value)


def _shared(seen: dict[T, T], part: T | None) -> T | None:
    return None if part is None else seen.setdefault(part, part)
