"""Asks vendors for their lists and whether a key is good: the port `VendorCatalogues`, over an exchange and the provider classes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from itertools import islice
from typing import Any

from attrs import evolve, field, frozen

from modeldesk.adapters.providers.messages import one_line, said_in, vendor_message
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
"""So many models that all exist since the same day show that the day is that of the answer, or no day at all."""

_LOGGER = logging.getLogger(__name__)

Classes = Callable[[ProviderClassName], VendorApi]
"""The provider class of a name; raises InvalidValue."""

OpenExchange = Callable[[str, float | None], AbstractAsyncContextManager[Session]]
"""An exchange with the vendor of this slug, that ends after so many seconds."""


@frozen
class _Call:
    """Who is asked, how, and with which key."""

    provider: Provider
    api: VendorApi
    address: str
    key: Secret | None

    def ask(self, url: str) -> Request:
        return Request(url, self.api.headers, origin_of(self.address), self.api.key_header if self.key else None, self.key)

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
    """What one answer holds."""

    models: list[VendorModel | None] = field(repr=False)
    following: str | None


class VendorFetcher:
    """One call at a time, page after page. What a vendor sends is read in a worker thread, so that a large list holds nobody up."""

    def __init__(self, classes: Classes, open_exchange: OpenExchange, clock: Clock) -> None:
        self._classes = classes
        self._open = open_exchange
        self._clock = clock

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        """The whole list. Raises VendorFailed, KeyRejected, LiveListNotAvailable."""
        call = self._call(provider, key)
        models: list[VendorModel | None] = []
        seen_ids, asked = set[str](), list[str]()
        async with self._exchange(provider) as exchange:
            url: str | None = call.api.list_url(call.address)
            while url is not None:
                asked.append(url)
                page = await _read_page(call, url, await exchange.get(call.ask(url)))
                _must_bring_something_new(call, page, seen_ids)
                models += page.models
                if len(models) > MOST_MODELS:
                    raise call.failed(Reason("list-too-long", most=MOST_MODELS))
                progress(len(asked), len(models))
                url = _next_url(call, page, asked)
        if not seen_ids:
            raise call.failed(Reason("list-without-ids") if models else Reason("list-empty"))
        return _without_shared_day(vendor_list(models))

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        """What the vendor says of a key. A vendor that does not answer says nothing: inconclusive. Raises LiveListNotAvailable."""
        call = self._call(provider, key)
        try:
            async with self._exchange(provider) as exchange:
                verdict, detail = await _verdict(call, exchange)
        except VendorFailed as error:
            verdict, detail = Verdict.INCONCLUSIVE, error.reason
        return KeyVerdict(verdict, detail, self._clock())

    def _call(self, provider: Provider, key: Secret | None) -> _Call:
        try:
            api = self._classes(provider.provider_class)
        except InvalidValue as error:
            raise VendorFailed(provider.slug, error.reason) from None
        address = provider.api_base_url or api.fallback_url
        if not address:
            raise LiveListNotAvailable(provider.slug)
        return _Call(provider, api, address, key)

    def _exchange(self, provider: Provider) -> AbstractAsyncContextManager[Session]:
        return self._open(provider.slug, min(provider.config.timeout or LONGEST_CALL, LONGEST_CALL))


async def _verdict(call: _Call, exchange: Session) -> tuple[Verdict, Reason]:
    proof = call.api.check_url(call.address)
    url = proof or call.api.list_url(call.address)
    answer = await exchange.get(call.ask(url))
    if call.api.rejects_key(answer):
        return Verdict.REJECTED, call.refused(answer).reason
    if answer.status != 200:
        return Verdict.INCONCLUSIVE, call.refused(answer).reason
    if proof is not None:
        return (Verdict.VALID, Reason("key-known")) if _is_json(answer.body) else (Verdict.INCONCLUSIVE, Reason("answer-not-json"))
    if not (await _read_page(call, url, answer)).models:
        return Verdict.INCONCLUSIVE, Reason("list-empty")
    # A list proves a key only where it is not given without one, and only the vendor knows whether that is so today.
    without_key = evolve(call, key=None)
    open_to_all = await exchange.get(without_key.ask(url))
    if call.api.rejects_key(open_to_all):
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
        said = said_in(page, call.key)
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
    reason, place = error.problem.reason, error.problem.place
    told = (
        Reason("answer-unreadable-at", reason=reason, line=place.line, column=place.column)
        if place
        else Reason("answer-unreadable", reason=reason)
    )
    return _withheld(told, key)


def _withheld(reason: Reason, key: Secret | None) -> Reason:
    """A reason may quote what came, and the key may have come back."""
    return reason.with_texts(lambda text: one_line(text, key))


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(read_json(body).root, dict)
    except JsonBroken:
        return False


def _must_bring_something_new(call: _Call, page: _Page, seen_ids: set[str]) -> None:
    """A vendor that gives the same page whatever is asked would be read until the limit, and its list be cut there."""
    ids = {model.id for model in page.models if model is not None}
    if seen_ids and ids and ids <= seen_ids:
        raise call.failed(Reason("page-repeats"))
    seen_ids |= ids


def _next_url(call: _Call, page: _Page, asked: list[str]) -> str | None:
    """Where the next page is; None where this was the last one, or the last of those that are wanted."""
    if page.following is None or len(asked) == call.api.enough_pages:
        return None
    try:
        url = http_url(page.following)
    except InvalidValue as error:
        raise call.failed(Reason("next-page-unusable", reason=error.reason)) from None
    if origin_of(url) != origin_of(call.address):
        raise call.failed(Reason("next-page-elsewhere"))
    if url in asked:
        raise call.failed(Reason("pages-in-circles"))
    if len(asked) >= MOST_PAGES:
        raise call.failed(Reason("pages-too-many", most=MOST_PAGES))
    return url


def _without_shared_day(listed: VendorList) -> VendorList:
    """Several vendors put the time of the answer, or one made-up time, into every entry; such a day says nothing of a model."""
    days = {model.created_on for model in listed.models}
    if len(days) > 1 or None in days or len(listed.models) < FEWEST_OF_ONE_DAY:
        return listed
    return evolve(listed, models=tuple(evolve(model, created_on=None) for model in listed.models))
