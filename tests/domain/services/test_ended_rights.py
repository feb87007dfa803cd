"""The right to use a key: it ends at once where it changes, also while a vendor thinks, and nobody has it for another's."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from modeldesk.domain.errors import KeyMissing, KeyNotFound, NotAllowed
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.fake_vendors import vendor_models
from tests.support.personal_lists import (
    KEY_OF,
    NIMA,
    OMID,
    SARA,
    VENDOR,
    change_admin,
    change_provider,
    delete_nimas_key,
    filled,
    forbid_own_keys,
    listing,
    shown,
    switch_nima_off,
)
from tests.support.samples import Desk

Change = Callable[[Desk], Awaitable[object]]


@pytest.mark.parametrize("change", [switch_nima_off, forbid_own_keys, delete_nimas_key])
@pytest.mark.parametrize("mode", list(RefreshMode))
async def test_a_right_that_ends_while_the_vendor_thinks_ends_at_once(change: Change, mode: RefreshMode) -> None:
    """The answer is refused to who waited, nothing is kept, and later looks are refused too; also where an old list is at hand."""

    async def story(*, is_cold: bool) -> None:
        desk = await filled("nima")
        if not is_cold:
            await listing(desk, NIMA)
            desk.clock.forward(timedelta(hours=1))
            await desk.discovery.clear(None, CLI_ACTOR)
        before = (await desk.store.current()).list_state(VENDOR, "nima").revision
        desk.vendors.held = asyncio.Event()
        waiting = asyncio.ensure_future(listing(desk, NIMA, mode))
        while len(desk.vendors.asked) < (1 if is_cold else 2):
            await asyncio.sleep(0)
        await change(desk)
        desk.vendors.held.set()
        with pytest.raises(KeyMissing):
            await waiting
        with pytest.raises(KeyMissing):
            await listing(desk, NIMA)
        assert (await desk.store.current()).list_state(VENDOR, "nima").revision in (0, before)

    await story(is_cold=True)
    await story(is_cold=False)


@pytest.mark.parametrize("change", [switch_nima_off, forbid_own_keys, delete_nimas_key])
async def test_a_refresh_behind_that_lost_its_right_keeps_nothing(change: Change) -> None:
    """The flags are read again in the unit of work that would record it; and where they change before the key is sent, it is not sent."""

    async def story(*, is_sent: bool) -> None:
        desk = await filled("nima")
        await listing(desk, NIMA)
        desk.clock.forward(timedelta(hours=1))
        desk.vendors.held = asyncio.Event()
        desk.vendors.lists[f"vendor {KEY_OF['nima']}"] = vendor_models("newer")
        state = (await desk.store.current()).list_state(VENDOR, "nima")
        async with desk.cache.lock(ListKey(VENDOR, state.digest, owner="nima")):
            assert (await listing(desk, NIMA)).source is Source.STALE
            if not is_sent:
                await change(desk)
        while is_sent and len(desk.vendors.asked) < 2:
            await asyncio.sleep(0)
        if is_sent:
            await change(desk)
        desk.vendors.held.set()
        await desk.background.close()
        assert len(desk.vendors.asked) == (2 if is_sent else 1)
        assert (await desk.store.current()).list_state(VENDOR, "nima").revision in (0, state.revision)

    await story(is_sent=True)
    await story(is_sent=False)


async def test_a_shared_flag_that_goes_off_while_the_vendor_thinks() -> None:
    """Who may no longer spend the shared key does not see its list; a super admin who waits for the same reading does."""

    desk = await filled(None, allow_shared_for_normal_admins=True)
    desk.vendors.held = asyncio.Event()
    nima, sara = (asyncio.ensure_future(listing(desk, actor)) for actor in (NIMA, SARA))
    while not desk.vendors.asked:
        await asyncio.sleep(0)
    await change_provider(desk, allow_shared_for_normal_admins=False)
    desk.vendors.held.set()
    assert shown(await sara) == ["model-shared"]
    with pytest.raises(KeyMissing):
        await nima
    assert len(desk.vendors.asked) == 1


async def test_flags_turned_off_leave_keys_where_they_are_and_unused() -> None:
    """And turned on again they are used again: the list that was read stays its owner's."""

    desk = await filled("nima")
    await listing(desk, NIMA)
    await forbid_own_keys(desk)
    for mode in RefreshMode:
        with pytest.raises(KeyMissing, match="personal-keys-not-allowed"):
            await listing(desk, NIMA, mode)
    with pytest.raises(KeyMissing, match="personal-keys-not-allowed"):
        await desk.key_keeping.check(VENDOR, "nima", NIMA)
    with pytest.raises(NotAllowed, match="personal-keys-not-allowed"):
        await desk.key_keeping.set(VENDOR, "nima", api_key(KEY_OF["nima"]), NIMA)
    assert desk.vendors.asked == [("vendor", KEY_OF["nima"])]
    await change_provider(desk, allow_personal_keys=True)
    assert (await listing(desk, NIMA)).source is Source.CACHE


async def test_nobody_sets_checks_or_deletes_anothers_key() -> None:
    """Not even a super admin: it is as if it were not there. The command line may; the shared one is for super admins."""

    desk = await filled("nima", None)
    before = (await desk.store.current()).keys
    for actor in (OMID, SARA):
        for act in (
            desk.key_keeping.set(VENDOR, "nima", api_key(KEY_OF["omid"]), actor),
            desk.key_keeping.check(VENDOR, "nima", actor),
            desk.key_keeping.delete(VENDOR, "nima", actor),
            desk.key_keeping.check(VENDOR, actor.name, actor),
        ):
            with pytest.raises(KeyNotFound, match="key-not-found"):
                await act
        assert await desk.key_keeping.delete(VENDOR, actor.name, actor) is False
    for refused in (
        desk.key_keeping.set(VENDOR, None, api_key(KEY_OF["omid"]), OMID),
        desk.key_keeping.check(VENDOR, None, OMID),
        desk.key_keeping.delete(VENDOR, None, OMID),
    ):
        with pytest.raises(NotAllowed):
            await refused
    await change_admin(desk, "sara", role=Role.NORMAL)
    with pytest.raises(NotAllowed):  # whatever she was when she signed in
        await desk.key_keeping.delete(VENDOR, None, SARA)
    await switch_nima_off(desk)
    with pytest.raises(NotAllowed, match="admin-disabled"):
        await desk.key_keeping.delete(VENDOR, "nima", NIMA)
    assert (await desk.store.current()).keys == before
    assert desk.vendors.asked == []
    assert await desk.key_keeping.delete(VENDOR, "nima", CLI_ACTOR) is True


@pytest.mark.parametrize("actor", [OMID, SARA], ids=lambda actor: actor.role.value)
async def test_who_has_a_key_of_their_own_checks_anothers_no_more_than_others_do(actor: Actor) -> None:
    """It is not their own that is checked in its place either."""

    desk = await filled("nima", actor.name)
    with pytest.raises(KeyNotFound):
        await desk.key_keeping.check(VENDOR, "nima", actor)
    assert desk.vendors.asked == []


async def test_who_is_no_admin_any_more_has_no_key() -> None:
    """Their session was for an account that is not there: after a restore, for example."""

    desk = await filled("nima")
    before = (await desk.store.current()).keys
    gone = Actor("zoe", Role.NORMAL)
    for refused in (desk.key_keeping.set(VENDOR, "zoe", api_key(KEY_OF["omid"]), gone), desk.key_keeping.delete(VENDOR, "zoe", gone)):
        with pytest.raises(NotAllowed, match="admin-disabled"):
            await refused
    assert (await desk.store.current()).keys == before


@pytest.mark.parametrize("mode", list(RefreshMode))
async def test_a_role_of_before_opens_no_list(mode: RefreshMode) -> None:
    """A request that was let in as a super admin's does not see the list of the shared key, though it is at hand."""

    desk = await filled(None)
    await listing(desk, SARA)
    await change_admin(desk, "sara", role=Role.NORMAL)
    with pytest.raises(KeyMissing, match="shared-key-super-only"):
        await listing(desk, SARA, mode)
    assert len(desk.vendors.asked) == 1
