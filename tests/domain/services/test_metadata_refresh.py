"""Refreshing the metadata: daily, from a file, and never for the worse."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from attrs import define, field

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.metadata.kept_file import KeptFile
from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.errors import InvalidValue, Reason, VendorFailed
from modeldesk.domain.model.catalogue.metadata_layers import FetchedCatalogue, Validators, require_not_shrunken
from modeldesk.domain.ports.metadata import MetadataDraft
from modeldesk.domain.services.metadata_refresh import MetadataRefresh
from tests.support.manual_clock import NOON, ManualClock

SHIPPED_VENDORS = 132


def catalogue(count: int) -> bytes:
    return json.dumps({f"v-{number}": {"models": {"m": {"name": "M"}}} for number in range(count)}).encode()


@define
class Address:
    """Answers with a document, or fails; counts how often it is asked."""

    document: bytes | None = field(factory=lambda: catalogue(SHIPPED_VENDORS))
    url: str = "https://example.org/api.json"
    asked: list[Validators] = field(factory=list)

    async def fetch(self, validators: Validators) -> FetchedCatalogue:
        self.asked.append(validators)
        if self.document is None:
            raise VendorFailed("models.dev", Reason("vendor-status", status=503))
        if validators.etag == '"1"':
            return FetchedCatalogue(None)
        return FetchedCatalogue(self.document, Validators('"1"'))


@define
class Bench:
    layers: LayeredMetadata
    address: Address
    clock: ManualClock
    store: InMemoryStore
    refresh: MetadataRefresh

    @property
    def number(self) -> int:
        return self.store.contents.generation.catalogue


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    layers, address, clock, store = LayeredMetadata(shipped_classes(), KeptFile(tmp_path)), Address(), ManualClock(), InMemoryStore()
    return Bench(layers, address, clock, store, MetadataRefresh(layers, address, store.unit_of_work, clock))


async def test_a_new_catalogue_is_kept_and_an_unchanged_one_confirmed(bench: Bench) -> None:
    """The second request asks for changes only, and moves the date. The generation rises with the first alone."""
    assert await bench.refresh.from_address()
    assert bench.number == 1
    bench.clock.forward(timedelta(days=2))
    assert not await bench.refresh.from_address()
    assert bench.number == 1
    assert [asked.etag for asked in bench.address.asked] == ["", '"1"']
    assert bench.refresh.status()[0].observed_at == NOON + timedelta(days=2)


@pytest.mark.parametrize("document", [b"", b"<html>", b"{}", b"[]", catalogue(SHIPPED_VENDORS // 2 - 1)])
async def test_a_broken_empty_or_shrunken_catalogue_changes_nothing(bench: Bench, document: bytes) -> None:
    """Half of the vendors is enough, less is not."""
    before = bench.refresh.status()
    bench.address.document = document
    with pytest.raises(InvalidValue):
        await bench.refresh.from_address()
    assert (bench.refresh.status(), bench.number) == (before, 0)


def test_half_of_the_vendors_is_enough() -> None:
    """The limit itself."""
    require_not_shrunken(10, 5)
    with pytest.raises(InvalidValue, match="metadata-shrunken"):
        require_not_shrunken(10, 4)


async def test_a_file_that_a_person_names_may_be_small(bench: Bench) -> None:
    """It is laid over what is there; a broken one changes nothing."""
    await bench.refresh.from_file(catalogue(1), "mine.json")
    status = bench.refresh.status()[0]
    assert (status.vendors, status.origin, bench.number) == (SHIPPED_VENDORS + 1, "mine.json", 1)
    with pytest.raises(InvalidValue, match="metadata-unreadable"):
        await bench.refresh.from_file(b"{", "broken.json")
    assert bench.refresh.status()[0] == status


async def test_writers_go_on_while_a_catalogue_is_packed(bench: Bench) -> None:
    """Neither the event loop nor the lock of the writers waits for it."""
    refreshing = asyncio.create_task(bench.refresh.from_file(catalogue(1), "mine.json"))
    written = 0
    while not refreshing.done():
        async with bench.store.unit_of_work() as work:
            await work.commit()
        await asyncio.sleep(0)
        written += 1
    await refreshing
    assert written > 10


async def test_two_files_at_once_are_both_laid_over(bench: Bench) -> None:
    """The second one over the first, whichever that is."""
    documents = [json.dumps({name: {"models": {"m": {"name": "M"}}}}).encode() for name in ("mine", "yours", "theirs")]
    await asyncio.gather(*(bench.refresh.from_file(document, "a.json") for document in documents))
    assert (bench.refresh.status()[0].vendors, bench.number) == (SHIPPED_VENDORS + 3, 3)


class ChangedMeanwhile(LayeredMetadata):
    """Somebody lays a file over the catalogue while it is being confirmed."""

    @asynccontextmanager
    async def confirmation(self, at: datetime) -> AsyncIterator[MetadataDraft | None]:
        async with super().confirmation(at) as draft:
            async with self.overlay(catalogue(1), "mine.json", at) as other:
                other.publish()
            yield draft


async def test_a_confirmation_replaces_no_later_catalogue(tmp_path: Path) -> None:
    """What it confirms is no longer kept."""
    layers, address, store = ChangedMeanwhile(shipped_classes(), KeptFile(tmp_path)), Address(), InMemoryStore()
    refresh = MetadataRefresh(layers, address, store.unit_of_work, ManualClock())
    assert await refresh.from_address()
    assert not await refresh.from_address()
    assert refresh.status()[0].origin == "mine.json"


async def test_a_server_refreshes_once_a_day(bench: Bench) -> None:
    """And after a failure an hour later, without an error."""
    bench.address.document = None
    for _ in range(3):
        await bench.refresh.run_due()
    assert len(bench.address.asked) == 1
    bench.address.document = catalogue(SHIPPED_VENDORS)
    bench.clock.forward(timedelta(hours=1))
    await bench.refresh.run_due()
    for hours in (2, 21):
        bench.clock.forward(timedelta(hours=hours))
        await bench.refresh.run_due()
    assert len(bench.address.asked) == 2
    bench.clock.forward(timedelta(hours=1))
    await bench.refresh.run_due()
    assert len(bench.address.asked) == 3


async def test_an_address_that_is_off_is_never_asked(bench: Bench) -> None:
    """By a person, that is a refusal."""
    bench.address.url = ""
    await bench.refresh.run_due()
    with pytest.raises(InvalidValue, match="metadata-address-off"):
        await bench.refresh.from_address()
    assert bench.address.asked == []
