"""Searching, filtering, sorting and paging a catalogue."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any, NewType

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.catalogue.catalogue import Catalogue, CatalogueModel, ExcludedModel
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.values.pricing import PriceUnit
from modeldesk.domain.model.values.texts import multiline_text
from modeldesk.domain.records import frozen

SortName = NewType("SortName", str)
"""One of `SORTS`, with `-` before it for descending."""

SearchText = NewType("SearchText", str)
"""The words of a search, at most 200 characters."""

LONGEST_SEARCH = 200


def search_text(text: str) -> SearchText:
    """A valid search. Raises InvalidValue."""
    if len(text) > LONGEST_SEARCH:
        raise InvalidValue("text-too-long", most=LONGEST_SEARCH, count=len(text))
    return SearchText(multiline_text(text))


def sort_name(text: str) -> SortName:
    """A valid sort order. Raises InvalidValue."""
    if text.removeprefix("-") not in SORTS:
        raise InvalidValue("sort-unknown", found=text, choices=list(SORTS))
    return SortName(text)


@frozen
class CatalogueQuery:
    """A search in a catalogue. `sort` None keeps the source's order."""

    search: str | None = None
    free: bool | None = None
    sort: SortName | None = None
    limit: int | None = None
    offset: int = 0


@frozen
class CataloguePage:
    """One page of the matching models. `total` counts all matches."""

    catalogue: Catalogue
    total: int
    models: tuple[CatalogueModel, ...]


def search_catalogue(catalogue: Catalogue, query: CatalogueQuery) -> CataloguePage:
    """The matching models, sorted and paged. `free` true matches models known to be free, false those known not to be."""
    matching: Sequence[CatalogueModel] = catalogue.models
    if query.search and (words := search_key(query.search).split()):
        first, *others = dict.fromkeys(words)
        matching = [model for text, model in catalogue.searchable if first in text and all(word in text for word in others)]
    if query.free is not None:
        matching = [model for model in matching if model.is_free is query.free]
    models = sort_models(matching, query.sort) if query.sort else matching
    end = None if query.limit is None else query.offset + query.limit
    return CataloguePage(catalogue, len(models), tuple(models[query.offset : end]))


def search_excluded(catalogue: Catalogue, query: CatalogueQuery) -> tuple[ExcludedModel, ...]:
    """The excluded models whose id or name contains all words of the search, no more than the query's limit."""
    words = search_key(query.search or "").split()
    matching = (model for model in catalogue.excluded if all(word in search_key(f"{model.id} {model.name}") for word in words))
    return tuple(islice(matching, query.limit))


def sort_models(models: Iterable[CatalogueModel], sort: SortName) -> tuple[CatalogueModel, ...]:
    """The models by name, price, context or id. Unknown values come last in both directions."""
    descending, key = sort.startswith("-"), SORTS[sort.removeprefix("-")]
    known = [(value, model) for model in models if (value := key(model)) is not None]
    unknown = [model for model in models if key(model) is None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    return (*(model for _, model in known), *unknown)


def _price(model: CatalogueModel) -> Decimal | None:
    # The sum of prompt and completion approximates the cost of a call. Prices in other units are not comparable and count as unknown.
    if model.pricing is None or model.pricing.unit is not PriceUnit.MILLION_TOKENS:
        return None
    amounts = [value for name in ("prompt", "completion") if (value := model.pricing.dollars.get(name)) is not None]
    return sum(amounts, Decimal(0)) if amounts else None


SORTS: Mapping[str, Callable[[CatalogueModel], Any]] = {
    "name": lambda model: search_key(model.name),
    "price": _price,
    "context": lambda model: model.context_length,
    "id": lambda model: model.id,
}
