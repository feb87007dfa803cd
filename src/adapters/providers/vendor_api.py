"""What a provider class is: where a vendor's list is, how the key travels, how pages follow, and what one entry says.

A class does no I/O. It says what to ask and reads what came back; `fetcher` does the asking. To write one in a package of your own, see
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
    """One way of speaking to a vendor. Subclasses set the facts, with their source in the docstring, and override what differs.

    `slug` is the vendor it ships for, `api_base_url` that vendor's address; `fallback_url` is where the list is read where a provider has
    no address. `list_path` is added to the provider's address; one that begins with `//` replaces the address's path instead
    (`//api/tags`). Every call goes to the origin of that address. `list_keys` are the members under which a page may hold its entries.
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
    """What proves a key and costs nothing. None: the list itself, where nobody is given it without a key."""
    enough_pages: ClassVar[int | None] = None
    """After how many pages of a ranked list the rest is left unread. None: the whole list, or none of it."""

    def list_url(self, address: str) -> str:
        """Where the first page is, for a provider of this address."""
        return with_query(joined(address, self.list_path), self.list_query)

    def check_url(self, address: str) -> str | None:
        """What to ask to prove a key; None where that is the list."""
        return None if self.check_path is None else joined(address, self.check_path)

    def entries(self, page: Any) -> Iterable[Any]:
        """The entries of one decoded page (dict, list, str, int, Decimal, bool, None). Raises ListBroken.

        A bare list is accepted wherever a member is documented: several vendors changed from the one to the other.
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
        """What one entry says; None where it has no usable id. Never invents anything: what is not said, or not understood, is None.

        Raises ListBroken where the id is such that the whole list is not to be trusted (`reading.usable_id`), and nothing else.
        """

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        """The address of the page after `url`, None after the last. `headers` are the answer's, by lower-case name."""
        return None

    def rejects_key(self, answer: Response) -> bool:
        """Whether this answer means that the key is wrong."""
        return answer.status in (401, 403)


def joined(address: str, path: str) -> str:
    """An address with a path added, or with its path replaced where that begins with `//`; the address's own query is dropped."""
    parts = urlsplit(address)
    whole = path[1:] if path.startswith("//") else parts.path.rstrip("/") + path
    return urlunsplit((parts.scheme, parts.netloc, whole, "", ""))


def with_query(url: str, query: Mapping[str, str]) -> str:
    """An address with these parameters set, in the place of those of the same name; the others stay."""
    if not query:
        return url
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in query]
    return urlunsplit(parts._replace(query=urlencode([*kept, *query.items()])))


def linked(url: str, headers: Mapping[str, str]) -> str | None:
    """The `rel="next"` of a Link header (RFC 8288), as an absolute address."""
    for link in headers.get("link", "").split(","):
        target, _, parameters = link.strip().partition(";")
        if target.startswith("<") and target.endswith(">") and 'rel="next"' in parameters.replace("rel=next", 'rel="next"'):
            return resolved(url, target[1:-1])
    return None


def resolved(url: str, target: str) -> str:
    """What `target` means in an answer of `url`; as it is written where it is no address at all, which the fetcher then says."""
    try:
        return urljoin(url, target)
    except ValueError:
        return target
