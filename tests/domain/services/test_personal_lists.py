"""What is read with an admin's own key is theirs: two admins on every path."""

from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import KeyMissing, KeyRejected, TooSoon
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import Source
from modeldesk.domain.model.catalogue.list_state import ListKey
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.provider_keys import actor_for_admin
from tests.support.actors import by
from tests.support.fake_vendors import PUBLIC, vendor_models
from tests.support.personal_lists import (
    CHAT,
    KEY_OF,
    MODELS_OF,
    NIMA,
    OMID,
    SARA,
    VENDOR,
    change_provider,
    delete_nimas_key,
    filled,
    listing,
    set_key,
    shown,
)
from tests.support.samples import NOON, ManualClock, live_provider, select_model
from tests.support.services import Services


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
