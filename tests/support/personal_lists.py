"""A vendor that answers each key with another list, and the admins whose keys they are."""

from attrs import evolve

from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.catalogue.query import CatalogueQuery
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.model.values.texts import SingleLineText, Slug
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.fake_vendors import NEEDS_KEY, vendor_models
from tests.support.samples import NOON, Desk, live_provider, slot
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


async def switch_nima_off(desk: Desk) -> None:
    await change_admin(desk, "nima", is_active=False)


async def forbid_own_keys(desk: Desk) -> None:
    await change_provider(desk, allow_personal_keys=False)


async def delete_nimas_key(desk: Desk) -> None:
    await desk.key_keeping.delete(VENDOR, "nima", NIMA)
