"""What is read with an admin's own key is theirs: two admins on every path, and rights that change while a vendor thinks."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import KeyMissing, KeyNotFound, KeyRejected, NotAllowed, TooSoon
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.catalogue.query import CatalogueQuery
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.model.values.texts import SingleLineText, Slug
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.provider_keys import actor_for_admin
from tests.support.actors import by
from tests.support.fake_vendors import NEEDS_KEY, PUBLIC, vendor_models
from tests.support.samples import NOON, Desk, ManualClock, live_provider, select_model, slot
from tests.support.services import Services

VENDOR = Slug("vendor")
CHAT = slot("vendor")
NIMA, OMID, SARA = Actor("nima", Role.NORMAL), Actor("omid", Role.NORMAL), Actor("sara", Role.SUPER)
KEY_OF = {"nima": "sk-of-nima-0123456789", "omid": "sk-of-omid-0123456789", "sara": "sk-of-sara-0123456789", None: "sk-shared-0123456789"}
MODELS_OF = {owner: f"model-{owner or 'shared'}" for owner in KEY_OF}


async def filled(*owners: str | None, **flags: bool) -> Desk:
    """A vendor that tells each key another list, and the keys of these owners; the shared one is for super admins unless it is said otherwise."""
    desk = Desk()
    await desk.put(live_provider("vendor", NEEDS_KEY, **flags))
    async with desk.store.unit_of_work() as work:
        for name, role in (("nima", Role.NORMAL), ("omid", Role.NORMAL), ("sara", Role.SUPER)):
            await work.accounts.put(Admin(SingleLineText(name), role, "h", True, NOON))
        await work.commit()
    for owner in owners:
        await set_key(desk, owner)
    return desk


async def set_key(desk: Desk, owner: str | None) -> None:
    await desk.key_keeping.set(VENDOR, owner, api_key(KEY_OF[owner]), CLI_ACTOR)
    desk.vendors.lists[f"vendor {KEY_OF[owner]}"] = vendor_models(MODELS_OF[owner])


async def listing(desk: Services, actor: Actor, mode: RefreshMode = RefreshMode.STALE_OK) -> SlotCatalogue:
    return await desk.discovery.listing(CHAT, actor, mode)


def shown(listed: SlotCatalogue) -> list[str]:
    """The ids, and those that explaining would name as left out."""
    return [*(model.id for model in listed.page(CatalogueQuery()).models), *(model.id for model in listed.catalogue.excluded)]


async def change_provider(desk: Desk, **flags: bool) -> None:
    await desk.put(evolve((await desk.store.current()).provider(VENDOR), **flags))


async def change_admin(desk: Desk, name: str, **fields: object) -> None:
    async with desk.store.unit_of_work() as work:
        admin = await work.accounts.admin(name)
        assert admin is not None
        await work.accounts.put(evolve(admin, **fields))
        await work.commit()


@pytest.mark.parametrize("mode", list(RefreshMode))
async def test_each_sees_the_list_of_the_own_key(mode: RefreshMode) -> None:
    """Browsed, waited for and refreshed, cold and from the cache, in turns: nobody ever sees what another's key read."""

    desk = await filled("nima", "omid", "sara", None)
    for _ in range(3):
        for actor in (NIMA, OMID, SARA, CLI_ACTOR):
            owner = None if actor is CLI_ACTOR else actor.name
            assert shown(await listing(desk, actor, mode)) == [MODELS_OF[owner]]
        desk.clock.forward(timedelta(minutes=2))
    other = Services(desk.store, desk.clock, desk.metadata, desk.vendors, desk.cache)
    assert [shown(await listing(other, actor)) for actor in (NIMA, OMID)] == [["model-nima"], ["model-omid"]]


async def test_two_admins_with_the_same_key_have_two_lists() -> None:
    """Equal bytes of a key make no common list: what one had accepted or cleared is not the other's."""

    desk = await filled("nima")
    await desk.key_keeping.set(VENDOR, "omid", api_key(KEY_OF["nima"]), OMID)
    await listing(desk, NIMA)
    assert (await listing(desk, OMID)).source is Source.LIVE
    assert len(desk.vendors.asked) == 2
    states = (await desk.store.current()).own_lists
    assert {owner for _, owner in states} == {"nima", "omid"}
    assert len({state.digest for state in states.values()}) == 2


async def test_a_list_of_an_own_key_counts_for_nothing_that_all_see() -> None:
    """Neither in the overview's counts, times and warnings nor in what a selected model is said to be in."""

    desk = await filled("nima", None)
    await desk.selection.select(select_model("model-nima", of=CHAT), by("nima"))
    await listing(desk, NIMA)
    desk.vendors.fail(f"vendor {KEY_OF['nima']}", "nima's own trouble", KeyRejected)
    desk.clock.forward(timedelta(hours=1))
    await listing(desk, NIMA, RefreshMode.WAIT_IF_STALE)
    for _ in range(2):
        overview = await desk.oversight.overview()
        (reported,) = [entry.capabilities[CHAT.capability] for entry in overview.providers]
        assert (reported.model_count, reported.fetched_at, overview.warnings) == (None, None, [])
        (standing,) = await desk.oversight.models(ModelFilter())
        assert standing.in_catalogue is None
        selected = await desk.selection.select(select_model("model-nima", of=CHAT), by("nima"))
        assert selected.current.in_catalogue is None
    await listing(desk, CLI_ACTOR)
    (standing,) = await desk.oversight.models(ModelFilter())
    assert standing.in_catalogue is False
    assert (await desk.oversight.overview()).providers[0].capabilities[CHAT.capability].model_count == 1


async def test_who_has_no_key_of_their_own_is_not_shown_anybodys() -> None:
    """A cold or warm list of another's key makes no difference; the shared one neither, where it is for super admins."""

    desk = await filled("nima", None)
    await listing(desk, NIMA)
    await listing(desk, CLI_ACTOR)
    for mode in RefreshMode:
        with pytest.raises(KeyMissing, match="shared-key-super-only"):
            await listing(desk, OMID, mode)
    await change_provider(desk, allow_shared_for_normal_admins=True)
    assert shown(await listing(desk, OMID)) == ["model-shared"]


async def test_a_list_planted_under_anothers_name_is_not_found() -> None:
    """The owner is in the key of the cache twice over, in its digest and by name: other lists of the provider are other places."""

    desk = await filled("nima", "omid")
    await listing(desk, NIMA)
    await listing(desk, OMID)
    own = (await desk.store.current()).own_lists
    nimas, omids = own[VENDOR, "nima"].key, own[VENDOR, "omid"].key
    assert await desk.cache.get(evolve(nimas, owner="omid")) is None
    assert await desk.cache.get(evolve(nimas, owner=None)) is None
    await desk.cache.put(ListKey(VENDOR, omids.digest, omids.revision, "nima"), vendor_models("planted"))
    assert shown(await listing(desk, OMID)) == ["model-omid"]


Change = Callable[[Desk], Awaitable[object]]


async def switch_nima_off(desk: Desk) -> None:
    await change_admin(desk, "nima", is_active=False)


async def forbid_own_keys(desk: Desk) -> None:
    await change_provider(desk, allow_personal_keys=False)


async def delete_nimas_key(desk: Desk) -> None:
    await desk.key_keeping.delete(VENDOR, "nima", NIMA)


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


async def test_deleting_an_own_key_forgets_what_it_read() -> None:
    """The list and how it stood; another's stay."""

    desk = await filled("nima", "omid")
    await listing(desk, NIMA)
    await listing(desk, OMID)
    state = (await desk.store.current()).list_state(VENDOR, "nima")
    await delete_nimas_key(desk)
    assert set((await desk.store.current()).own_lists) == {(VENDOR, "omid")}
    assert await desk.store.models(state) is None


async def test_clearing_reaches_lists_of_own_keys_too() -> None:
    """They are asked for anew at the next look, as everybody's are."""

    desk = await filled("nima")
    await listing(desk, NIMA)
    desk.clock.forward(timedelta(minutes=1))
    await desk.discovery.clear(VENDOR, CLI_ACTOR)
    assert (await listing(desk, NIMA)).source is Source.LIVE


async def test_the_command_line_spends_an_own_key_only_as_its_owner() -> None:
    """As that admin it spends their key and no other; where they have none, it does not fall back to the shared one."""

    desk = await filled("nima", None)
    snapshot = await desk.store.current()
    assert shown(await listing(desk, actor_for_admin("nima", snapshot))) == ["model-nima"]
    assert shown(await listing(desk, CLI_ACTOR)) == ["model-shared"]
    for name in ("omid", "sara"):
        with pytest.raises(KeyMissing, match=f"key-none-own: .*admin='{name}'"):
            await listing(desk, actor_for_admin(name, snapshot))


async def test_a_list_that_anybody_may_read_is_one_for_all() -> None:
    """No own key is spent on it."""

    desk = await filled()
    await desk.put(live_provider("vendor", PUBLIC))
    await set_key(desk, "nima")
    desk.vendors.write("vendor", ["everybody's"])
    assert shown(await listing(desk, NIMA)) == shown(await listing(desk, OMID)) == ["everybody's"]
    assert desk.vendors.asked == [("vendor", None)]


async def test_a_normal_admin_has_a_list_refreshed_once_a_minute() -> None:
    """Across processes; super admins and the command line as often as they like; an own list has its own minute."""

    desk = await filled("omid", None, allow_shared_for_normal_admins=True)
    other = Services(desk.store, desk.clock, desk.metadata, desk.vendors)
    await listing(desk, NIMA)
    await listing(desk, NIMA, RefreshMode.FORCE)
    desk.clock.forward(timedelta(seconds=19.5))
    for services in (desk, other):
        with pytest.raises(TooSoon) as caught:
            await listing(services, NIMA, RefreshMode.FORCE)
        assert caught.value.seconds == 41
    for actor in (SARA, CLI_ACTOR, SARA, OMID):
        await listing(desk, actor, RefreshMode.FORCE)
    assert (await listing(desk, NIMA)).source is Source.CACHE
    desk.clock.forward(timedelta(seconds=40.5))
    await listing(other, NIMA, RefreshMode.FORCE)
    assert len(desk.vendors.asked) == 7


async def test_a_clock_that_was_set_back_makes_nobody_wait_for_longer() -> None:
    """A minute in either direction is a minute."""

    desk = await filled(None, allow_shared_for_normal_admins=True)
    await listing(desk, NIMA, RefreshMode.FORCE)
    desk.clock = ManualClock(NOON - timedelta(days=1))
    earlier = Services(desk.store, desk.clock, desk.metadata, desk.vendors)
    await listing(earlier, NIMA, RefreshMode.FORCE)


async def test_lists_of_several_owners_are_each_built_once() -> None:
    """They do not push each other's catalogue from its place."""

    desk = await filled("nima", "omid", None)
    actors = (NIMA, OMID, CLI_ACTOR)
    built = [(await listing(desk, actor)).catalogue for actor in actors]
    again = [(await listing(desk, actor)).catalogue for actor in actors]
    assert all(first is second for first, second in zip(built, again, strict=True))


async def test_who_has_a_key_of_their_own_checks_anothers_no_more_than_others_do() -> None:
    """It is not their own that is checked in its place either."""

    desk = await filled("nima", "omid")
    with pytest.raises(KeyNotFound):
        await desk.key_keeping.check(VENDOR, "nima", OMID)
    assert desk.vendors.asked == []
