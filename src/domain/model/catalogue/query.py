"""Searching, filtering, sorting and paging a catalogue."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NewType

from attrs import field, frozen

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.catalogue.catalogue import Catalogue, CatalogueModel
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.values.pricing import PriceUnit

SortName = NewType("SortName", str)
"""One of `SORTS`, with `-` before it for descending."""


def sort_name(text: str) -> SortName:
    """Raises InvalidValue for another word."""
    if text.removeprefix("-") not in SORTS:
        raise InvalidValue(f"sort is one of {', '.join(SORTS)}, with - before it for descending; not {text!r}")
    return SortName(text)


@frozen
class CatalogueQuery:
    """What of a list is wanted. `sort` None keeps the source's order."""

    search: str | None = None
    free: bool | None = None
    sort: SortName | None = None
    limit: int | None = field(default=None)
    offset: int = 0


@frozen
class CataloguePage:
    """A part of a list: `total` models fit the query, `models` are those on this page."""

    catalogue: Catalogue
    total: int
    models: tuple[CatalogueModel, ...]


def search_catalogue(catalogue: Catalogue, query: CatalogueQuery) -> CataloguePage:
    """The models that fit the query, sorted and cut. `free` true wants those known to be free, false those known not to be."""
    fitting: Sequence[CatalogueModel] = catalogue.models
    if query.search and (wanted := search_key(query.search).split()):
        first, *others = wanted
        fitting = [model for text, model in catalogue.searchable if first in text and all(word in text for word in others)]
    if query.free is not None:
        fitting = [model for model in fitting if model.is_free is query.free]
    models = sort_models(fitting, query.sort) if query.sort else fitting
    end = None if query.limit is None else query.offset + query.limit
    return CataloguePage(catalogue, len(models), tuple(models[query.offset : end]))


def sort_models(models: Iterable[CatalogueModel], sort: SortName) -> tuple[CatalogueModel, ...]:
    """By name, price, context or id, unknown last either way."""
    descending, key = sort.startswith("-"), SORTS[sort.removeprefix("-")]
    known = [(value, model) for model in models if (value := key(model)) is not None]
    unknown = [model for model in models if key(model) is None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return (*(model for _, model in known), *unknown)


def _price(model: CatalogueModel) -> Decimal | None:
    # Prompt and completion added stand for what a call costs; prices of unlike units cannot be compared and count as unknown.
    if model.pricing is None or model.pricing.unit is not PriceUnit.MILLION_TOKENS:
        return None
    amounts = [value for name in ("prompt", "completion") if (value := model.pricing.amounts.get(name)) is not None]
    return sum(amounts, Decimal(0)) if amounts else None


SORTS: Mapping[str, Callable[[CatalogueModel], Any]] = {
    "name": lambda model: search_key(model.name),
    "price": _price,
    "context": lambda model: model.context_length,
    "id": lambda model: model.id,
}
