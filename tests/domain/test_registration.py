"""Imports carried out: whole or not at all, and what they do to models in use."""

from asyncio import run

import pytest
from samples import Desk, chat, declared, lists, provider, slot, wish
from tests.askers import by

from modeldesk.domain.credentials import THE_OPERATOR
from modeldesk.domain.errors import ActiveModelsAtStake, ProviderNotFound
from modeldesk.domain.registration import ImportOptions
from modeldesk.domain.snapshot import Generation
from modeldesk.domain.texts import Slug

FORCE = ImportOptions(force=True)
TAKES_CHAT_AWAY = declared("acme", capabilities={"image": lists()})


async def listed(desk: Desk) -> dict[str, bool]:
    return {slug: entry.is_active for slug, entry in (await desk.store.current()).providers.items()}


async def generation(desk: Desk) -> Generation:
    return (await desk.store.current()).generation


def test_an_import_is_one_change(desk: Desk) -> None:
    """However many providers come, the catalogue's number rises once."""

    async def story() -> None:
        plan = await desk.registration.register([declared("b"), declared("a", sort_order=-1)], ImportOptions(), THE_OPERATOR)
        assert len(plan.created) == 2
        assert await listed(desk) == {"a": True, "b": True}
        assert await generation(desk) == Generation(catalogue=1)

    run(story())


def test_an_import_that_changes_nothing_raises_no_number(desk: Desk) -> None:
    """Skipped or unchanged: nobody has to read anything anew."""

    async def story() -> None:
        await desk.registration.register([declared("a")], ImportOptions(), THE_OPERATOR)
        await desk.registration.register([declared("a")], ImportOptions(), THE_OPERATOR)
        await desk.registration.register([declared("a")], FORCE, THE_OPERATOR)
        await desk.registration.populate([declared("a")], THE_OPERATOR)
        assert await generation(desk) == Generation(catalogue=1)

    run(story())


def test_a_plan_alone_changes_nothing_and_says_what_the_import_then_does(desk: Desk) -> None:
    """The dry run of a creation, an update, a pruning and a loss."""

    async def story() -> None:
        await desk.put(provider("acme", capabilities=chat()), provider("gone"))
        await desk.selection.select(wish("large"), by("ann"))
        before = await desk.store.current()
        options = ImportOptions(force=True, prune=True, deactivate_lost=True)
        wanted = [TAKES_CHAT_AWAY, declared("new")]
        planned = await desk.registration.plan(wanted, options)
        assert await desk.store.current() == before
        assert await desk.registration.register(wanted, options, THE_OPERATOR) == planned
        assert (len(planned.created), len(planned.updated), len(planned.deactivated), len(planned.lost)) == (1, 1, 1, 1)
        assert await listed(desk) == {"acme": True, "gone": False, "new": True}

    run(story())


def test_a_refused_import_changes_nothing_at_all(desk: Desk) -> None:
    """Not even the harmless part of it; and the plan refuses alike."""

    async def story() -> None:
        await desk.put(provider("acme", capabilities=chat()))
        await desk.selection.select(wish("large"), by("ann"))
        before = await desk.store.current()
        for attempt in (
            desk.registration.plan([declared("new"), TAKES_CHAT_AWAY], FORCE),
            desk.registration.register([declared("new"), TAKES_CHAT_AWAY], FORCE, THE_OPERATOR),
        ):
            with pytest.raises(ActiveModelsAtStake):
                await attempt
        assert await desk.store.current() == before

    run(story())


def test_lost_models_are_deactivated_where_that_is_wished(desk: Desk) -> None:
    """The slot is emptied by a step of its history, under the name of who imported; the model stays stored."""

    async def story() -> None:
        await desk.put(provider("acme", capabilities=chat()))
        await desk.selection.select(wish("large"), by("ann"))
        plan = await desk.registration.register([TAKES_CHAT_AWAY], ImportOptions(force=True, deactivate_lost=True), by("bob"))
        assert [(lost.slot, lost.model) for lost in plan.lost] == [(slot(), "large")]
        state = await desk.state(slot())
        assert (state.active, state.version, list(state.models)) == (None, 2, ["large"])
        last = (await desk.history(slot()))[-1]
        assert (last.model, last.version, last.chosen_by, last.chosen_at) == (None, 2, "bob", desk.clock.now)
        assert await generation(desk) == Generation(catalogue=2, choices=2)

    run(story())


def test_models_in_use_survive_an_update_and_a_pruning(desk: Desk) -> None:
    """A provider that is switched off keeps what stands in its slots."""

    async def story() -> None:
        await desk.put(provider("acme", capabilities=chat("large")))
        await desk.selection.select(wish("large"), by("ann"))
        await desk.registration.register([declared("acme", capabilities=chat())], FORCE, THE_OPERATOR)
        await desk.registration.register([], ImportOptions(prune=True), THE_OPERATOR)
        assert await listed(desk) == {"acme": False}
        assert (await desk.state(slot())).active == "large"

    run(story())


def test_populating_is_carried_out(desk: Desk) -> None:
    """Created, updated, deactivated, in one change."""

    async def story() -> None:
        await desk.put(provider("old"), provider("kept", description="words"))
        plan = await desk.registration.populate([declared("kept", sort_order=3), declared("new")], THE_OPERATOR)
        assert (len(plan.created), len(plan.updated), len(plan.deactivated)) == (1, 1, 1)
        assert await listed(desk) == {"new": True, "old": False, "kept": True}
        kept = (await desk.store.current()).provider(Slug("kept"))
        assert (kept.sort_order, kept.description) == (3, "words")
        assert await generation(desk) == Generation(catalogue=2)

    run(story())


def test_a_provider_is_switched_off_and_on(desk: Desk) -> None:
    """True tells that it was a change; what stands already raises no number."""

    async def story() -> None:
        await desk.put(provider("acme"))
        answers = [await desk.registration.set_active(Slug("acme"), is_active, THE_OPERATOR) for is_active in (True, False, False, True)]
        assert answers == [False, True, False, True]
        assert await listed(desk) == {"acme": True}
        assert await generation(desk) == Generation(catalogue=3)

    run(story())


def test_a_provider_that_is_not_there_cannot_be_switched(desk: Desk) -> None:
    """Nothing is made of the question."""

    async def story() -> None:
        with pytest.raises(ProviderNotFound, match="there is no provider 'nosuch'"):
            await desk.registration.set_active(Slug("nosuch"), False, THE_OPERATOR)
        assert await generation(desk) == Generation()

    run(story())
