"""Setting, deleting and rolling back uses."""

from asyncio import gather, run

import pytest
from attrs import evolve

from modeldesk.domain.errors import (
    CapabilityNotOffered,
    NotAllowed,
    ProviderInactive,
    ProviderNotFound,
    UseNotFound,
    UseNothingToRollBack,
    UseVersionConflict,
)
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.audit import Action
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, MultilineText, Slug
from tests.support.actors import by
from tests.support.samples import Desk, chat, provider

SUPPORT = UseName("support-chat")


def use(at: str = "acme", *fallbacks: str, capability: str = "chat", text: str = "") -> Use:
    return Use(SUPPORT, CapabilityName(capability), Slug(at), MultilineText(text), tuple(Slug(name) for name in fallbacks))


@pytest.fixture
def desk(desk: Desk) -> Desk:
    run(desk.put(*(provider(name, capabilities=chat("large")) for name in ("acme", "other"))))
    return desk


async def trail(desk: Desk) -> list[tuple[Action, str]]:
    return [(entry.action, entry.subject) for entry in desk.store.contents.audit]


async def test_a_use_is_created_then_changed(desk: Desk) -> None:
    """The answer says what it was before; the trail has an entry for each change; setting it again changes nothing."""
    created = await desk.uses.put(use(), CLI_ACTOR)
    assert (created.current, created.previous, created.version) == (use(), None, 1)
    changed = await desk.uses.put(use("other", "acme", text="for customers"), CLI_ACTOR)
    assert (changed.current, changed.previous) == (evolve(use("other", "acme", text="for customers"), version=2), use())
    again = await desk.uses.put(use("other", "acme", text="for customers"), CLI_ACTOR)
    assert again.current == again.previous == changed.current
    assert await trail(desk) == [(Action.USE_CREATED, "use:support-chat"), (Action.USE_CHANGED, "use:support-chat")]
    entry = desk.store.contents.audit[1]
    assert (entry.before, entry.after) == (
        {"provider": "acme", "fallbacks": [], "description": ""},
        {"provider": "other", "fallbacks": ["acme"], "description": "for customers"},
    )


async def test_a_deleted_use_is_gone_and_its_name_counts_on(desk: Desk) -> None:
    """A use of the same name made later has the next version; a name without a use cannot be deleted, and the known ones are named."""
    await desk.uses.put(use(), CLI_ACTOR)
    assert (await desk.uses.delete(SUPPORT, CLI_ACTOR)).previous == use()
    assert (await desk.store.current()).uses == {}
    with pytest.raises(UseNotFound):
        await desk.uses.delete(SUPPORT, CLI_ACTOR)
    assert (await desk.uses.put(use(), CLI_ACTOR)).version == 3


async def test_a_rollback_goes_one_change_back(desk: Desk) -> None:
    """To an earlier form or to none, through a deletion too; two in a row go two changes back, and no further than the start."""
    await desk.uses.put(use(), CLI_ACTOR)
    await desk.uses.put(use("other"), CLI_ACTOR)
    await desk.uses.delete(SUPPORT, CLI_ACTOR)
    back = [await desk.uses.roll_back(SUPPORT, CLI_ACTOR) for _ in range(3)]
    assert [done.current.provider if done.current else None for done in back] == ["other", "acme", None]
    with pytest.raises(UseNothingToRollBack):
        await desk.uses.roll_back(SUPPORT, CLI_ACTOR)
    with pytest.raises(UseNotFound):
        await desk.uses.roll_back(UseName("never"), CLI_ACTOR)


async def test_who_was_slower_changes_nothing(desk: Desk) -> None:
    """Each call takes the version that was seen."""
    await desk.uses.put(use(), CLI_ACTOR, expected=0)
    for call in (
        desk.uses.put(use("other"), CLI_ACTOR, expected=0),
        desk.uses.delete(SUPPORT, CLI_ACTOR, expected=2),
        desk.uses.roll_back(SUPPORT, CLI_ACTOR, expected=2),
    ):
        with pytest.raises(UseVersionConflict):
            await call
    assert (await desk.store.current()).uses == {SUPPORT: use()}


async def test_only_what_can_be_asked_is_pointed_at(desk: Desk) -> None:
    """A provider that exists, offers the capability and is enabled; a use that stands already may be described while its provider is disabled."""
    with pytest.raises(ProviderNotFound):
        await desk.uses.put(use("nobody"), CLI_ACTOR)
    with pytest.raises(CapabilityNotOffered):
        await desk.uses.put(use(capability="video"), CLI_ACTOR)
    await desk.uses.put(use(), CLI_ACTOR)
    await desk.uses.put(use("other"), CLI_ACTOR)
    await desk.registration.set_active(Slug("acme"), False, CLI_ACTOR)
    for call in (desk.uses.put(use("acme"), CLI_ACTOR), desk.uses.roll_back(SUPPORT, CLI_ACTOR)):
        with pytest.raises(ProviderInactive):
            await call
    await desk.registration.set_active(Slug("other"), False, CLI_ACTOR)
    described = await desk.uses.put(use("other", text="for customers"), CLI_ACTOR)
    assert described.version == 3


async def test_a_normal_admin_changes_none(desk: Desk) -> None:
    """Whether it is there or not."""
    for call in (desk.uses.put(use(), by("ann")), desk.uses.delete(SUPPORT, by("ann")), desk.uses.roll_back(SUPPORT, by("ann"))):
        with pytest.raises(NotAllowed):
            await call


async def test_of_two_at_once_one_is_told(desk: Desk) -> None:
    """Both saw the same version; one changes the use."""
    await desk.uses.put(use(), CLI_ACTOR)
    found = await gather(
        desk.uses.put(use("other"), CLI_ACTOR, expected=1),
        desk.uses.put(use(text="else"), CLI_ACTOR, expected=1),
        return_exceptions=True,
    )
    assert [type(entry) for entry in found].count(UseVersionConflict) == 1
