"""Browsing a list: whose values count, what cannot be browsed, and the kept lists."""

from typing import Any

import pytest
from attrs import evolve

from modeldesk.domain.errors import (
    CapabilityNotOffered,
    LiveListNotAvailable,
    ModeldeskError,
    NotAllowed,
    ProviderInactive,
    ProviderNotFound,
    Reason,
)
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.catalogue.catalogue import Catalogue, CatalogueModel, ModelFacts, Source, declared_model, find_entry
from modeldesk.domain.model.catalogue.query import CatalogueQuery
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, SingleLineText, Slug
from tests.support.actors import by
from tests.support.samples import (
    FACTS,
    LIVE,
    NIMA,
    NOT_SUPPORTED,
    SARA,
    Desk,
    chat,
    lists,
    live_provider,
    price,
    provider,
    select_model,
    slot,
)

EVERYTHING = CatalogueQuery()


def model(model_id: str, **known: object) -> CatalogueModel:
    return CatalogueModel(ModelId(model_id), **{"name": model_id, **known})  # type: ignore[arg-type]


FILLED = ("name", "pricing", "context_length")
"""What the metadata of these tests knows."""


def in_declaration(model_id: str, *known: Any, filled: tuple[str, ...] = ()) -> CatalogueModel:
    return CatalogueModel(ModelId(model_id), *known, metadata_fields=filled, reason=Reason("declared"))


async def test_a_declared_list_is_browsed_in_its_order(desk: Desk) -> None:
    """Names, prices and context sizes come from the metadata; an id that stands twice counts once, at its first place."""
    twice = DeclaredModel(ModelId("small"), name=SingleLineText("Second mention"))
    await desk.put(provider(capabilities=chat("small", "plain", twice, "large")))
    listing = await desk.discovery.listing(slot(), CLI_ACTOR)
    page = listing.page(EVERYTHING)
    assert page.models == (
        in_declaration("small", "Acme Small", True, price(prompt="0", completion="0"), 8_000, filled=FILLED),
        in_declaration("plain", "plain"),
        in_declaration("large", "Acme Large", False, price(prompt="2.5", completion="10"), 200_000, filled=FILLED),
    )
    assert (page.total, listing.source, listing.catalogue.fetched_at, listing.slot) == (3, Source.STATIC, None, slot())
    assert (listing.state, page.catalogue.excluded) == (None, ())


def test_what_the_declaration_says_wins() -> None:
    """Each of its own values goes before the metadata's."""
    said = DeclaredModel(ModelId("large"), SingleLineText("Mine"), is_free=True, pricing=price(prompt="1"), context_length=5)  # type: ignore[arg-type]
    assert declared_model(said, FACTS["acme"]["large"]) == in_declaration("large", "Mine", True, price(prompt="1"), 5)


def test_a_declared_price_decides_whether_it_is_free() -> None:
    """Unless the declaration says that too; a price that is not known decides nothing."""
    costs, free = FACTS["acme"]["large"], FACTS["acme"]["small"]
    assert declared_model(DeclaredModel(ModelId("m"), pricing=price(prompt="0")), costs).is_free is True
    assert declared_model(DeclaredModel(ModelId("m"), pricing=price(prompt="1")), free).is_free is False
    assert declared_model(DeclaredModel(ModelId("m"), is_free=False), free).is_free is False
    assert declared_model(DeclaredModel(ModelId("m"), pricing=Pricing()), free).is_free is None
    assert declared_model(DeclaredModel(ModelId("m")), ModelFacts()).is_free is None


def test_where_there_is_a_list_it_is_asked() -> None:
    """No list: open provider, undeclared or unsupported capability, live list that nobody read. Then nothing is known of the model's place."""
    acme = provider(capabilities={**chat("large"), "image": LIVE, "audio": NOT_SUPPORTED})
    facts = FACTS["acme"]
    large, small = ModelId("large"), ModelId("small")
    assert find_entry(acme, slot(), large, facts, None) == (True, declared_model(DeclaredModel(large), facts["large"]))
    assert find_entry(acme, slot(), small, facts, None) == (False, None)
    for elsewhere in ("image", "audio", "video"):
        assert find_entry(acme, slot("acme", elsewhere), large, facts, None) == (None, None)
    assert find_entry(provider(), slot(), large, facts, None) == (None, None)


def test_a_live_list_that_was_read_is_asked_like_any_other() -> None:
    """It holds the model, with its entry, or it does not."""
    acme, entry = provider(capabilities={"image": LIVE}), model("large")
    read = Catalogue((entry,))
    assert find_entry(acme, slot("acme", "image"), ModelId("large"), {}, read) == (True, entry)
    assert find_entry(acme, slot("acme", "image"), ModelId("small"), {}, read) == (False, None)


def test_a_list_of_something_unsupported_is_no_list() -> None:
    """A declaration may keep ids under a capability that it switches off."""
    acme = provider(capabilities={"audio": evolve(lists("large"), supported=False)})
    assert find_entry(acme, slot("acme", "audio"), ModelId("large"), {}, None) == (None, None)


async def test_what_may_have_been_meant_is_looked_for_in_the_list(desk: Desk) -> None:
    """The declared one, or the vendor's as far as it was read already: nobody is asked for it. Where there is no list, nothing is found."""

    async def nearest(*of: str, model: str) -> str | None:
        return await desk.discovery.nearest(slot(*of), ModelId(model))

    await desk.put(provider(capabilities={**chat("large"), "image": NOT_SUPPORTED}), live_provider(), provider("open"))
    assert await nearest(model="largee") == "large"
    assert await nearest(model="small") is None
    for nowhere in (("acme", "image"), ("acme", "audio"), ("open", "chat"), ("nosuch", "chat"), ("vendor", "chat")):
        assert await nearest(*nowhere, model="large") is None
    assert desk.vendors.asked == []
    desk.vendors.write("vendor", ["gpt-large"])
    await desk.discovery.listing(slot("vendor"), CLI_ACTOR)
    desk.vendors.asked.clear()
    assert await nearest("vendor", "chat", model="gpt-larg") == "gpt-large"
    assert desk.vendors.asked == []


async def test_the_model_in_use_is_told_whether_listed_or_not(desk: Desk) -> None:
    """Browsing shows which one is active, even one that the list does not hold."""
    await desk.put(provider(capabilities=chat("large")))
    assert (await desk.discovery.listing(slot(), CLI_ACTOR)).active is None
    await desk.selection.select(select_model("unlisted"), by("ann"))
    assert (await desk.discovery.listing(slot(), CLI_ACTOR)).active == "unlisted"


@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        (slot("nosuch"), ProviderNotFound),
        (slot("off"), ProviderInactive),
        (slot("acme", "image"), CapabilityNotOffered),
        (slot("acme", "video"), CapabilityNotOffered),
        (slot("acme", "audio"), LiveListNotAvailable),
    ],
)
async def test_what_cannot_be_browsed(desk: Desk, of: Slot, refusal: type[ModeldeskError]) -> None:
    """A provider missing or switched off, a capability it does not offer, a live list without an address to read it from."""
    await desk.put(provider(capabilities={**chat(), "image": NOT_SUPPORTED, "audio": LIVE}), provider("off", is_active=False))
    with pytest.raises(refusal):
        await desk.discovery.listing(of, CLI_ACTOR)


async def test_an_open_provider_has_an_empty_list(desk: Desk) -> None:
    """A provider that declares nothing can be browsed for everything, and lists nothing."""
    await desk.put(provider())
    page = (await desk.discovery.listing(slot("acme", "anything"), CLI_ACTOR)).page(EVERYTHING)
    assert (page.models, page.total) == ((), 0)


async def test_a_list_is_built_once_for_as_long_as_its_declaration_stands(desk: Desk) -> None:
    """A choice leaves it, and so does a change of something else; another list takes its place."""
    await desk.put(provider(capabilities=chat("large")))
    kept = (await desk.discovery.listing(slot(), CLI_ACTOR)).catalogue
    await desk.selection.select(select_model("large"), by("ann"))
    await desk.put(provider(capabilities=chat("large"), sort_order=7))
    assert (await desk.discovery.listing(slot(), CLI_ACTOR)).catalogue is kept
    await desk.put(provider(capabilities=chat("small")))
    assert [entry.id for entry in (await desk.discovery.listing(slot(), CLI_ACTOR)).catalogue.models] == ["small"]


async def test_clearing_drops_the_kept_lists_and_tells_how_many(desk: Desk) -> None:
    """All, or one provider's; a declared list is none of them; other processes are told by the catalogue's number."""
    await desk.put(provider(capabilities=chat("large")), *(live_provider(slug) for slug in ("one", "other", "third")))
    for slug in ("one", "other", "third"):
        desk.vendors.write(slug, ["m"])
    for slug in ("acme", "one", "other", "third"):
        await desk.discovery.listing(slot(slug), CLI_ACTOR)
    before = (await desk.store.current()).generation.catalogue
    assert await desk.discovery.clear(Slug("other"), CLI_ACTOR) == 1
    assert (await desk.store.current()).generation.catalogue == before + 1
    assert await desk.discovery.clear(None, CLI_ACTOR) == 2
    assert await desk.discovery.clear(None, CLI_ACTOR) == 0
    states = (await desk.store.current()).lists
    assert {slug: state.invalidations for slug, state in states.items()} == {"one": 2, "other": 3, "third": 2}


async def test_clearing_for_a_provider_that_is_not_there_is_refused(desk: Desk) -> None:
    """Nothing is dropped for it, and no number rises."""
    with pytest.raises(ProviderNotFound):
        await desk.discovery.clear(Slug("nosuch"), CLI_ACTOR)
    assert (await desk.store.current()).generation.catalogue == 0


async def test_clearing_is_for_super_admins(desk: Desk) -> None:
    """As they stand in that very unit of work, whatever they were when they came; nothing is cleared by who is refused."""
    await desk.put(live_provider())
    before = desk.store.contents
    for actor in (NIMA, evolve(NIMA, role=Role.SUPER), Actor("nobody", Role.SUPER)):
        with pytest.raises(NotAllowed, match="super-only"):
            await desk.discovery.clear(None, actor)
    assert desk.store.contents is before
    await desk.discovery.clear(None, SARA)
