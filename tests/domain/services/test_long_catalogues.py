"""The catalogue of a long list is built with breaks, and concurrent requests share one build."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve

from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts, Source
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.providers.declared_model import DeclaredModel, declared_models
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.steps import A_STEP
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, ModelPattern, SingleLineText, Slug
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.list_request import ServedList
from tests.support.manual_clock import NOON
from tests.support.samples import LIVE, Desk, FakeMetadata, lists, live_provider, provider, slot
from tests.support.whole_catalogues import live_catalogue

MANY = 5 * A_STEP + 7
VENDOR = live_provider()
CHAT = CapabilityName("chat")


class Counted(Mapping[str, ModelFacts]):
    """Facts that count how many models were looked up."""

    def __init__(self, name: str) -> None:
        self.fact = ModelFacts(name=name)
        self.asked = 0

    def __getitem__(self, model: str) -> ModelFacts:
        self.asked += 1
        return self.fact

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Counted) and other.fact == self.fact


Known = dict[str, Mapping[str, ModelFacts]]


@pytest.fixture
def known() -> Known:
    """What metadata knows of each provider, which a test may change."""
    return {}


@pytest.fixture
def catalogues(desk: Desk, known: Known) -> CatalogueCache:
    return CatalogueCache(FakeMetadata(known), desk.lists, desk.coalescing)


def served(count: int = MANY, revision: int = 1) -> ServedList:
    models = tuple(VendorModel(ModelId(f"model-{number}")) for number in range(count))
    return ServedList(ListState(Slug("vendor"), "d" * 64, revision), VendorList(models), Source.CACHE, NOON)


async def build(catalogues: CatalogueCache, listed: ServedList, provider: Provider = VENDOR) -> Catalogue:
    return await catalogues.live(provider, slot("vendor"), listed)


async def test_others_have_their_turn_after_every_step(catalogues: CatalogueCache, known: Known) -> None:
    """However long the list is, at most one step runs between two turns of another task."""
    known["vendor"] = facts = Counted("A")
    building, seen = asyncio.create_task(build(catalogues, served())), [0]
    while not building.done():
        await asyncio.sleep(0)
        seen.append(facts.asked)
    assert facts.asked == MANY
    assert max(after - before for before, after in pairwise(seen)) == A_STEP


async def turns_during(work: Coroutine[Any, Any, Catalogue]) -> tuple[Catalogue, int]:
    """The catalogue, and how often another task had its turn until it was built."""
    building, turns = asyncio.create_task(work), 0
    while not building.done():
        await asyncio.sleep(0)
        turns += 1
    return await building, turns


async def test_others_have_their_turn_while_a_declaration_changes_the_list(catalogues: CatalogueCache, known: Known) -> None:
    """While the vendor's list is read, its models are joined, those that only the declaration has follow, and patterns leave models out."""
    known["vendor"] = Counted("A")
    own = declared_models([DeclaredModel(ModelId(f"own-{number}"), SingleLineText("Own")) for number in range(MANY)])
    declared = evolve(LIVE, models=own, exclude=(ModelPattern("*-7"),))
    built, turns = await turns_during(build(catalogues, served(), live_provider(capabilities={CHAT: declared})))
    assert (len(built.models), built.models[-1].name) == (2 * MANY - 2, "Own")
    assert turns >= 6 * (MANY // A_STEP)


async def test_others_have_their_turn_while_a_declared_list_is_built(catalogues: CatalogueCache, known: Known) -> None:
    """Its models are completed from metadata, and patterns leave some out; concurrent requests share the result."""
    known["acme"] = facts = Counted("A")
    long = evolve(lists(*(f"model-{number}" for number in range(MANY))), exclude=(ModelPattern("*-7"),))
    acme = provider(capabilities={CHAT: long})
    built, turns = await turns_during(catalogues.declared(acme, slot()))
    assert (len(built.models), facts.asked) == (MANY - 1, MANY)
    assert turns >= 2 * (MANY // A_STEP)
    assert await catalogues.declared(acme, slot()) is built
    known["acme"] = other = Counted("B")
    first, second = await asyncio.gather(*(catalogues.declared(acme, slot()) for _ in range(2)))
    assert (first is second, first.models[0].name, other.asked) == (True, "B", MANY)


async def test_steps_build_what_one_step_builds(catalogues: CatalogueCache, known: Known) -> None:
    """Every model once, in the order of the list."""
    known["vendor"] = facts = Counted("A")
    listed = served()
    assert await build(catalogues, listed) == live_catalogue(CHAT, listed.models, facts, NOON)


async def test_whoever_asks_meanwhile_shares_it(catalogues: CatalogueCache, known: Known) -> None:
    """Concurrent requests share one build; later requests use its result."""
    known["vendor"] = facts = Counted("A")
    listed = served()
    built = await asyncio.gather(*(build(catalogues, listed) for _ in range(5)))
    assert all(one is built[0] for one in (*built, await build(catalogues, listed)))
    assert facts.asked == MANY


async def test_whoever_asks_for_something_else_does_not_share_it(catalogues: CatalogueCache, known: Known) -> None:
    """Concurrent builds of another list, of the same list fetched at another time, and of two declarations that narrow it are not shared."""
    known["vendor"] = Counted("A")
    listed, other, later = served(), served(MANY - 1), evolve(served(), read_at=NOON + timedelta(days=1))
    later = evolve(later, models=listed.models)
    narrow = [live_provider(capabilities={CHAT: evolve(LIVE, include=(ModelPattern(f"model-{number}"),))}) for number in (1, 2)]
    asked = [(listed, VENDOR), (other, VENDOR), (later, VENDOR), *((listed, provider) for provider in narrow)]
    built = await asyncio.gather(*(build(catalogues, one, provider) for one, provider in asked))
    assert [len(catalogue.models) for catalogue in built] == [MANY, MANY - 1, MANY, 1, 1]
    assert [catalogue.fetched_at for catalogue in built[:3]] == [NOON, NOON, NOON + timedelta(days=1)]
    assert [catalogue.models[0].id for catalogue in built[3:]] == ["model-1", "model-2"]


async def begun(catalogues: CatalogueCache, known: Known, facts: Counted, listed: ServedList) -> "asyncio.Task[Catalogue]":
    """A build between its first and its last step."""
    known["vendor"] = facts
    task = asyncio.create_task(build(catalogues, listed))
    while not facts.asked:
        await asyncio.sleep(0)
    return task


async def test_a_catalogue_of_older_facts_is_not_kept(catalogues: CatalogueCache, known: Known) -> None:
    """Facts that change during a build: a request with the new facts gets them, and so do all later requests."""
    task = await begun(catalogues, known, Counted("Old"), listed := served())
    known["vendor"] = Counted("New")
    await catalogues.declared(VENDOR, slot("vendor"))
    meanwhile = asyncio.create_task(build(catalogues, listed))
    assert (await task).models[0].name == "Old"
    later = await build(catalogues, listed)
    assert {(await meanwhile).models[0].name, later.models[0].name} == {"New"}


async def test_an_older_list_does_not_replace_a_newer_one(catalogues: CatalogueCache, known: Known) -> None:
    """The build began before the newer one, and ends after it."""
    facts = Counted("A")
    task = await begun(catalogues, known, facts, served(revision=1))
    newer = served(A_STEP, revision=2)
    built = await build(catalogues, newer)
    await task
    done = facts.asked
    assert await build(catalogues, newer) is built
    assert facts.asked == done


async def test_equal_facts_are_the_same_facts(catalogues: CatalogueCache, known: Known) -> None:
    """Even if metadata returns equal facts as new objects, as for an unknown provider, concurrent requests share one build."""
    task = await begun(catalogues, known, Counted("A"), listed := served())
    known["vendor"] = equal = Counted("A")
    assert await build(catalogues, listed) is await task
    assert equal.asked == 0
