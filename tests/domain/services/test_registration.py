"""Imports carried out: whole or not at all, and what they do to models in use."""

import pytest
from attrs import evolve

from modeldesk.domain.errors import (
    ActiveModelsAffected,
    CapabilityNotFound,
    Conflict,
    EditsInConflict,
    NotAllowed,
    ProviderNotFound,
    ProviderVersionConflict,
)
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.providers.edited_field import Side
from modeldesk.domain.model.providers.provider import CapabilityChange, ProviderChange
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, ModelId, MultilineText, SingleLineText, Slug
from modeldesk.domain.services.declaration import UnreadEntry
from modeldesk.domain.services.import_plan import DeclaredProvider, DisplacedModel, ImportOptions
from tests.support.actors import by
from tests.support.samples import NIMA, SARA, Desk, chat, declared, lists, provider, select_model, slot

FORCE = ImportOptions(force=True)
TAKES_CHAT_AWAY = declared("acme", capabilities={"image": lists()})


async def listed(desk: Desk) -> dict[str, bool]:
    return {slug: entry.is_active for slug, entry in (await desk.store.current()).providers.items()}


async def generation(desk: Desk) -> Generation:
    return (await desk.store.current()).generation


async def test_an_import_is_one_change(desk: Desk) -> None:
    """However many providers come, the catalogue's number rises once."""
    plan = await desk.registration.register([declared("b"), declared("a", sort_order=-1)], ImportOptions(), CLI_ACTOR)
    assert len(plan.created) == 2
    assert await listed(desk) == {"a": True, "b": True}
    assert await generation(desk) == Generation(catalogue=1)


async def test_an_import_that_changes_nothing_raises_no_number(desk: Desk) -> None:
    """Skipped or unchanged: nobody has to read anything anew."""
    await desk.registration.register([declared("a")], ImportOptions(), CLI_ACTOR)
    await desk.registration.register([declared("a")], ImportOptions(), CLI_ACTOR)
    await desk.registration.register([declared("a")], FORCE, CLI_ACTOR)
    await desk.registration.populate([declared("a")], CLI_ACTOR)
    assert await generation(desk) == Generation(catalogue=1)


async def test_a_plan_alone_changes_nothing_and_says_what_the_import_then_does(desk: Desk) -> None:
    """The dry run of a creation, an update, a pruning and a loss."""
    await desk.put(provider("acme", capabilities=chat()), provider("gone"))
    await desk.selection.select(select_model("large"), by("ann"))
    before = await desk.store.current()
    options = ImportOptions(force=True, prune=True, deactivate_lost=True)
    wanted = [TAKES_CHAT_AWAY, declared("new")]
    planned = await desk.registration.plan(wanted, options)
    assert await desk.store.current() == before
    assert await desk.registration.register(wanted, options, CLI_ACTOR) == planned
    assert (len(planned.created), len(planned.updated), len(planned.deactivated), len(planned.lost)) == (1, 1, 1, 1)
    assert await listed(desk) == {"acme": True, "gone": False, "new": True}


async def test_an_entry_that_another_import_replaced_meanwhile_is_read(desk: Desk) -> None:
    """It was known by its digest when the document was opened. One that still stands is not read."""
    ours, theirs = (evolve(declared("a", sort_order=order), digest=f"{order}" * 64) for order in (1, 2))
    reads = list[str]()

    def read() -> DeclaredProvider:
        reads.append("ours")
        return ours

    unread = UnreadEntry(Slug("a"), "1" * 64, read)
    for entry in (ours, theirs, unread, unread):
        await desk.registration.register([entry], FORCE, CLI_ACTOR)
    assert (await desk.store.current()).providers[Slug("a")].sort_order == 1
    assert reads == ["ours"]


@pytest.mark.parametrize(("prefer", "description"), [(Side.FILE, "of the file"), (Side.ADMIN, "of an admin")])
async def test_a_field_that_both_changed_stops_the_import(desk: Desk, prefer: Side, description: str) -> None:
    """As a whole, until somebody decides; its plan is not one that changes nothing."""
    await desk.registration.register([declared("a", description=MultilineText("imported"))], ImportOptions(), CLI_ACTOR)
    await desk.registration.change(Slug("a"), ProviderChange(description=MultilineText("of an admin")), SARA)
    before = await desk.store.current()
    wanted, options = [declared("a", description=MultilineText("of the file")), declared("new")], ImportOptions(force=True, three_way=True)
    assert not (await desk.registration.plan(wanted[:1], options)).changes_nothing
    with pytest.raises(EditsInConflict) as caught:
        await desk.registration.register(wanted, options, CLI_ACTOR)
    assert (caught.value.fields, isinstance(caught.value, Conflict)) == (["a.description"], True)
    assert await desk.store.current() == before
    await desk.registration.register(wanted, evolve(options, prefer=prefer), CLI_ACTOR)
    assert (await desk.store.current()).providers[Slug("a")].description == description


async def test_a_refused_import_changes_nothing_at_all(desk: Desk) -> None:
    """Not even the harmless part of it; and the plan refuses alike."""
    await desk.put(provider("acme", capabilities=chat()))
    await desk.selection.select(select_model("large"), by("ann"))
    before = await desk.store.current()
    for attempt in (
        desk.registration.plan([declared("new"), TAKES_CHAT_AWAY], FORCE),
        desk.registration.register([declared("new"), TAKES_CHAT_AWAY], FORCE, CLI_ACTOR),
    ):
        with pytest.raises(ActiveModelsAffected):
            await attempt
    assert await desk.store.current() == before


async def test_lost_models_are_deactivated_where_that_is_wished(desk: Desk) -> None:
    """The slot is emptied by a step of its history, under the name of who imported; the model stays stored."""
    await desk.put(provider("acme", capabilities=chat()))
    await desk.selection.select(select_model("large"), by("ann"))
    plan = await desk.registration.register([TAKES_CHAT_AWAY], ImportOptions(force=True, deactivate_lost=True), SARA)
    assert [(lost.slot, lost.model) for lost in plan.lost] == [(slot(), "large")]
    state = await desk.state(slot())
    assert (state.active, state.version, list(state.models)) == (None, 2, ["large"])
    last = (await desk.history(slot()))[-1]
    assert (last.model, last.version, last.chosen_by, last.chosen_at) == (None, 2, "sara", desk.clock.now)
    assert await generation(desk) == Generation(catalogue=2, choices=2)


async def test_models_in_use_survive_an_update_and_a_pruning(desk: Desk) -> None:
    """A provider that is switched off keeps what stands in its slots."""
    await desk.put(provider("acme", capabilities=chat("large")))
    await desk.selection.select(select_model("large"), by("ann"))
    await desk.registration.register([declared("acme", capabilities=chat())], FORCE, CLI_ACTOR)
    await desk.registration.register([], ImportOptions(prune=True), CLI_ACTOR)
    assert await listed(desk) == {"acme": False}
    assert (await desk.state(slot())).active == "large"


async def test_populating_is_carried_out(desk: Desk) -> None:
    """Created, updated, deactivated, in one change."""
    await desk.put(provider("old"), provider("kept", description="words"))
    plan = await desk.registration.populate([declared("kept", sort_order=3), declared("new")], CLI_ACTOR)
    assert (len(plan.created), len(plan.updated), len(plan.deactivated)) == (1, 1, 1)
    assert await listed(desk) == {"new": True, "old": False, "kept": True}
    kept = (await desk.store.current()).provider(Slug("kept"))
    assert (kept.sort_order, kept.description) == (3, "words")
    assert await generation(desk) == Generation(catalogue=2)


async def test_a_provider_is_switched_off_and_on(desk: Desk) -> None:
    """True tells that it was a change; what stands already raises no number."""
    await desk.put(provider("acme"))
    answers = [await desk.registration.set_active(Slug("acme"), is_active, CLI_ACTOR) for is_active in (True, False, False, True)]
    assert answers == [False, True, False, True]
    assert await listed(desk) == {"acme": True}
    assert await generation(desk) == Generation(catalogue=3)


async def test_a_provider_that_is_not_there_cannot_be_switched(desk: Desk) -> None:
    """Nothing is made of the question."""
    with pytest.raises(ProviderNotFound, match="provider-not-found: provider='nosuch'"):
        await desk.registration.set_active(Slug("nosuch"), False, CLI_ACTOR)
    assert await generation(desk) == Generation()


async def test_one_provider_is_changed_as_an_import_would(desk: Desk) -> None:
    """What is named, and nothing else; told field by field, in one change."""
    await desk.put(provider("acme", description="words", capabilities=chat()))
    await desk.selection.select(select_model("large"), by("ann"))
    change = ProviderChange(display_name=SingleLineText("Acme AI"), is_active=False, sort_order=None)
    update = await desk.registration.change(Slug("acme"), change, SARA)
    assert update.changes == {"display_name": ("Acme", "Acme AI"), "is_active": (True, False)}
    assert (await desk.store.current()).provider(Slug("acme")) == update.new
    assert (update.new.description, (await desk.state(slot())).active) == ("words", "large")
    assert (await generation(desk)).catalogue == 2


async def test_a_change_takes_the_version_that_was_seen(desk: Desk) -> None:
    """A second change that expects the version before the first one is refused, and changes nothing; without a version the last one wins."""
    await desk.put(provider("acme"))
    acme = Slug("acme")
    first = await desk.registration.change(acme, ProviderChange(display_name=SingleLineText("First")), SARA, expected=1)
    assert (first.old.version, first.new.version) == (1, 2)
    before = await desk.store.current()
    for expected in (1, 3, -1):
        with pytest.raises(ProviderVersionConflict) as refusal:
            await desk.registration.change(acme, ProviderChange(display_name=SingleLineText("Second")), SARA, expected)
        assert (refusal.value.provider, refusal.value.expected, refusal.value.version) == ("acme", expected, 2)
    assert await desk.store.current() == before
    assert (await desk.registration.change(acme, ProviderChange(display_name=SingleLineText("Last")), SARA)).new.version == 3


async def test_a_removed_capability_deselects_its_model_only_where_that_is_allowed(desk: Desk) -> None:
    """In one change with the provider, and in the history of the slot; a capability that stays keeps its model, whatever its list."""
    await desk.put(provider("acme", capabilities={**chat("large"), CapabilityName("image"): lists()}))
    await desk.selection.select(select_model("large"), by("ann"))
    chat_goes = CapabilityChange(capabilities={CapabilityName("chat"): None})
    with pytest.raises(ActiveModelsAffected):
        await desk.registration.change(Slug("acme"), chat_goes, SARA)
    shorter = await desk.registration.change(Slug("acme"), CapabilityChange(capabilities=chat("small")), SARA)
    assert ((await desk.state(slot())).active, shorter.new.version) == ("large", 2)
    update = await desk.registration.change(Slug("acme"), chat_goes, SARA, deactivate_lost=True)
    assert (list(update.new.capabilities), (await desk.state(slot())).active) == (["image"], None)
    assert (await desk.store.history(slot()))[-1].chosen_by == "sara"


async def test_a_confirmed_loss_deselects_no_other_model(desk: Desk) -> None:
    """The model that was shown may go. One that was put in its place since stays, and nothing is changed; a confirmed model may be gone already."""
    await desk.put(provider("acme", capabilities={**chat("large", "small"), CapabilityName("image"): lists()}))
    await desk.selection.select(select_model("small"), by("ann"))
    chat_goes = CapabilityChange(capabilities={CapabilityName("chat"): None})
    shown = DisplacedModel(slot(), ModelId("large"))
    with pytest.raises(ActiveModelsAffected) as refusal:
        await desk.registration.change(Slug("acme"), chat_goes, SARA, confirmed=[shown])
    assert refusal.value.slots == [("acme", "chat", "small")]
    assert (await desk.state(slot())).active == "small"
    await desk.selection.select(select_model("large"), by("ann"))
    update = await desk.registration.change(Slug("acme"), chat_goes, SARA, confirmed=[DisplacedModel(slot("image"), ModelId("x")), shown])
    assert ((await desk.state(slot())).active, update.lost) == (None, [shown])


async def test_an_outdated_change_of_nothing_is_refused_too(desk: Desk) -> None:
    """The actor learns that the provider is another one than they saw."""
    await desk.put(provider("acme", version=2))
    with pytest.raises(ProviderVersionConflict):
        await desk.registration.change(Slug("acme"), ProviderChange(), SARA, expected=1)


async def test_a_change_of_nothing_is_none(desk: Desk) -> None:
    """Nothing named, or what stands already: nobody has to read anything anew."""
    await desk.put(provider("acme", sort_order=7))
    for change in (ProviderChange(), ProviderChange(sort_order=7, is_active=True)):  # type: ignore[arg-type] # a plain number is one
        update = await desk.registration.change(Slug("acme"), change, SARA)
        assert (update.changes, update.new) == ({}, update.old)
    assert await generation(desk) == Generation(catalogue=1)


@pytest.mark.parametrize("actor", [NIMA, by("nobody")], ids=["a normal admin", "nobody any more"])
async def test_only_super_admins_change_providers(desk: Desk, actor: Actor) -> None:
    """As they stand when it is done, whatever they were when they asked."""
    await desk.put(provider("acme"))
    before = await desk.store.current()
    once = evolve(actor, role=Role.SUPER)
    for attempt in (
        desk.registration.change(Slug("acme"), ProviderChange(is_active=False), once),
        desk.registration.register([declared("acme", sort_order=3)], FORCE, once),
        desk.registration.populate([declared("new")], once),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    await desk.accounts.change("nima", AdminChange(role=Role.SUPER, is_active=False))
    with pytest.raises(NotAllowed):
        await desk.registration.change(Slug("acme"), ProviderChange(is_active=False), evolve(NIMA, role=Role.SUPER))
    assert (await desk.store.current()).providers == before.providers


async def test_an_address_with_another_origin_sets_the_keys_aside(desk: Desk) -> None:
    """And the change says so; another path of the same origin does not."""
    await desk.put(provider("acme", api_base_url=HttpUrl("https://acme.example/v1")))
    await desk.key_keeping.set(Slug("acme"), None, Secret("sk-0123456789"), SARA)
    same = await desk.registration.change(Slug("acme"), ProviderChange(api_base_url=HttpUrl("https://acme.example/v2")), SARA)
    assert (list(same.changes), same.suspends_keys) == (["api_base_url"], False)
    moved = await desk.registration.change(Slug("acme"), ProviderChange(api_base_url=HttpUrl("https://evil.example/v1")), SARA)
    assert (list(moved.changes), moved.suspends_keys) == (["api_base_url", "shared key"], True)
    (key,) = (await desk.store.current()).keys.values()
    assert key.is_suspended


async def test_a_plan_names_deletions_that_it_ends(desk: Desk) -> None:
    """The import creates the use again, as planned; `deletions` has deleted uses only."""
    await desk.put(provider("acme", capabilities=chat()))
    support, fresh = (Use(UseName(name), CapabilityName("chat"), Slug("acme")) for name in ("support-chat", "fresh"))
    await desk.uses.put(support, SARA)
    await desk.uses.delete(support.name, SARA)
    planned = await desk.registration.plan([], ImportOptions(), uses=[support, fresh])
    assert [(deletion.name, deletion.changed_by, deletion.use) for deletion in planned.uses.deletions] == [("support-chat", "sara", None)]
    assert await desk.registration.register([], ImportOptions(), CLI_ACTOR, planned.digest, uses=[support, fresh]) == planned
    assert set((await desk.store.current()).uses) == {"support-chat", "fresh"}


async def test_only_a_declared_capability_is_removed(desk: Desk) -> None:
    """Removing an unknown capability writes nothing, and the error names the known ones. `lost` has the models that a removal deselects."""
    await desk.put(provider("acme", capabilities={**chat("large"), CapabilityName("image"): lists()}))
    await desk.selection.select(select_model("large"), by("ann"))
    before = await desk.store.current()
    with pytest.raises(CapabilityNotFound) as refusal:
        await desk.registration.change(Slug("acme"), CapabilityChange(capabilities={CapabilityName("ocr"): None}), SARA)
    assert (refusal.value.capability, refusal.value.known) == ("ocr", ["chat", "image"])
    assert await desk.store.current() == before
    removal = CapabilityChange(capabilities={CapabilityName("chat"): None})
    update = await desk.registration.change(Slug("acme"), removal, SARA, deactivate_lost=True)
    assert [(lost.slot, lost.model) for lost in update.lost] == [(slot(), "large")]
