"""Metadata in layers: models.dev, then genai-prices. The declaration and the vendor's own list come before both."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from modeldesk.adapters.metadata.genai_prices import SOURCE as PRICES_SOURCE
from modeldesk.adapters.metadata.genai_prices import VENDOR_NAMES, GenaiPrices
from modeldesk.adapters.metadata.kept_file import KeptCatalogue, KeptFile
from modeldesk.adapters.metadata.models_dev import MetadataUnreadable, ModelsDevCatalogue, shipped_catalogue
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE, ModelFacts
from modeldesk.domain.model.catalogue.metadata_join import JoinedFacts, Layer
from modeldesk.domain.model.catalogue.metadata_layers import LayerStatus, Validators
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.ports.metadata import MetadataDraft

LOGGER = logging.getLogger(__name__)
D = TypeVar("D", bound="Draft | None")
SHIPPED = "shipped"
NOTHING: Mapping[str, ModelFacts] = MappingProxyType({})
"""The same object each time, as the facts of a vendor are: who keeps something of them compares objects."""

VENDOR_ALIASES = {"together": "togetherai", "fireworks": "fireworks-ai"}
"""Names of vendors at models.dev that differ from those in the shipped declaration."""


class Draft(Struct, frozen=True):
    """`part` is where it was written; `base` is the stamp of what was kept when it was begun."""

    vendors: int
    file: KeptFile | None
    part: Path | None
    base: Hashable

    def is_current(self) -> bool:
        return self.file is None or self.file.stamp() == self.base

    def publish(self) -> None:
        if self.file is not None and self.part is not None:
            self.file.publish(self.part)

    def discard(self) -> None:
        """Does nothing once it is published."""
        if self.part is not None:
            self.part.unlink(missing_ok=True)


class LayeredMetadata:
    """Facts by provider, from the kept catalogue, else from the shipped one. The first call reads it."""

    def __init__(
        self,
        classes: ProviderClasses,
        kept: KeptFile | None = None,
        shipped: Callable[[], ModelsDevCatalogue] = shipped_catalogue,
        prices: Callable[[], GenaiPrices] = GenaiPrices,
    ) -> None:
        self._vendor_of_class = {provider_class.name: provider_class.slug for provider_class in classes.classes}
        self._file = kept
        self._shipped, self._shipped_prices = shipped, prices
        self._catalogue: ModelsDevCatalogue | None = None
        self._prices: GenaiPrices | None = None
        self._facts: dict[str, Mapping[str, ModelFacts]] = {}
        self._stamp: object = None
        self._kept: KeptCatalogue | None = None

    def preload(self, slugs: Collection[str] = ()) -> None:
        """Finds what is known of these providers and of the vendors of all shipped classes now, for all processes that part from this one."""
        catalogue, prices = self._current(), self._genai()
        known = catalogue.vendors | prices.vendors
        found = [slug for slug in slugs if {VENDOR_ALIASES.get(slug, slug), VENDOR_NAMES.get(slug, slug)} & known]
        for vendor in filter(None, (*self._vendor_of_class.values(), *found)):
            self._of_vendor(vendor)

    def stamp(self) -> Hashable:
        return self._file.stamp() if self._file is not None else None

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        """The facts for the provider's slug, else for the vendor of its class: a second OpenAI account has OpenAI's models."""
        for vendor in (provider.slug, self._vendor_of_class.get(provider.provider_class)):
            if vendor and (facts := self._of_vendor(vendor)):
                return facts
        return NOTHING

    def status(self) -> Sequence[LayerStatus]:
        catalogue, prices = self._current(), self._genai()
        origin = self._kept.origin if self._kept is not None else SHIPPED
        is_kept = self._kept is not None
        return (
            LayerStatus(METADATA_SOURCE, origin, catalogue.observed_at, len(catalogue.vendors), catalogue.size, is_kept),
            LayerStatus(PRICES_SOURCE, SHIPPED, prices.observed_at, len(prices.vendors), prices.size),
        )

    def fetched_at(self, origin: str) -> datetime | None:
        self._current()
        return self._kept.fetched_at if self._kept is not None and self._kept.origin == origin else None

    def validators(self, origin: str) -> Validators:
        self._current()
        return self._kept.validators if self._kept is not None and self._kept.origin == origin else Validators()

    @asynccontextmanager
    async def replacement(self, data: bytes, origin: str, validators: Validators, at: datetime) -> AsyncIterator[MetadataDraft]:
        def prepared() -> Draft:
            return self._drafted(base, KeptCatalogue(origin, at, validators, data), len(_read(data, at).vendors))

        base = self.stamp()
        async with _in_thread(prepared) as draft:
            yield draft

    @asynccontextmanager
    async def overlay(self, data: bytes, origin: str, at: datetime) -> AsyncIterator[MetadataDraft]:
        def prepared() -> Draft:
            laid_over = current.with_vendors(other := _read(data, at))
            return self._drafted(base, KeptCatalogue(origin, at, Validators(), laid_over), len(current.vendors | other.vendors))

        base, current = self.stamp(), self._current()
        async with _in_thread(prepared) as draft:
            yield draft

    @asynccontextmanager
    async def confirmation(self, at: datetime) -> AsyncIterator[MetadataDraft | None]:
        def prepared() -> Draft | None:
            kept = self._file.read() if self._file is not None else None
            return self._drafted(base, replace(kept, fetched_at=at), vendors) if kept is not None else None

        base, vendors = self.stamp(), len(self._current().vendors)
        if self._kept is None:  # a damaged file is not confirmed
            yield None
            return
        async with _in_thread(prepared) as draft:
            yield draft

    def _drafted(self, base: Hashable, kept: KeptCatalogue, vendors: int) -> "Draft":
        return Draft(vendors, self._file, self._file.prepare(kept) if self._file is not None else None, base)

    def _of_vendor(self, vendor: str) -> Mapping[str, ModelFacts]:
        catalogue = self._current()
        if vendor not in self._facts:
            layers = [Layer(METADATA_SOURCE, catalogue.models(VENDOR_ALIASES.get(vendor, vendor))), self._genai().layer(vendor)]
            self._facts[vendor] = JoinedFacts([layer for layer in layers if layer.models])
        return self._facts[vendor]

    def _genai(self) -> GenaiPrices:
        self._prices = self._prices or self._shipped_prices()
        return self._prices

    def _current(self) -> ModelsDevCatalogue:
        """The catalogue as of now: another process may have kept a new one."""
        stamp = self.stamp()
        if self._catalogue is None or stamp != self._stamp:
            self._stamp, self._facts = stamp, {}
            self._catalogue = self._from_file() or self._shipped()
        return self._catalogue

    def _from_file(self) -> ModelsDevCatalogue | None:
        self._kept = kept = self._file.read() if self._file is not None else None
        if kept is None:
            return None
        try:
            catalogue = ModelsDevCatalogue.read(kept.data, kept.fetched_at)
        except MetadataUnreadable as error:
            LOGGER.warning("the kept metadata cannot be read, so the shipped one is used: %s", error)
            self._kept = None
            return None
        self._kept = KeptCatalogue(kept.origin, kept.fetched_at, kept.validators, b"")  # the content takes memory, and is kept compressed
        return catalogue


@asynccontextmanager
async def _in_thread(prepared: Callable[[], D]) -> AsyncIterator[D]:
    """The draft, made beside the event loop: packing a catalogue takes a tenth of a second, and writing it to the disk longer."""
    making = asyncio.ensure_future(asyncio.to_thread(prepared))
    try:
        yield await asyncio.shield(making)
    finally:
        if making.done():
            _discard(making)
        else:  # the caller was cancelled, and a thread cannot be
            making.add_done_callback(_discard)


def _discard(done: "asyncio.Future[D]") -> None:
    if not done.cancelled() and done.exception() is None and (draft := done.result()) is not None:
        draft.discard()


def _read(data: bytes, at: datetime | None) -> ModelsDevCatalogue:
    try:
        return ModelsDevCatalogue.read(data, at)
    except MetadataUnreadable:
        raise InvalidValue("metadata-unreadable") from None
