"""Fetches vendors' lists and checks keys: implements the port `VendorCatalogues` with outbound sessions and provider classes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from itertools import islice
from typing import Any

from attrs import evolve, field, frozen

from modeldesk.adapters.providers.messages import message_in, one_line, vendor_message
from modeldesk.adapters.providers.vendor_api import ListBroken, VendorApi
from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from modeldesk.adapters.vendor_http import Request, Response, Session
from modeldesk.domain.errors import InvalidValue, KeyRejected, LiveListNotAvailable, Reason, VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel, vendor_list
from modeldesk.domain.model.keys.provider_key import KeyVerdict, Verdict, origin_of
from modeldesk.domain.model.providers.provider import Provider, ProviderClassName
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import http_url
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.vendors import Progress

LONGEST_CALL = 10.0
MOST_PAGES = 20
MOST_MODELS = 20_000
FEWEST_OF_ONE_DAY = 3
"""If at least this many models share one creation date, the date is that of the response, or made up."""

_LOGGER = logging.getLogger(__name__)

Classes = Callable[[ProviderClassName], VendorApi]
"""Returns the provider class of a name. Raises InvalidValue."""

OpenSession = Callable[[str, float | None], AbstractAsyncContextManager[Session]]
"""Opens a session with the vendor of this slug, with a deadline in seconds."""


@frozen
class _Call:
    """The provider to call, its class, its base URL, and the key."""

    provider: Provider
    api: VendorApi
    base_url: str
    key: Secret | None

    def request(self, url: str) -> Request:
        return Request(url, self.api.headers, origin_of(self.base_url), self.api.key_header if self.key else None, self.key)

    def failed(self, reason: Reason) -> VendorFailed:
        return VendorFailed(self.provider.slug, reason)

    def refused(self, answer: Response) -> VendorFailed:
        """What an answer that is no list means."""
        said = vendor_message(answer.body, self.key)
        reason = Reason("vendor-said", said=said, status=answer.status) if said else Reason("vendor-status", status=answer.status)
        if not self.api.rejects_key(answer):
            return self.failed(reason)
        return KeyRejected(self.provider.slug, reason if self.key else Reason("key-wanted", reason=reason))


@frozen
class _Page:
    """The models of one response, and the URL of the next page."""

    models: list[VendorModel | None] = field(repr=False)
    next_url: str | None


class VendorFetcher:
    """Reads lists page by page. Parsing runs in a worker thread, so that a large list does not block the event loop."""

    def __init__(self, classes: Classes, open_session: OpenSession, clock: Clock) -> None:
        self._classes = classes
        self._open = open_session
        self._clock = clock

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        """The complete list. Raises VendorFailed, KeyRejected, LiveListNotAvailable."""
        call = self._call(provider, key)
        models: list[VendorModel | None] = []
        seen_ids, read_urls = set[str](), list[str]()
        async with self._session(provider) as session:
            url: str | None = call.api.list_url(call.base_url)
            while url is not None:
                read_urls.append(url)
                page = await _read_page(call, url, await session.get(call.request(url)))
                _require_new_ids(call, page, seen_ids)
                models += page.models
                if len(models) > MOST_MODELS:
                    raise call.failed(Reason("list-too-long", most=MOST_MODELS))
                progress(len(read_urls), len(models))
                url = _next_url(call, page, read_urls)
        if not seen_ids:
            raise call.failed(Reason("list-without-ids") if models else Reason("list-empty"))
        return _without_shared_day(vendor_list(models))

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        """Checks a key with the vendor. The verdict is inconclusive if the vendor does not answer. Raises LiveListNotAvailable."""
        call = self._call(provider, key)
        try:
            async with self._session(provider) as session:
                verdict, detail = await _verdict(call, session)
        except VendorFailed as error:
            verdict, detail = Verdict.INCONCLUSIVE, error.reason
        return KeyVerdict(verdict, detail, self._clock())

    def _call(self, provider: Provider, key: Secret | None) -> _Call:
        try:
            api = self._classes(provider.provider_class)
        except InvalidValue as error:
            raise VendorFailed(provider.slug, error.reason) from None
        base_url = provider.api_base_url or api.fallback_url
        if not base_url:
            raise LiveListNotAvailable(provider.slug)
        return _Call(provider, api, base_url, key)

    def _session(self, provider: Provider) -> AbstractAsyncContextManager[Session]:
        return self._open(provider.slug, min(provider.config.timeout or LONGEST_CALL, LONGEST_CALL))


async def _verdict(call: _Call, session: Session) -> tuple[Verdict, Reason]:
    check_url = call.api.check_url(call.base_url)
    url = check_url or call.api.list_url(call.base_url)
    answer = await session.get(call.request(url))
    if call.api.rejects_key(answer):
        return Verdict.REJECTED, call.refused(answer).reason
    if answer.status != 200:
        return Verdict.INCONCLUSIVE, call.refused(answer).reason
    if check_url is not None:
        return (Verdict.VALID, Reason("key-known")) if _is_json(answer.body) else (Verdict.INCONCLUSIVE, Reason("answer-not-json"))
    if not (await _read_page(call, url, answer)).models:
        return Verdict.INCONCLUSIVE, Reason("list-empty")
    # The list proves the key only if the vendor refuses it without one, which may change at any time.
    without_key = evolve(call, key=None)
    anonymous = await session.get(without_key.request(url))
    if call.api.rejects_key(anonymous):
        return Verdict.VALID, Reason("key-opens-list")
    return Verdict.INCONCLUSIVE, Reason("list-open-to-all")


async def _read_page(call: _Call, url: str, answer: Response) -> _Page:
    if answer.status != 200:
        raise call.refused(answer)
    return await asyncio.to_thread(_parsed, call, url, answer.body, answer.headers)


def _parsed(call: _Call, url: str, body: bytes, headers: Mapping[str, str]) -> _Page:
    page = _json(call, body)
    try:
        models = [call.api.model(entry) for entry in islice(call.api.entries(page), MOST_MODELS + 1)]
        return _Page(models, call.api.next_page(url, page, headers))
    except ListBroken as error:
        said = message_in(page, call.key)
        raise call.failed(Reason("vendor-said-instead", reason=error.reason, said=said) if said else error.reason) from None
    except Exception as error:
        _LOGGER.exception("the provider class %s failed on an answer", call.provider.provider_class)
        raise call.failed(Reason("provider-class-failed", name=call.provider.provider_class, said=type(error).__name__)) from None


def _json(call: _Call, body: bytes) -> Any:
    if body.lstrip()[:1] == b"<":
        raise call.failed(Reason("answer-is-web-page"))
    try:
        document = read_json(body)
    except JsonBroken as error:
        raise call.failed(_unreadable(error, call.key)) from None
    if document.problems:
        raise call.failed(_withheld(Reason("answer-not-trusted", reason=document.problems[0].reason), call.key))
    return document.root


def _unreadable(error: JsonBroken, key: Secret | None) -> Reason:
    cause, place = error.problem.reason, error.problem.place
    reason = (
        Reason("answer-unreadable-at", reason=cause, line=place.line, column=place.column)
        if place
        else Reason("answer-unreadable", reason=cause)
    )
    return _withheld(reason, key)


def _withheld(reason: Reason, key: Secret | None) -> Reason:
    """A reason may quote what came, and the key may have come back."""
    return reason.with_texts(lambda text: one_line(text, key))


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(read_json(body).root, dict)
    except JsonBroken:
        return False


def _require_new_ids(call: _Call, page: _Page, seen_ids: set[str]) -> None:
    """Raises VendorFailed if a page has no new id, so that a vendor that always returns the same page is not read up to the limit."""
    ids = {model.id for model in page.models if model is not None}
    if seen_ids and ids and ids <= seen_ids:
        raise call.failed(Reason("page-repeats"))
    seen_ids |= ids


def _next_url(call: _Call, page: _Page, read_urls: list[str]) -> str | None:
    """The URL of the next page; None after the last page, or after `enough_pages`."""
    if page.next_url is None or len(read_urls) == call.api.enough_pages:
        return None
    try:
        url = http_url(page.next_url)
    except InvalidValue as error:
        raise call.failed(Reason("next-page-unusable", reason=error.reason)) from None
    if origin_of(url) != origin_of(call.base_url):
        raise call.failed(Reason("next-page-elsewhere"))
    if url in read_urls:
        raise call.failed(Reason("pages-in-circles"))
    if len(read_urls) >= MOST_PAGES:
        raise call.failed(Reason("pages-too-many", most=MOST_PAGES))
    return url


def _without_shared_day(listed: VendorList) -> VendorList:
    """The list without a creation date that all models share: several vendors send the response's time, or a made-up one."""
    days = {model.created_on for model in listed.models}
    if len(days) > 1 or None in days or len(listed.models) < FEWEST_OF_ONE_DAY:
        return listed
    return evolve(listed, models=tuple(evolve(model, created_on=None) for model in listed.models))
