"""The filters of a list, from the query string, and the page of the list that they select."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct
from msgspec.structs import replace

from modeldesk.domain.model.catalogue.catalogue import CatalogueModel, ExcludedModel
from modeldesk.domain.model.catalogue.query import CataloguePage, CatalogueQuery, SortName, search_excluded
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.overview import search_term

PAGE_SIZE = 50
SORTS: Mapping[str, str] = {
    "": N_("As listed"),
    "name": N_("Name"),
    "price": N_("Price, lowest first"),
    "-price": N_("Price, highest first"),
    "-context": N_("Context, largest first"),
    "context": N_("Context, smallest first"),
}
YES = ("1", "true")
"""`explain=true` is how REST spells it; the panel accepts it too."""


class BrowseFilters(Struct, frozen=True):
    """The filters of a list; `page` counts from 1. `explain` adds the reason why each model is included or excluded."""

    search: str = ""
    is_free: bool = False
    sort: str = ""
    page: int = 1
    explain: bool = False

    @property
    def query(self) -> CatalogueQuery:
        sort = SortName(self.sort) if self.sort else None
        return CatalogueQuery(self.search or None, self.is_free or None, sort, PAGE_SIZE, (self.page - 1) * PAGE_SIZE)

    def url_query(self, *, wait: bool = False, **changes: Any) -> str:
        """The query string with some filters changed: `filters.url_query(page=2)`. With `wait` the page waits for the vendor."""
        other = replace(self, **{"page": 1, **changes})
        parameters = {
            "search": other.search,
            "free": "1" if other.is_free else "",
            "sort": other.sort,
            "page": other.page if other.page > 1 else "",
            "explain": "true" if other.explain else "",
            "wait": "1" if wait else "",
        }
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"?{query}" if query else ""


class ListPage(Struct, frozen=True):
    """One page of a list, empty without a listing. `excluded` are the excluded models that match the search."""

    listing: SlotCatalogue | None = None
    page: CataloguePage | None = None
    models: tuple[CatalogueModel, ...] = ()
    number: int = 1
    pages: int = 1
    is_stale: bool = False
    has_metadata: bool = False
    excluded: Sequence[ExcludedModel] = ()


def browse_filters(request: Request[Any, Any, Any]) -> BrowseFilters:
    """The filters in the query string. Invalid values are ignored."""
    parameters = request.query_params
    page, sort = str(parameters.get("page", "1")), str(parameters.get("sort", ""))
    is_number = page.isascii() and page.isdigit() and 0 < len(page) <= 6
    return BrowseFilters(
        search_term(request),
        bool(parameters.get("free")),
        sort if sort in SORTS else "",
        max(1, int(page)) if is_number else 1,
        str(parameters.get("explain", "")).lower() in YES,
    )


def list_page_of(listing: SlotCatalogue, filters: BrowseFilters) -> ListPage:
    """The page of the list; a number past the end gives the last page."""
    page = listing.page(filters.query)
    pages = max(1, -(-page.total // PAGE_SIZE))
    if filters.page > pages:
        return list_page_of(listing, replace(filters, page=pages))
    return ListPage(
        listing,
        page,
        page.models,
        filters.page,
        pages,
        is_stale=listing.source.value == "stale",
        has_metadata=any(model.metadata_fields for model in page.models),
        excluded=search_excluded(listing.catalogue, CatalogueQuery(filters.search)),
    )
