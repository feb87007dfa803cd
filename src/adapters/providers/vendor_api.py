"""What a provider class is: where a vendor's list is, how the key travels, how pages follow, and what one entry says.

A class does no I/O. It says what to ask and reads what came back; `fetcher` does the asking. To write one in a package of your own, see
docs/provider-classes.md.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from modeldesk.adapters.exchange import Answer, KeyHeader
from modeldesk.domain.providers import KeyUse
from modeldesk.domain.vendor_models import VendorModel


class ListBroken(Exception):
    """What came back is no list of models; the text is one line for an admin, without anything that was sent."""


class VendorApi:
    """One way of speaking to a vendor. Subclasses set the facts, with their source in the docstring, and override what differs.

    `slug` is the vendor it ships for, `api_base_url` that vendor's address. `list_path` is added to the provider's address; one that
    begins with `//` replaces the address's path instead (`//api/tags`). Every call goes to the origin of that address.
    """

    slug: ClassVar[str | None] = None
    api_base_url: ClassVar[str] = ""
    fallback_url: ClassVar[str] = ""
    key_use: ClassVar[KeyUse] = KeyUse.NEEDED
    key_header: ClassVar[KeyHeader] = KeyHeader("Authorization", "Bearer ")
    headers: ClassVar[Mapping[str, str]] = {}
    list_path: ClassVar[str] = "/models"
    list_query: ClassVar[Mapping[str, str]] = {}
    check_path: ClassVar[str | None] = None
    """What proves a key and costs nothing. None: the list itself, where that needs a key; where it does not, nothing proves it."""

    def entries(self, page: Any) -> Iterable[Any]:
        """The entries of one decoded page (dict, list, str, int, Decimal, bool, None). Raises ListBroken."""
        raise NotImplementedError

    def model(self, entry: Any) -> VendorModel | None:
        """What one entry says; None where it has no usable id. Never raises, whatever the entry is; never invents a price."""
        raise NotImplementedError

    def next_page(self, url: str, page: Any, headers: Mapping[str, str]) -> str | None:
        """The address of the page after `url`, None after the last. `headers` are the answer's, by lower-case name."""
        return None

    def rejects_key(self, answer: Answer) -> bool:
        """Whether this answer means that the key is wrong."""
        return answer.status in (401, 403)
