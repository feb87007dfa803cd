"""One step back in a slot's history, and the version that somebody takes for granted."""

from asyncio import gather, run
from collections.abc import Awaitable, Callable

import pytest

from modeldesk.domain.errors import CapabilityNotOffered, NothingToRollBack, ProviderInactive, ProviderNotFound, VersionConflict
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.selection import RollbackResult
from tests.support.actors import by
from tests.support.samples import Desk, chat, provider, select_model, slot

Deed = Callable[[Desk, int], Awaitable[object]]


@pytest.fixture
def desk(desk: Desk) -> Desk:
    run(desk.put(provider(capabilities=chat("large", "small"))))
    return desk


def seen(done: RollbackResult) -> tuple[str | None, str | None, int]:
    return (done.current and done.current.model.model_id, done.previous and done.previous.model.model_id, done.version)


async def test_the_model_of_before_is_in_use_again(desk: Desk) -> None:
    """Under the name that it had then, chosen now by who took the step back; the step says which version it brought back."""

    await desk.selection.select(select_model("gpt", "The old name", is_free=True), by("ann"))
    await desk.selection.select(select_model("small"), by("ann"))
    done = await desk.selection.roll_back(slot(), by("bob"))
    assert seen(done) == ("gpt", "small", 3)
    assert done.current is not None
    assert (done.current.model.model_name, done.current.model.is_free, done.current.model.selected_by) == ("The old name", True, "bob")
    assert (await desk.state(slot())).active == "gpt"
    assert [(step.version, step.restores) for step in await desk.history(slot())] == [(1, None), (2, None), (3, 1)]


async def test_steps_back_go_on_and_choices_between_count(desk: Desk) -> None:
    """Two in a row go two choices back, down to the empty slot and no further; a choice made in between is taken back first."""

    for model in ("a", "b", "c"):
        await desk.selection.select(select_model(model), by("ann"))
    back = [seen(await desk.selection.roll_back(slot(), by("ann")))[0] for _ in range(2)]
    await desk.selection.deselect(slot(), by("ann"))
    await desk.selection.select(select_model("d"), by("ann"))
    back += [seen(await desk.selection.roll_back(slot(), by("ann")))[0] for _ in range(3)]
    assert back == ["b", "a", None, "a", None]
    with pytest.raises(NothingToRollBack):
        await desk.selection.roll_back(slot(), by("ann"))
    assert (await desk.state(slot())).version == 10


async def test_what_may_not_be_chosen_is_not_brought_back(desk: Desk) -> None:
    """A provider that is off, a capability that it lost; emptying is always allowed. Nothing is changed by what is refused."""

    await desk.selection.select(select_model("large"), by("ann"))
    await desk.selection.select(select_model("small"), by("ann"))
    await desk.registration.set_active(slot().provider, False, CLI_ACTOR)
    with pytest.raises(ProviderInactive):
        await desk.selection.roll_back(slot(), by("ann"))
    await desk.put(provider(capabilities={"image": chat("x")["chat"]}))  # type: ignore[index, dict-item] # names of a test
    with pytest.raises(CapabilityNotOffered):
        await desk.selection.roll_back(slot(), by("ann"))
    assert (await desk.state(slot())).active == "small"
    await desk.put(provider(is_active=False, capabilities=chat("large")))
    await desk.selection.deselect(slot(), by("ann"))
    with pytest.raises(ProviderInactive):
        await desk.selection.roll_back(slot(), by("ann"))


async def test_the_first_choice_is_taken_back_though_the_provider_is_off(desk: Desk) -> None:
    """To the empty slot: nobody is kept from using less."""

    await desk.selection.select(select_model("large"), by("ann"))
    await desk.registration.set_active(slot().provider, False, CLI_ACTOR)
    assert seen(await desk.selection.roll_back(slot(), by("ann"))) == (None, "large", 2)


async def test_where_nothing_was_chosen_there_is_nothing_to_take_back(desk: Desk) -> None:
    """Nor at a provider that does not exist."""

    with pytest.raises(NothingToRollBack):
        await desk.selection.roll_back(slot(), by("ann"))
    with pytest.raises(ProviderNotFound):
        await desk.selection.roll_back(slot("nosuch"), by("ann"))


@pytest.mark.parametrize(
    "deed",
    [
        lambda desk, version: desk.selection.select(select_model("small"), by("bob"), version),
        lambda desk, version: desk.selection.select(select_model("large"), by("bob"), version),
        lambda desk, version: desk.selection.deselect(slot(), by("bob"), version),
        lambda desk, version: desk.selection.roll_back(slot(), by("bob"), version),
    ],
)
async def test_a_version_that_was_taken_for_granted_must_hold(desk: Desk, deed: Deed) -> None:
    """Older or newer, nothing is changed, even where the deed would have changed nothing; with the right one it is done."""

    await desk.selection.select(select_model("small"), by("ann"))
    await desk.selection.select(select_model("large"), by("ann"))
    before = desk.store.contents
    for version in (0, 1, 3):
        with pytest.raises(VersionConflict, match="version=2"):
            await deed(desk, version)
    assert desk.store.contents is before
    await deed(desk, 2)


async def test_a_slot_that_was_never_used_is_at_version_0(desk: Desk) -> None:
    """Of two who both saw it empty, one chooses."""

    both = (desk.selection.select(select_model(model), by("ann"), 0) for model in ("large", "small"))
    outcomes = await gather(*both, return_exceptions=True)
    assert [isinstance(outcome, VersionConflict) for outcome in outcomes].count(True) == 1
    assert (await desk.state(slot())).version == 1
