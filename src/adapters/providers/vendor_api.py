"""The base class of provider classes: the URL of the list, the header of the key, paging, and reading of entries.

A provider class does no I/O: it builds URLs and reads responses, and `fetcher` sends the requests. To write one in your own package, see
docs/tutorials/provider-class.md.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from modeldesk.adapters.vendor_http import KeyHeader, Response
from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.providers.provider_class import KeyRequirement


class ListBroken(Exception):
    """What came back is no list of models. A class of another package gives a line of its own for admins, without anything that was sent."""

    def __init__(self, reason: Reason | str) -> None:
        self.reason = reason if isinstance(reason, Reason) else Reason("provider-class-said", said=reason)
        super().__init__(str(self.reason))


class VendorApi(ABC):
    """A client for a vendor's API. Subclasses set the attributes, cite their source in the docstring, and override what differs.

    `slug` is the vendor that the class ships for, and `api_base_url` that vendor's URL. `fallback_url` is the URL of the list for a provider
    without a URL. `list_path` is appended to the provider's URL; one that starts with `//` replaces the URL's path (`//api/tags`). Every call goes
    to the origin of that URL. `list_keys` are the members of a page that may contain the entries.
    """

    slug: ClassVar[str | None] = None
    api_base_url: ClassVar[str] = ""
    fallback_url: ClassVar[str] = ""
    key_requirement: ClassVar[KeyRequirement] = KeyRequirement.NEEDED
    key_header: ClassVar[KeyHeader] = KeyHeader("Authorization", "Bearer ")
    headers: ClassVar[Mapping[str, str]] = {}
    list_path: ClassVar[str] = "/models"
    list_query: ClassVar[Mapping[str, str]] = {}
    list_keys: ClassVar[tuple[str, ...]] = ("data",)
    check_path: ClassVar[str | None] = None
    """A free endpoint that proves a key. None: the list itself, if the vendor refuses it without a key."""
    enough_pages: ClassVar[int | None] = None
    """The number of pages to read of a ranked list. None: the complete list."""

    def list_url(self, base_url: str) -> str:
        """The URL of the first page, for a provider with this base URL."""
        return with_query(joined(base_url, self.list_path), self.list_query)

    def check_url(self, base_url: str) -> str | None:
        """The URL that proves a key; None if the list proves it."""
        return None if self.check_path is None else joined(base_url, self.check_path)

    def entries(self, page: Any) -> Iterable[Any]:
        """The entries of one decoded page (dict, list, str, int, Decimal, bool, None). Raises ListBroken.

        A bare list is accepted too, because several vendors changed from one form to the other.
        """
        if isinstance(page, list):
            return page
        if isinstance(page, dict):
            for key in self.list_keys:
                listed = page.get(key)
                if isinstance(listed, list):
                    return listed
        raise ListBroken(Reason("answer-without-list"))

    @abstractmethod
    def model(self, entry: Any) -> VendorModel | None:
        """The model of one entry, or None without a valid id. Values that are missing or not understood are None, never guessed.

        Raises ListBroken for an id that makes the whole list untrustworthy (`reading.usable_id`), and no other error.
        """

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        """The URL of the page after `url`, None after the last. `headers` are those of the response, by lower-case name."""
        return None

    def rejects_key(self, answer: Response) -> bool:
        """Whether this response means that the key is wrong."""
        return answer.status in (401, 403)


def joined(base_url: str, path: str) -> str:
    """The URL with the path appended, or replaced if `path` starts with `//`. The query of `base_url` is dropped."""
    parts = urlsplit(base_url)
    whole = path[1:] if path.startswith("//") else parts.path.rstrip("/") + path
    return urlunsplit((parts.scheme, parts.netloc, whole, "", ""))


def with_query(url: str, query: Mapping[str, str]) -> str:
    """The URL with these query parameters set. Parameters of the same name are replaced, others stay."""
    if not query:
        return url
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in query]
    return urlunsplit(parts._replace(query=urlencode([*kept, *query.items()])))


def linked(url: str, headers: Mapping[str, str]) -> str | None:
    """The `rel="next"` of a Link header (RFC 8288), as an absolute URL."""
    for link in headers.get("link", "").split(","):
        target, _, parameters = link.strip().partition(";")
        if target.startswith("<") and target.endswith(">") and 'rel="next"' in parameters.replace("rel=next", 'rel="next"'):
            return resolved(url, target[1:-1])
    return None


def resolved(url: str, target: str) -> str:
    """`target` as an absolute URL, relative to `url`. An invalid target is returned unchanged; the fetcher reports it."""
    try:
        return urljoin(url, target)
    except ValueError:
        return target
