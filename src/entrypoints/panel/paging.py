"""Pages of long lists: rendering ten thousand rows takes seconds, and nobody reads them."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct

T = TypeVar("T")
PAGE_SIZE = 100
LONGEST_NUMBER = 6
"""Digits."""


class ListPage(Struct, Generic[T], frozen=True):
    """One page of a list. `number` counts from 1; `total` is the number of entries on all pages. `filters` stand in the address of every page."""

    entries: Sequence[T]
    total: int
    number: int
    pages: int
    path: str
    filters: Mapping[str, str] = {}

    @property
    def first(self) -> int:
        """Where the first entry of this page stands in the list, from 1."""
        return offset_of(self.number) + 1

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        parameters = {**self.filters, "page": number if number > 1 else ""}
        query = urlencode({name: value for name, value in parameters.items() if value})
        return f"{self.path}?{query}" if query else self.path


def page_number(request: Request[Any, Any, Any]) -> int:
    """The page that the query string asks for; the first one where it is no number."""
    text = str(request.query_params.get("page", ""))
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else 1


def offset_of(number: int) -> int:
    """The entries before the page of this number."""
    return (number - 1) * PAGE_SIZE


def page_of(request: Request[Any, Any, Any], path: str, entries: Sequence[T], search: str = "", **filters: str) -> ListPage[T]:
    """The requested page of `entries`; a number past the end gives the last page."""
    pages = pages_of(len(entries))
    number = min(page_number(request), pages)
    start = offset_of(number)
    return ListPage(entries[start : start + PAGE_SIZE], len(entries), number, pages, path, {"search": search, **filters})


def pages_of(total: int) -> int:
    return max(1, -(-total // PAGE_SIZE))
