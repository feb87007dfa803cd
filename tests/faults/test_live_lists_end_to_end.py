"""Live lists on a whole desk: the container as it ships, an embedded database, the outbound client, and vendors on loopback."""

import asyncio
from pathlib import Path

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.domain.errors import VendorFailed
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.query import CatalogueQuery
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.lifecycle import closing
from modeldesk.entrypoints.settings import load_settings
from tests.support.actors import by
from tests.support.hostile_server import answer, question, says
from tests.support.live_container import CHAT, GOOD, ONE_TRY, Changing, browsed, desk_with, good_after
from tests.support.outbound_vendor import trusting_nobody

EVERYTHING = CatalogueQuery()

BAD_TEXTS = {
    "a web page": b"<!doctype html><title>Sign in</title>",
    "NaN": b'{"data": [{"id": "one", "context_length": NaN}]}',
    "a key twice": b'{"data": [{"id": "one", "id": "two"}]}',
    "nested deeply": b'{"data": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "cut off": GOOD[:-9],
    "a long id": b'{"data": [{"id": "' + b"x" * 1_000_000 + b'"}]}',
    "too many models": b'{"data": [' + b",".join(b'{"id": "m%d"}' % number for number in range(100_000)) + b"]}",
    "no list": b'{"ok": true}',
    "an empty list": b'{"data": []}',
    "entries without ids": b'{"data": [{}, {"id": null}, 5]}',
    "next at another origin": b'{"data": [{"id": "one"}], "links": {"next": "http://169.254.169.254/latest/meta-data"}}',
    "another encoding": GOOD.decode().encode("utf-16"),
}


def ids(listing: SlotCatalogue) -> list[str]:
    return [model.id for model in listing.page(EVERYTHING).models]


@pytest.mark.parametrize("text", BAD_TEXTS)
async def test_no_answer_takes_the_place_of_a_good_list(text: str, tmp_path: Path) -> None:
    """The last good list is shown as stale, one line says what happened, and the next good answer is taken again."""
    vendor = Changing(says(answer(GOOD)))
    async with desk_with(vendor, tmp_path) as container:
        assert (await browsed(container)).source is Source.LIVE
        vendor.behave = says(answer(BAD_TEXTS[text]))
        after = await browsed(container, RefreshMode.FORCE)
        assert ids(after) == ["one", "two", "three"]
        assert after.state is not None
        assert after.state.failure is not None
        assert "\n" not in str(after.state.failure.reason)
        warnings = (await container.dashboard().overview()).warnings
        assert [warning.code for warning in warnings] == ["list-failed"]
        assert warnings[0].facts["reason"] == after.state.failure.reason
        vendor.behave = says(answer(GOOD))
        assert (await browsed(container, RefreshMode.FORCE)).source is Source.LIVE
        assert (await container.dashboard().overview()).warnings == []


async def test_a_cold_list_is_asked_for_once_however_many_ask(tmp_path: Path) -> None:
    """A thousand who come while the vendor thinks are answered by its one answer."""
    vendor = Changing(good_after(0.2))
    async with desk_with(vendor, tmp_path) as container:
        everybody = await asyncio.gather(*(browsed(container) for _ in range(1_000)))
        assert {tuple(ids(listing)) for listing in everybody} == {("one", "two", "three")}
        assert vendor.questions == 1


async def test_a_slow_vendor_holds_nobody_up_who_has_a_list(tmp_path: Path) -> None:
    """While it thinks, browsing answers from the old list and choosing goes on; when it is done, its new list is there."""
    vendor = Changing(says(answer(GOOD)))
    async with desk_with(vendor, tmp_path) as container:
        await browsed(container)
        thinking, done = asyncio.Event(), asyncio.Event()

        async def thinks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await question(reader)
            thinking.set()
            await done.wait()
            writer.write(answer(b'{"data": [{"id": "four"}, {"id": "five"}]}'))
            await writer.drain()

        vendor.behave = thinks
        refreshing = asyncio.create_task(browsed(container, RefreshMode.FORCE))
        await thinking.wait()
        for model in ("one", "two"):
            assert ids(await browsed(container)) == ["one", "two", "three"]
            selected = await container.selection().select(SelectModel(CHAT, ModelId(model)), by("ann"))
            assert (selected.current.is_active, selected.current.in_catalogue) == (True, True)
        assert not refreshing.done()
        done.set()
        assert ids(await refreshing) == ["four", "five"]


async def test_a_list_outlives_the_process(tmp_path: Path) -> None:
    """The next process shows the last good list of a vendor that is down, and says so."""
    vendor = Changing(says(answer(GOOD)))
    async with desk_with(vendor, tmp_path) as container:
        address = (await container.store().current()).provider(CHAT.provider).api_base_url
        await browsed(container)
    again = Container(settings=injection.Object(load_settings({}, tmp_path)))
    again.outbound.override(injection.Singleton(OutboundClient, allowed_hosts(address.split("/")[2]), ONE_TRY, tls=trusting_nobody()))
    async with closing(again.opened()):
        listing = await browsed(again, RefreshMode.FORCE)
        assert ids(listing) == ["one", "two", "three"]
        assert listing.state is not None
        assert listing.state.failure is not None
        assert "connection refused" in str(listing.state.failure.reason)
        await again.outbound().close()


async def test_without_any_list_the_reason_is_the_answer(tmp_path: Path) -> None:
    """Nothing is made up where nothing was ever read."""
    vendor = Changing(says(answer(b"<html>")))
    async with desk_with(vendor, tmp_path) as container:
        for _ in range(2):
            with pytest.raises(VendorFailed, match="answer-is-web-page"):
                await browsed(container)
        assert vendor.questions == 1, "it is left alone for a while"
