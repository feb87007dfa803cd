"""Refreshing the metadata: from its address, or from a file that a person names."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from modeldesk.domain.errors import InvalidValue, ModeldeskError
from modeldesk.domain.model.catalogue.metadata_layers import REFRESH_METADATA_EVERY, LayerStatus, require_not_shrunken
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.metadata import MetadataDraft, MetadataLayers, MetadataSource
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork

LOGGER = logging.getLogger(__name__)
RETRY_AFTER_FAILURE = timedelta(hours=1)


class MetadataRefresh:
    """Keeps the newest good catalogue. A broken, empty or shrunken one changes nothing.

    A new one raises the generation of the catalogue, so that answers and event streams follow at once.
    """

    def __init__(self, layers: MetadataLayers, source: MetadataSource, unit_of_work: OpenUnitOfWork, clock: Clock) -> None:
        self._layers = layers
        self._source = source
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._not_before = clock()

    def status(self) -> Sequence[LayerStatus]:
        """The layers, the most trusted first."""
        return self._layers.status()

    async def from_file(self, data: bytes, name: str) -> None:
        """Lays a file over what is there, vendor by vendor; it may be small. Raises InvalidValue, StorageBusy, StorageUnavailable."""
        is_published = False
        while not is_published:  # what it is laid over may change meanwhile
            async with self._layers.overlay(data, name, self._clock()) as draft:
                is_published = await self._publish(draft)

    async def from_address(self) -> bool:
        """Reads the catalogue at the address; False where it has not changed.

        Raises InvalidValue where there is no address, or the document is broken, empty or shrunken; VendorFailed, StorageBusy,
        StorageUnavailable.
        """
        if not (url := self._source.url):
            raise InvalidValue("metadata-address-off")
        fetched = await self._source.fetch(self._layers.validators(url))
        if fetched.data is None:
            async with self._layers.confirmation(self._clock()) as confirmed:
                if confirmed is not None and confirmed.is_current():
                    confirmed.publish()
            return False
        is_published = False
        while not is_published:
            async with self._layers.replacement(fetched.data, url, fetched.validators, self._clock()) as draft:
                require_not_shrunken(self._layers.status()[0].vendors, draft.vendors)
                is_published = await self._publish(draft)
        return True

    async def _publish(self, draft: MetadataDraft) -> bool:
        """The generation rises after the catalogue was published: whoever sees the new number reads the new one.

        False where another one was published meanwhile.
        """
        async with self._unit_of_work() as work:
            if not draft.is_current():
                return False
            draft.publish()
            work.metadata_changed()
            await work.commit()
        return True

    async def run_due(self) -> None:
        """Refreshes a catalogue that is a day old; after a failure it waits an hour. A failure is logged and changes nothing."""
        now, read_at = self._clock(), self._layers.fetched_at(self._source.url)
        is_fresh = read_at is not None and now - read_at < REFRESH_METADATA_EVERY
        if not self._source.url or is_fresh or now < self._not_before:
            return
        self._not_before = now + RETRY_AFTER_FAILURE
        try:
            await self.from_address()
        except ModeldeskError as error:
            LOGGER.warning("the metadata was not refreshed: %s", error)
