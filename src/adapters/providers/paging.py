"""How a list goes on after a page: what the vendor says of the next page, and whether all of it came."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.list_shapes import id_in
from modeldesk.adapters.providers.vendor_api import VendorApi, linked, resolved, with_query

HOLDERS = ("pagination", "paging", "page_info", "pageInfo", "meta", "metadata", "result_info", "links", "_links")
"""Members that hold what is said of the pages, beside the page itself."""

LINKS = ("next", "next_url", "nextUrl", "nextLink", "@odata.nextLink", "next_page_url")
CURSORS: Mapping[str, str] = {
    "nextPageToken": "pageToken",
    "next_page_token": "page_token",
    "next_cursor": "cursor",
    "nextCursor": "cursor",
    "nextToken": "nextToken",
    "next_token": "next_token",
    "cursor_next": "cursor",
}
"""The member with the next page's token, and the parameter that sends it."""

MORE = ("has_more", "hasMore", "has_next", "hasNext", "has_next_page", "hasNextPage")
TOTALS = ("total", "total_count", "totalCount", "total_items", "totalItems", "totalSize", "total_size", "total_models")


class Continuation(Struct, frozen=True):
    """The URL of the next page, None after the last. `is_guess` where the vendor does not name it.

    `says_more` is whether the vendor says that the list goes on, and `total` how many rows it counts; None where it does not.
    """

    url: str | None = None
    is_guess: bool = False
    says_more: bool = False
    total: int | None = None


def continuation(api: VendorApi, url: str, page: Any, headers: Mapping[str, str], entries: list[Any]) -> Continuation:
    """By the class's own rule, else, where the vendor says that there is more, from the last id on."""
    following = api.next_page(url, page, headers)
    if following is not None or not api.follows_usual_paging:
        return Continuation(following)
    says_more = any(reading.first(holder, *MORE) is True for holder in _holders(page))
    total = next((count for holder in _holders(page) if (count := reading.count(reading.first(holder, *TOTALS)))), None)
    last = next((name for entry in reversed(entries) if (name := id_in(entry))), None)
    guess = with_query(url, {api.after_parameter: last}) if says_more and last is not None else None
    return Continuation(guess, guess is not None, says_more, total)


def usual_next_page(url: str, page: Any, headers: Mapping[str, str]) -> str | None:
    """The next page by a link, a token, `has_more` with `last_id`, a page number or an offset, or a Link header."""
    for holder in _holders(page):
        if (link := _link(holder)) is not None:
            return resolved(url, link)
        for name, parameter in CURSORS.items():
            if (token := _token(holder.get(name))) is not None:
                return with_query(url, {parameter: token})
        last = holder.get("last_id")
        if holder.get("has_more") is True and isinstance(last, str) and last:
            return with_query(url, {"after": last})
        if (numbered := _numbered(url, holder)) is not None:
            return numbered
    return linked(url, headers)


def _holders(page: Any) -> Iterator[dict[str, Any]]:
    if isinstance(page, dict):
        yield page
        yield from (holder for name in HOLDERS if isinstance(holder := page.get(name), dict))


def _link(holder: dict[str, Any]) -> str | None:
    """An address or a path. A plain token under `next` is none."""
    for name in LINKS:
        value = holder.get(name)
        link = reading.member(value, "href") if isinstance(value, dict) else value
        if isinstance(link, str) and (link.startswith(("/", "?", "./")) or "://" in link):
            return link
    return None


def _token(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return str(value)
    return value if isinstance(value, str) and value.strip() else None


def _numbered(url: str, holder: dict[str, Any]) -> str | None:
    """The next number of numbered pages (`page` of `total_pages`), or the next offset of `total`."""
    number, pages = (reading.count(reading.first(holder, *names)) for names in (("page", "current_page", "currentPage"), PAGE_COUNTS))
    if number is not None and pages is not None:
        sent = reading.count(parse_qs(urlsplit(url).query).get("page", ["1"])[0]) or 1
        return with_query(url, {"page": str(number + 1)}) if sent == number < pages else None
    offset, limit = holder.get("offset"), reading.count(holder.get("limit"))
    total = reading.count(reading.first(holder, *TOTALS))
    if not isinstance(offset, int) or isinstance(offset, bool) or offset < 0 or limit is None or total is None:
        return None
    sent = reading.count(parse_qs(urlsplit(url).query).get("offset", ["0"])[0]) or 0
    return with_query(url, {"offset": str(offset + limit), "limit": str(limit)}) if sent == offset and offset + limit < total else None


PAGE_COUNTS = ("total_pages", "totalPages", "last_page", "lastPage", "pages", "page_count")
