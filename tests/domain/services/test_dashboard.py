"""The dashboard and the list of stored models."""

from datetime import timedelta

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.services.alerts import Alert
from modeldesk.domain.services.dashboard import ModelFilter, Totals
from tests.support.actors import by
from tests.support.samples import (
    LIVE,
    NOT_SUPPORTED,
    Desk,
    chat,
    lists,
    live_provider,
    price,
    provider,
    select_model,
    slot,
)


async def a_desk_in_use(desk: Desk) -> None:
    """Two models in `acme chat`, one active; one unlisted in `open image`; `second`, switched off, with one in use and `acme image` emptied."""
    await desk.put(
        provider("second", sort_order=2, capabilities=chat("large")),
        provider(
            "acme",
            sort_order=1,
            capabilities={"image": lists("drawer"), **chat("large", "small", "large"), "audio": LIVE, "video": NOT_SUPPORTED},
        ),
        provider("open", sort_order=3),
    )
    chosen = [
        ("small", slot()),
        ("large", slot()),
        ("drawer", slot("acme", "image")),
        ("x", slot("open", "image")),
        ("large", slot("second")),
    ]
    for model, place in chosen:
        desk.clock.forward(timedelta(minutes=1))
        await desk.selection.select(select_model(model, of=place), by("ann"))
    await desk.selection.deselect(slot("acme", "image"), by("ann"))
    await desk.put(provider("second", sort_order=2, capabilities=chat("small"), is_active=False))


async def test_the_overview_counts(desk: Desk) -> None:
    """Stored models and models in use, providers and active ones; as of a number and a moment."""
    await a_desk_in_use(desk)
    overview = await desk.oversight.overview()
    assert overview.totals == Totals(providers=3, active_providers=2, models=5, active_models=3)
    assert overview.generated_at == desk.clock.now
    assert overview.generation == (await desk.store.current()).generation.answers == 2 + 6
    assert (overview.cache_backend, overview.cache_entries) == ("memory", 0)
    await desk.put(live_provider("live"))
    desk.vendors.write("live", ["m"])
    await desk.discovery.listing(slot("live"), CLI_ACTOR)
    assert (await desk.oversight.overview()).cache_entries == 1


async def test_the_overview_shows_every_slot_in_order(desk: Desk) -> None:
    """Providers in their order, capabilities as declared, then those in use at a provider that declares none."""
    await a_desk_in_use(desk)
    shown = [
        (entry.provider.slug, name, part.declared.supported, part.model_count, part.active.model.model_id if part.active else None)
        for entry in (await desk.oversight.overview()).providers
        for name, part in entry.capabilities.items()
    ]
    assert shown == [
        ("acme", "image", True, 1, None),
        ("acme", "chat", True, 2, "large"),
        ("acme", "audio", True, None, None),
        ("acme", "video", False, None, None),
        ("second", "chat", True, 1, "large"),
        ("open", "image", True, None, "x"),
    ]


async def test_the_overview_shows_how_an_active_model_stands_today(desk: Desk) -> None:
    """Its price and its place in the list are those of now."""
    await a_desk_in_use(desk)
    acme = (await desk.oversight.overview()).providers[0]
    active = acme.capabilities[slot().capability].active
    assert active is not None
    assert (active.is_active, active.in_catalogue, active.pricing, active.slot_version) == (
        True,
        True,
        price(prompt="2.5", completion="10"),
        2,
    )


async def test_the_overview_warns_of_what_an_admin_should_look_at(desk: Desk) -> None:
    """A model in use whose provider is off, or that the list does not hold; where there is no list there is nothing to warn of."""
    await a_desk_in_use(desk)
    assert list((await desk.oversight.overview()).warnings) == [
        Alert("provider-inactive", slot("second"), {"model": "large"}),
        Alert("not-in-catalogue", slot("second"), {"model": "large"}),
    ]


async def test_an_empty_desk_has_an_empty_overview(desk: Desk) -> None:
    """Before the first import everything is nothing, and nothing fails."""
    overview = await desk.oversight.overview()
    assert (overview.totals, overview.providers, overview.warnings, overview.generation) == (Totals(0, 0, 0, 0), [], [], 0)
    assert list(await desk.oversight.models(ModelFilter())) == []


async def listed(desk: Desk, **wanted: object) -> list[tuple[str, str, str, bool]]:
    models = await desk.oversight.models(ModelFilter(**wanted))  # type: ignore[arg-type]
    return [(entry.model.slot.provider, entry.model.slot.capability, entry.model.model_id, entry.is_active) for entry in models]


CHAT_OF_ACME = [("acme", "chat", "large", True), ("acme", "chat", "small", False)]


async def test_stored_models_are_listed_by_provider_and_capability(desk: Desk) -> None:
    """Within a slot the one in use first."""
    await a_desk_in_use(desk)
    assert await listed(desk) == [
        *CHAT_OF_ACME,
        ("acme", "image", "drawer", False),
        ("second", "chat", "large", True),
        ("open", "image", "x", True),
    ]


async def test_stored_models_are_filtered(desk: Desk) -> None:
    """By provider, capability and whether they are in use, alone or together; an unknown name finds nothing."""
    await a_desk_in_use(desk)
    assert await listed(desk, provider="acme", capability="chat") == CHAT_OF_ACME
    assert await listed(desk, capability="image") == [("acme", "image", "drawer", False), ("open", "image", "x", True)]
    assert await listed(desk, is_active=False) == [("acme", "chat", "small", False), ("acme", "image", "drawer", False)]
    assert await listed(desk, provider="acme", is_active=True) == CHAT_OF_ACME[:1]
    assert await listed(desk, provider="nosuch") == []


async def test_within_a_slot_the_newest_choice_comes_after_the_active_one(desk: Desk) -> None:
    """Two of one moment stand by their id."""
    await desk.put(provider())
    for model, minutes in (("old", 0), ("tied-b", 1), ("tied-a", 0), ("active", -5)):
        desk.clock.forward(timedelta(minutes=minutes))
        await desk.selection.select(select_model(model), by("ann"))
    assert [model for _, _, model, _ in await listed(desk)] == ["active", "tied-a", "tied-b", "old"]


async def test_a_stored_model_that_is_not_active_stands_as_of_today_too(desk: Desk) -> None:
    """Price, place in the list and the slot's version come with it."""
    await a_desk_in_use(desk)
    small = next(entry for entry in await desk.oversight.models(ModelFilter()) if entry.model.model_id == "small")
    assert (small.in_catalogue, small.slot_version, small.pricing) == (True, 2, price(prompt="0", completion="0"))
