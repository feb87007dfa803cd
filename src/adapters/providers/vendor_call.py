"""One provider's call: which URLs are asked, with which headers and key, and what an answer means that is no list."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec import Struct

from modeldesk.adapters.providers.key_judgement import says_key_is_wrong
from modeldesk.adapters.providers.messages import message_in, one_line, vendor_message
from modeldesk.adapters.providers.pages import PageRefused
from modeldesk.adapters.providers.vendor_api import VendorApi, with_list_path, with_query
from modeldesk.adapters.retry_after import retry_after
from modeldesk.adapters.vendor_http import KeyHeader, Request, Response
from modeldesk.domain.errors import KeyRejected, Reason, VendorFailed
from modeldesk.domain.model.keys.provider_key import origin_of
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.vendor_calls import BASIC, KeyScheme

LONGEST_WAIT = timedelta(days=1)
"""A vendor is asked again after a day, whatever its Retry-After says."""


class VendorCall(Struct, frozen=True):
    """The provider to call, its class, its base URL, the key, and the time of the call."""

    provider: Provider
    api: VendorApi
    base_url: str
    key: Secret | None
    now: datetime

    def request(self, url: str) -> Request:
        """The request for a URL, with what the provider declares for every call."""
        config = self.provider.config
        headers = {name.lower(): value for name, value in (*self.api.headers.items(), *(config.headers or {}).items())}
        return Request(
            with_query(url, {str(name): str(value) for name, value in (config.query or {}).items()}),
            headers,
            origin_of(self.base_url),
            self._key_header() if self.key else None,
            self.key,
        )

    def list_urls(self) -> tuple[str, ...]:
        """The URLs that the list may be at: the declared path, else those of the class."""
        path = self.provider.config.list_path
        return self.api.list_urls(self.base_url) if path is None else (with_list_path(self.base_url, path),)

    def companion_urls(self) -> tuple[str, ...]:
        """The URLs of the class's further lists; none beside a declared path."""
        return self.api.companion_urls(self.base_url) if self.provider.config.list_path is None else ()

    def _key_header(self) -> KeyHeader:
        """The class's own header, unless the provider declares another one or another word before the key."""
        config, own = self.provider.config, self.api.key_header
        if config.key_header is None and config.key_scheme is None:
            return own
        name, scheme = config.key_header or own.name, config.key_scheme
        if scheme is None:
            scheme = KeyScheme("Bearer" if name.lower() == "authorization" else "")
        return KeyHeader(name, f"{scheme} " if scheme else "", is_basic=scheme.lower() == BASIC)

    def failed(self, reason: Reason) -> VendorFailed:
        return VendorFailed(self.provider.slug, reason)

    def refused(self, answer: Response) -> VendorFailed:
        """What an answer that is no list means."""
        said = vendor_message(answer.body, self.key)
        reason = Reason("vendor-said", said=said, status=answer.status) if said else Reason("vendor-status", status=answer.status)
        seconds = retry_after(answer.headers.get("retry-after"), self.now)
        return self._judged(
            answer, reason if not seconds else reason.adding(retry_at=self.now + min(timedelta(seconds=seconds), LONGEST_WAIT))
        )

    def refused_page(self, answer: Response, refused: PageRefused) -> VendorFailed:
        """What an answer with status 200 means that is no list: often an error all the same, with the vendor's words in it."""
        said = message_in(refused.page, self.key)
        if said is None:
            return self.failed(refused.reason)
        return self._judged(answer, Reason("vendor-said-instead", reason=refused.reason, said=said))

    def rejects_key(self, answer: Response) -> bool:
        """Whether the answer means that the key is wrong: as the class says, else by its status and its words."""
        judged = self.api.rejects_key(answer)
        return says_key_is_wrong(answer) if judged is None else judged

    def _judged(self, answer: Response, reason: Reason) -> VendorFailed:
        if not self.rejects_key(answer):
            return self.failed(reason)
        return KeyRejected(self.provider.slug, reason if self.key else Reason("key-wanted", reason=reason))


def naming_path(error: VendorFailed, url: str | None, key: Secret | None) -> VendorFailed:
    """The same failure with the path that was asked, without its query, and without the key, which a vendor may put into the next page's path."""
    if url is None or "asked" in error.reason.facts:
        return error
    return type(error)(error.provider, error.reason.adding(asked=one_line(urlsplit(url).path or "/", key)))
