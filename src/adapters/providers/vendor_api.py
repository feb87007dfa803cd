"""The base class of provider classes: the URL of the list, the header of the key, paging, and reading of entries.

A provider class does no I/O: it builds URLs and reads responses, and `fetcher` sends the requests. To write one in your own package, see
docs/tutorials/provider-class.md.
"""

import re
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


class RowUnreadable(ListBroken):
    """One row cannot be read. It is left out, counted and named; the list is refused only where most rows are such."""


class VendorApi(ABC):
    """A client for a vendor's API. Subclasses set the attributes, cite their source in the docstring, and override what differs.

    `slug` is the vendor that the class ships for, and `api_base_url` that vendor's URL. `fallback_url` is the URL of the list for a provider
    without a URL. `list_path` is appended to the provider's URL; one that starts with `//` (`//api/tags`) stands in place of the end of the URL's
    path, which is one of `base_endings`, and keeps the path before it: that of a gateway. Every call goes to the origin of that URL.
    `list_keys` are the members of a page that may contain the entries.
    """

    slug: ClassVar[str | None] = None
    api_base_url: ClassVar[str] = ""
    fallback_url: ClassVar[str] = ""
    key_requirement: ClassVar[KeyRequirement] = KeyRequirement.NEEDED
    key_header: ClassVar[KeyHeader] = KeyHeader("Authorization", "Bearer ")
    headers: ClassVar[Mapping[str, str]] = {}
    list_path: ClassVar[str] = "/models"
    list_query: ClassVar[Mapping[str, str]] = {}
    base_endings: ClassVar[tuple[str, ...]] = ("/v1",)
    """The ends of base URLs that a `list_path` with `//` replaces, beside that of `api_base_url`."""
    list_keys: ClassVar[tuple[str, ...]] = ("data",)
    usual_version: ClassVar[str] = ""
    """The path of a vendor's API where the class names no base URL of its own."""
    check_path: ClassVar[str | None] = None
    """A free endpoint that proves a key. None: the list itself, if the vendor refuses it without a key."""
    page_token: ClassVar[tuple[str, str] | None] = None
    """The member of a page that has the token of the next one, and the query parameter that sends it. None: a page has no such token."""
    enough_pages: ClassVar[int | None] = None
    """The number of pages to read of a ranked list. None: the complete list."""
    follows_usual_paging: ClassVar[bool] = False
    """Whether a page without a next one that says there is more is followed from its last id on, sent as `after_parameter`."""
    after_parameter: ClassVar[str] = "after"

    def list_url(self, base_url: str) -> str:
        """The URL of the first page, for a provider with this base URL."""
        return with_defaults(joined(base_url, self.list_path, self.path_endings), self.list_query)

    def list_urls(self, base_url: str) -> tuple[str, ...]:
        """The URLs that the list may be at, the likeliest first: a base URL without a version is tried as it is, and with the class's own."""
        own = urlsplit(self.api_base_url).path.rstrip("/") or self.usual_version
        if self.list_path.startswith("//") or not own or has_version(base_url):
            return (self.list_url(base_url),)
        return self.list_url(base_url), self.list_url(joined(base_url, own))

    def companion_urls(self, base_url: str) -> tuple[str, ...]:
        """Further lists that say what can be called, if the vendor has such. One that cannot be read changes nothing."""
        return ()

    def with_companions(self, models: list[VendorModel], companions: list[VendorModel]) -> list[VendorModel]:
        """The whole list: `models` and what the further lists hold, which was read by `entries` and `model` too."""
        return [*models, *companions]

    @property
    def path_endings(self) -> tuple[str, ...]:
        """`base_endings` and the path of `api_base_url`, the longest first."""
        own = urlsplit(self.api_base_url).path.rstrip("/")
        return tuple(sorted({*self.base_endings, *filter(None, (own,))}, key=len, reverse=True))

    def check_url(self, base_url: str) -> str | None:
        """The URL that proves a key; None if the list proves it."""
        return None if self.check_path is None else joined(base_url, self.check_path, self.path_endings)

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

        Raises RowUnreadable for an id that cannot be used (`reading.usable_id`). Any other error leaves the entry out as well, and is logged.
        """

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        """The URL of the page after `url`, None after the last. `headers` are those of the response, by lower-case name."""
        if self.page_token is None or not isinstance(page, dict):
            return None
        member, parameter = self.page_token
        token = page.get(member)
        return with_query(url, {parameter: token}) if isinstance(token, str) and token else None

    def rejects_key(self, answer: Response) -> bool | None:
        """Whether this response means that the key is wrong. None: judged by its status and its words, as for most vendors."""
        return None


_SECRET_NAMES = re.compile(r"key|token|secret|password|passwd|signature|sig|auth|credential", re.IGNORECASE)
_VERSION = re.compile(r"/v[0-9]+(?:(?:alpha|beta)[0-9]*)?(?=/|$)", re.IGNORECASE)
_CALLS = re.compile(
    r"/(?:chat/completions|images/generations|audio/(?:speech|transcriptions)|models/[^/]+:[A-Za-z]+|api/(?:chat|generate|embed|tags)"
    r"|(?P<short>completions|responses|embeddings|messages|models|rerank|moderations))/?$"
)


def api_root(base_url: str) -> str:
    """The base URL without the path of one call, where somebody pasted that (`/v1/chat/completions`), and without a fragment."""
    parts = urlsplit(base_url)
    pasted = _CALLS.search(parts.path)
    before = parts.path[: pasted.start()] if pasted else parts.path
    # A gateway may have a path of one of the short names.
    is_call = pasted is not None and (pasted["short"] is None or _VERSION.search(before) or "/deployments/" in before)
    return urlunsplit((parts.scheme, parts.netloc, before if is_call else parts.path, parts.query, ""))


def has_version(base_url: str) -> bool:
    """Whether the path names a version of the API (`/v1`, `/v1beta`)."""
    return _VERSION.search(urlsplit(base_url).path) is not None


def joined(base_url: str, path: str, endings: tuple[str, ...] = ()) -> str:
    """The URL with the path appended. A path that starts with `//` stands in place of the first of `endings` that the URL's path has.

    The query of `base_url` stays (`api-version=…`), except for what may be a secret: a key is sent in its header.
    """
    parts = urlsplit(base_url)
    before = parts.path.rstrip("/")
    if path.startswith("//"):
        before, path = before.removesuffix(next((ending for ending in endings if before.endswith(ending)), "")), path[1:]
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _SECRET_NAMES.search(name)]
    return urlunsplit((parts.scheme, parts.netloc, before + path, urlencode(query), ""))


def with_list_path(base_url: str, path: str) -> str:
    """The URL of a declared list: the path joined to the base URL, or, with a leading slash, from the origin. A query in it is kept."""
    path, _, query = path.partition("?")
    parts = urlsplit(joined(base_url, "" if path.startswith("/") else f"/{path}"))
    url = urlunsplit(parts._replace(path=path)) if path.startswith("/") else urlunsplit(parts)
    return with_query(url, dict(parse_qsl(query, keep_blank_values=True)))


def with_defaults(url: str, query: Mapping[str, str]) -> str:
    """The URL with those of these query parameters that it does not have."""
    present = {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
    return with_query(url, {name: value for name, value in query.items() if name not in present})


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
