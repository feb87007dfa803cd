"""The layers over a kept catalogue: what a refresh keeps, and what a damaged file does."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modeldesk.adapters.metadata.kept_file import NAME, KeptFile
from modeldesk.adapters.metadata.layers import SHIPPED, LayeredMetadata
from modeldesk.adapters.metadata.models_dev import ModelsDevCatalogue
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.model.catalogue.metadata_layers import Validators
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import SingleLineText, Slug

NOW = datetime(2026, 11, 28, tzinfo=UTC)
NEW = b'{"acme": {"models": {"m": {"name": "New"}}}}'
OPENAI = Provider(Slug("openai"), SingleLineText("o"), SingleLineText("o"))
NEBIUS = Provider(Slug("nebius"), SingleLineText("n"), SingleLineText("n"))
ACME = Provider(Slug("acme"), SingleLineText("a"), SingleLineText("a"))


def layers(home: Path) -> LayeredMetadata:
    return LayeredMetadata(shipped_classes(), KeptFile(home))


async def keep(found: LayeredMetadata, origin: str, validators: Validators | None = None) -> None:
    async with found.replacement(NEW, origin, validators or Validators(), NOW) as draft:
        draft.publish()


async def test_a_kept_catalogue_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    """In every process at once, with its origin and date."""
    here, there = layers(tmp_path), layers(tmp_path)
    before = await there.facts(OPENAI)
    assert "gpt-4.1" in before
    await keep(here, "https://example.org/api.json", Validators('"1"'))
    assert (await there.facts(ACME))["m"].name == "New"
    assert await there.facts(OPENAI) != before
    status = there.status()[0]
    assert (status.origin, status.observed_at, status.vendors, status.is_kept) == ("https://example.org/api.json", NOW, 1, True)
    assert there.validators("https://example.org/api.json") == Validators('"1"')
    assert there.validators("https://elsewhere.example") == Validators()


async def test_a_file_is_laid_over_vendor_by_vendor(tmp_path: Path) -> None:
    """What it does not name stays."""
    found = layers(tmp_path)
    async with found.overlay(NEW, "mine.json", NOW) as draft:
        draft.publish()
        assert draft.vendors == found.status()[0].vendors
    assert (await found.facts(ACME))["m"].name == "New"
    assert "gpt-4.1" in await found.facts(OPENAI)


async def test_a_damaged_file_is_as_none(tmp_path: Path) -> None:
    """The shipped catalogue serves, whatever stands in the file."""
    for damaged in (b"", b"{}", b"\x1f\x8b broken"):
        (tmp_path / NAME).write_bytes(damaged)
        found = layers(tmp_path)
        assert "gpt-4.1" in await found.facts(OPENAI)
        assert found.status()[0].origin == SHIPPED


async def test_facts_stay_equal_until_the_catalogue_changes(tmp_path: Path) -> None:
    """So that a built catalogue is kept as long."""
    found = layers(tmp_path)
    assert await found.facts(OPENAI) == await found.facts(OPENAI)


async def test_what_was_loaded_before_a_fork_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The facts about every vendor that ships, and about providers that the sources know; a catalogue that is kept later counts all the same."""
    found = layers(tmp_path)
    found.preload(["nebius", "nobody-knows"])
    with monkeypatch.context() as patch:
        patch.setattr(ModelsDevCatalogue, "models", None)
        assert "gpt-4.1" in await found.facts(OPENAI)
        assert await found.facts(NEBIUS)
    await keep(layers(tmp_path), "https://example.org/api.json")
    assert (await found.facts(ACME))["m"].name == "New"


async def test_few_models_are_read_before_one_is_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of each vendor tells that the source knows it; the catalogue has hundreds more."""
    read, decoded = ModelsDevCatalogue._facts, list[str]()

    def counting(catalogue: ModelsDevCatalogue, vendor: str, *row: Any) -> Any:
        decoded.append(vendor)
        return read(catalogue, vendor, *row)

    monkeypatch.setattr(ModelsDevCatalogue, "_facts", counting)
    found = layers(tmp_path)
    found.preload()
    for _ in range(2):
        assert await found.facts(OPENAI)
    assert len(decoded) == len(set(decoded))


async def test_nothing_but_the_file_is_left(tmp_path: Path) -> None:
    """Written as a whole, readable by its user alone, and not at all where it is not published."""
    found = layers(tmp_path / "home")
    async with found.replacement(NEW, "a", Validators(), NOW) as draft:
        assert draft.vendors == 1
    assert not list((tmp_path / "home").iterdir())
    await keep(found, "a")
    assert [path.name for path in (tmp_path / "home").iterdir()] == [NAME]
    assert (tmp_path / "home" / NAME).stat().st_mode & 0o777 == 0o600


async def test_a_draft_knows_of_another_one_that_was_faster(tmp_path: Path) -> None:
    """In this process or in another one; the date alone is another draft, too."""
    here, there = layers(tmp_path), layers(tmp_path)
    async with here.overlay(NEW, "mine.json", NOW) as draft:
        assert draft.is_current()
        await keep(there, "https://example.org/api.json")
        assert not draft.is_current()
    async with here.confirmation(NOW) as confirmed:
        assert confirmed is not None
        assert confirmed.is_current()
        await keep(there, "https://example.org/api.json")
        assert not confirmed.is_current()


async def test_nothing_that_is_kept_cannot_be_confirmed(tmp_path: Path) -> None:
    """The shipped catalogue has no origin."""
    async with layers(tmp_path).confirmation(NOW) as confirmed:
        assert confirmed is None
    assert not list(tmp_path.iterdir())


async def test_a_cancelled_draft_leaves_nothing(tmp_path: Path) -> None:
    """Though its thread goes on to its end."""
    found, home = layers(tmp_path), tmp_path

    async def drafting() -> None:
        async with found.overlay(NEW, "mine.json", NOW):
            raise AssertionError("cancelled before")

    task = asyncio.create_task(drafting())
    while not list(home.iterdir()):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while list(home.iterdir()):
        await asyncio.sleep(0)
