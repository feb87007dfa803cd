"""What of a list somebody wants to see, as the address says it, and that part of the list."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from attrs import evolve, frozen
from litestar import Request

from modeldesk.domain.model.catalogue.catalogue import CatalogueModel, ExcludedModel
from modeldesk.domain.model.catalogue.query import CataloguePage, CatalogueQuery, SortName
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.overview import searched

PAGE_SIZE = 100
SORTS: Mapping[str, str] = {
    "": N_("As listed"),
    "name": N_("Name"),
    "price": N_("Price, lowest first"),
    "-price": N_("Price, highest first"),
    "-context": N_("Context, largest first"),
    "context": N_("Context, smallest first"),
}
YES = ("1", "true")
"""REST says `explain=true`, and so may an address here."""


@frozen
class Wanted:
    """What of a list somebody wants to see; `page` counts from 1. With `explain` also why each model stands there, and others do not."""

    search: str = ""
    is_free: bool = False
    sort: str = ""
    page: int = 1
    explain: bool = False

    @property
    def query(self) -> CatalogueQuery:
        sort = SortName(self.sort) if self.sort else None
        return CatalogueQuery(self.search or None, self.is_free or None, sort, PAGE_SIZE, (self.page - 1) * PAGE_SIZE)

    def address(self, *, wait: bool = False, **changes: Any) -> str:
        """The query of the same list, otherwise looked at: `wanted.address(page=2)`. With `wait` the vendor is waited for."""
        other = evolve(self, **{"page": 1, **changes})
        told = {
            "search": other.search,
            "free": "1" if other.is_free else "",
            "sort": other.sort,
            "page": other.page if other.page > 1 else "",
            "explain": "true" if other.explain else "",
            "wait": "1" if wait else "",
        }
        query = urlencode({name: value for name, value in told.items() if value})
        return f"?{query}" if query else ""


@frozen
class Shown:
    """A page of a list with what stands around it; or, without a listing, nothing. `left_out` are the excluded ones that fit the search."""

    listing: SlotCatalogue | None = None
    page: CataloguePage | None = None
    models: tuple[CatalogueModel, ...] = ()
    number: int = 1
    pages: int = 1
    is_stale: bool = False
    has_foreign_facts: bool = False
    left_out: Sequence[ExcludedModel] = ()


def wanted_in(request: Request[Any, Any, Any]) -> Wanted:
    """What the address asks for; what cannot be meant is as if it were not there."""
    asked = request.query_params
    page, sort = str(asked.get("page", "1")), str(asked.get("sort", ""))
    is_number = page.isascii() and page.isdigit() and 0 < len(page) <= 6
    return Wanted(
        searched(request),
        bool(asked.get("free")),
        sort if sort in SORTS else "",
        max(1, int(page)) if is_number else 1,
        str(asked.get("explain", "")).lower() in YES,
    )


def shown_of(listing: SlotCatalogue, wanted: Wanted) -> Shown:
    """A page past the end is the last one."""
    page = listing.page(wanted.query)
    pages = max(1, -(-page.total // PAGE_SIZE))
    if wanted.page > pages:
        return shown_of(listing, evolve(wanted, page=pages))
    return Shown(
        listing,
        page,
        page.models,
        wanted.page,
        pages,
        is_stale=listing.source.value == "stale",
        has_foreign_facts=any(model.metadata_fields for model in page.models),
        left_out=_left_out(listing, wanted),
    )


def _left_out(listing: SlotCatalogue, wanted: Wanted) -> Sequence[ExcludedModel]:
    words = search_key(wanted.search).split()
    return [one for one in listing.catalogue.excluded if all(word in search_key(f"{one.id} {one.name}") for word in words)]
