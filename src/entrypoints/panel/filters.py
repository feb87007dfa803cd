"""The filters of a page that shows a log: they stand in its address, and so does the id that its entries end above."""

from typing import Any, TypeVar
from urllib.parse import urlencode

from litestar import Request
from msgspec import Struct
from msgspec.structs import asdict

PAGE_SIZE = 50
LONGEST_FILTER = 200
LONGEST_ID = 18
"""Digits."""

F = TypeVar("F", bound="Filters")


class Filters(Struct, frozen=True):
    """The filters of a page, by their names in its address and in the query that it asks. An empty one filters nothing."""

    @property
    def given(self) -> dict[str, str]:
        """The filters that are set."""
        return {name: text for name, text in asdict(self).items() if text}

    def url_query(self, older_than: int) -> str:
        """The query string of the next page."""
        return "?" + urlencode({**self.given, "older_than": older_than})


def filters_of(request: Request[Any, Any, Any], kind: type[F]) -> F:
    """The filters that the address names, cut where they are long."""
    return kind(**{name: str(request.query_params.get(name, ""))[:LONGEST_FILTER].strip() for name in kind.__struct_fields__})


def older_than(request: Request[Any, Any, Any]) -> int | None:
    """The id that the page ends above; None for the first page, and for what is no id."""
    text = str(request.query_params.get("older_than", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID else None
