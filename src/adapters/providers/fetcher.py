"""Fetches vendors' lists and checks keys: implements the port `VendorCatalogues` with outbound sessions and provider classes."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from attrs import evolve
from msgspec import Struct
from msgspec.structs import replace

from modeldesk.adapters.providers.messages import one_line
from modeldesk.adapters.providers.pages import MOST_MODELS, Page, PageRefused, is_web_page, read_page
from modeldesk.adapters.providers.vendor_api import VendorApi, api_root
from modeldesk.adapters.providers.vendor_call import VendorCall, naming_path
from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from modeldesk.adapters.vendor_http import Response, Session
from modeldesk.domain.errors import InvalidValue, LiveListNotAvailable, Reason, VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import UnreadableRow, VendorList, VendorModel, vendor_list
from modeldesk.domain.model.keys.provider_key import KeyVerdict, Verdict, origin_of
from modeldesk.domain.model.providers.provider import Provider, ProviderClassName
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import http_url
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.vendors import Progress

DEFAULT_SECONDS, MOST_SECONDS = 10.0, 60.0
"""How long reading a list may take, retries included: where the provider has no timeout of its own, and whatever it has."""

CHECK_SECONDS = 9.5
"""How long the check of a key may take: a request waits for its verdict, and is answered within ten seconds."""

MOST_PAGES = 20
FEWEST_OF_ONE_DAY = 3
"""If at least this many models share one creation date, the date is that of the response, or made up."""

NOT_HERE = (404, 405)
"""The statuses after which a list is looked for at the next URL that it may be at."""

_LOGGER = logging.getLogger(__name__)

Classes = Callable[[ProviderClassName], VendorApi]
"""Returns the provider class of a name. Raises InvalidValue."""

OpenSession = Callable[[str, float | None, int | None], AbstractAsyncContextManager[Session]]
"""Opens a session with the vendor of this slug, with a deadline in seconds and a number of retries; None is the client's own."""


class _UnfinishedList(Struct):
    """What was read of a list so far. `url` is what was asked last, for the words of a failure."""

    call: VendorCall
    url: str | None = None
    urls: list[str] = []
    models: list[VendorModel] = []
    unreadable: list[UnreadableRow] = []
    ids: set[str] = set()

    @property
    def count(self) -> int:
        return len(self.models) + len(self.unreadable)

    async def read_pages(self, session: Session, progress: Progress) -> Reason | None:
        """Reads all pages. Returns why the list is incomplete, None where it is not. Raises VendorFailed."""
        first = await _first_answer(self, session)
        page = await _page(self.call, self.url or "", first, 0)
        while True:
            if self.ids and page.models and {model.id for model in page.models} <= self.ids:
                return Reason("page-repeats")
            self._add(page)
            progress(len(self.urls), self.count)
            url = page.following.url
            if url is None or len(self.urls) == self.call.api.enough_pages:
                return _cut(page, self.count) if url is None else None
            if (reason := _unfollowable(self, url)) is not None:
                return reason
            self.url = url
            self.urls.append(url)
            answer = await session.get(self.call.request(url))
            try:
                page = await _page(self.call, url, answer, self.count)
            except VendorFailed as error:
                if not page.following.is_guess:
                    raise
                return Reason("next-page-refused", reason=error.reason)

    async def read_companions(self, session: Session, progress: Progress) -> None:
        """Reads the further lists of what can be called. Where one cannot be read, the list stays as it is."""
        found: list[VendorModel] = []
        for first in self.call.companion_urls():
            url: str | None = first
            while url is not None and len(self.urls) < MOST_PAGES:
                self.urls.append(url)
                try:
                    page = await _page(self.call, url, await session.get(self.call.request(url)), self.count)
                except VendorFailed as error:
                    _LOGGER.info("a further list was not read: %s", error)
                    break
                found += page.models
                self.unreadable += page.unreadable
                progress(len(self.urls), self.count + len(found))
                following = page.following.url
                url = following if following is not None and _unfollowable(self, following) is None else None
        self.models = self.call.api.with_companions(self.models, found)

    def _add(self, page: Page) -> None:
        self.models += page.models
        self.unreadable += page.unreadable
        self.ids |= {model.id for model in page.models}
        if self.count > MOST_MODELS:
            raise self.call.failed(Reason("list-too-long", most=MOST_MODELS))
        if not self.count and page.said is not None:
            raise self.call.failed(Reason("vendor-said-instead", reason=Reason("list-empty"), said=page.said))

    def result(self, incomplete: Reason | None) -> VendorList:
        """The list. Raises VendorFailed where it is empty, or most of its rows cannot be read."""
        if not self.models:
            if not self.unreadable:
                raise self.call.failed(Reason("list-empty"))
            if all(row.reason.code == "row-without-id" for row in self.unreadable):
                raise self.call.failed(Reason("list-without-ids"))
        if 2 * len(self.unreadable) > self.count:
            reason = self.unreadable[0].reason
            raise self.call.failed(Reason("list-mostly-unreadable", unreadable=len(self.unreadable), count=self.count, reason=reason))
        return _without_shared_day(vendor_list(self.models, self.unreadable, incomplete))


class VendorFetcher:
    """Reads lists page by page. Parsing runs in a worker thread, so that a large list does not block the event loop."""

    def __init__(self, classes: Classes, open_session: OpenSession, clock: Clock) -> None:
        self._classes = classes
        self._open = open_session
        self._clock = clock

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        """The list, row by row: what cannot be read is left out and counted. Raises VendorFailed, KeyRejected, LiveListNotAvailable."""
        unfinished = _UnfinishedList(self._call(provider, key))
        try:
            async with self._session(provider) as session:
                incomplete = await unfinished.read_pages(session, progress)
                await unfinished.read_companions(session, progress)
            return await asyncio.to_thread(unfinished.result, incomplete)
        except VendorFailed as error:
            raise naming_path(error, unfinished.url, unfinished.call.key) from None

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        """Checks a key with the vendor. The verdict is inconclusive if the vendor does not answer. Raises LiveListNotAvailable."""
        unfinished = _UnfinishedList(self._call(provider, key))
        try:
            async with self._session(provider, CHECK_SECONDS) as session:
                verdict, detail = await _verdict(unfinished, session)
        except VendorFailed as error:
            verdict, detail = Verdict.INCONCLUSIVE, naming_path(error, unfinished.url, unfinished.call.key).reason
        return KeyVerdict(verdict, detail, self._clock())

    def _call(self, provider: Provider, key: Secret | None) -> VendorCall:
        try:
            api = self._classes(provider.provider_class)
        except InvalidValue as error:
            raise VendorFailed(provider.slug, error.reason) from None
        base_url = provider.api_base_url or api.fallback_url
        if not base_url:
            raise LiveListNotAvailable(provider.slug)
        return VendorCall(provider, api, api_root(base_url), key, self._clock())

    def _session(self, provider: Provider, most: float = MOST_SECONDS) -> AbstractAsyncContextManager[Session]:
        config = provider.config
        return self._open(provider.slug, min(config.timeout or DEFAULT_SECONDS, most), config.max_retry)


async def _first_answer(unfinished: _UnfinishedList, session: Session) -> Response:
    """The answer at the first URL that holds a list, else that at the first of all; a list may be under `/v1`, although the base URL is not."""
    elsewhere: list[tuple[str, Response]] = []
    for url in unfinished.call.list_urls():
        unfinished.url = url
        answer = await session.get(unfinished.call.request(url))
        if not _is_elsewhere(answer):
            unfinished.urls.append(url)
            return answer
        elsewhere.append((url, answer))
    unfinished.url, answer = elsewhere[0]
    return answer


def _is_elsewhere(answer: Response) -> bool:
    return answer.status in NOT_HERE or (answer.status == 200 and is_web_page(answer.body))


async def _verdict(unfinished: _UnfinishedList, session: Session) -> tuple[Verdict, Reason]:
    call = unfinished.call
    check_url = call.api.check_url(call.base_url)
    if check_url is None:
        answer = await _first_answer(unfinished, session)
    else:
        unfinished.url = check_url
        answer = await session.get(call.request(check_url))
    url = unfinished.url or ""
    refusal = naming_path(call.refused(answer), url, call.key).reason
    if call.rejects_key(answer):
        return Verdict.REJECTED, refusal
    if answer.status != 200:
        return Verdict.INCONCLUSIVE, refusal
    if check_url is not None:
        return (Verdict.VALID, Reason("key-known")) if _is_json(answer.body) else (Verdict.INCONCLUSIVE, Reason("answer-not-json"))
    if not (await _page(call, url, answer, 0)).models:
        return Verdict.INCONCLUSIVE, Reason("list-empty")
    # The list proves the key only if the vendor refuses it without one, which may change at any time.
    without_key = replace(call, key=None)
    anonymous = await session.get(without_key.request(url))
    if anonymous.status in (401, 403) or call.rejects_key(anonymous):
        return Verdict.VALID, Reason("key-opens-list")
    return Verdict.INCONCLUSIVE, Reason("list-open-to-all")


async def _page(call: VendorCall, url: str, answer: Response, before: int) -> Page:
    """The page in an answer; parsing runs in a worker thread. Raises VendorFailed, KeyRejected."""
    if answer.status != 200:
        raise call.refused(answer)
    try:
        return await asyncio.to_thread(read_page, call.api, url, answer, call.key, before)
    except PageRefused as error:
        raise call.refused_page(answer, error) from None


def _cut(page: Page, count: int) -> Reason | None:
    """Why a list without a next page is not the whole one."""
    if page.following.total is not None and page.following.total > count:
        return Reason("list-cut", total=page.following.total, count=count)
    return Reason("list-goes-on") if page.following.says_more else None


def _unfollowable(unfinished: _UnfinishedList, next_url: str) -> Reason | None:
    """Why the next page is not asked for."""
    try:
        url = http_url(next_url)
    except InvalidValue as error:
        return Reason("next-page-unusable", reason=error.reason.with_texts(lambda text: one_line(text, unfinished.call.key)))
    if origin_of(url) != origin_of(unfinished.call.base_url):
        return Reason("next-page-elsewhere")
    if url in unfinished.urls:
        return Reason("pages-in-circles")
    return Reason("pages-too-many", most=MOST_PAGES) if len(unfinished.urls) >= MOST_PAGES else None


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(read_json(body).root, dict)
    except JsonBroken:
        return False


def _without_shared_day(listed: VendorList) -> VendorList:
    """The list without a creation date that all models share: several vendors send the response's time, or a made-up one."""
    days = {model.created_on for model in listed.models}
    if len(days) > 1 or None in days or len(listed.models) < FEWEST_OF_ONE_DAY:
        return listed
    return evolve(listed, models=tuple(evolve(model, created_on=None) for model in listed.models))
