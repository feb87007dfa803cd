"""Deeds that write much, and a desk at which each of them does: for tests of what is between two deeds, and between a deed and nothing."""

from collections.abc import Awaitable, Callable, Mapping

from modeldesk.adapters.memory.contents import Contents
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.providers.provider import ProviderChange
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.model.webhooks.webhook import SUBSCRIBED
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.actors import by
from tests.support.samples import (
    A_KEY,
    ANOTHER_KEY,
    NIMA,
    SARA,
    Desk,
    chat,
    declared,
    lists,
    live_provider,
    provider,
    select_model,
    slot,
    store_with_admins,
)
from tests.support.webhooks import FakeReceivers, webhooks_of

VENDOR, PASSWORD = Slug("vendor"), "a long enough phrase"
SUPPORT = Use(UseName("support"), slot("other").capability, Slug("other"))
EVERYTHING = ImportOptions(force=True, prune=True, deactivate_lost=True)
MOVED, LESS = HttpUrl("https://elsewhere.example/v1"), {"image": lists()}
DECLARED = [
    declared("new"),
    declared("acme", capabilities=LESS),
    declared("vendor", api_base_url=MOVED, capabilities=live_provider().capabilities),
    declared("other", capabilities=chat("a")),
]

Deed = Callable[[Desk], Awaitable[object]]
DEEDS: Mapping[str, Deed] = {
    "an import": lambda desk: desk.registration.register(DECLARED, EVERYTHING, CLI_ACTOR, uses=[SUPPORT]),
    "a population": lambda desk: desk.registration.populate(DECLARED, CLI_ACTOR),
    "a change of an address": lambda desk: desk.registration.change(VENDOR, ProviderChange(api_base_url=MOVED), CLI_ACTOR),
    "a provider that is disabled": lambda desk: desk.registration.set_active(Slug("acme"), False, CLI_ACTOR),
    "no more personal keys": lambda desk: desk.registration.change(VENDOR, ProviderChange(allow_personal_keys=False), CLI_ACTOR),
    "a selection": lambda desk: desk.selection.select(select_model("small"), by("ann")),
    "a deselection": lambda desk: desk.selection.deselect(slot(), by("ann")),
    "a rollback": lambda desk: desk.selection.roll_back(slot(), by("ann")),
    "a use": lambda desk: desk.uses.put(SUPPORT, CLI_ACTOR),
    "another key": lambda desk: desk.key_keeping.set(VENDOR, None, ANOTHER_KEY, SARA),
    "another personal key": lambda desk: desk.key_keeping.set(VENDOR, "nima", ANOTHER_KEY, NIMA),
    "a key less": lambda desk: desk.key_keeping.delete(VENDOR, "nima", NIMA),
    "cleared lists": lambda desk: desk.discovery.clear(None, CLI_ACTOR),
    "another admin": lambda desk: desk.accounts.create("eve", PASSWORD, Role.NORMAL),
    "a changed admin": lambda desk: desk.accounts.change("nima", AdminChange(role=Role.SUPER, password=PASSWORD)),
    "a token": lambda desk: desk.tokens.create("ci", {Scope.READ}, SARA),
    "a webhook": lambda desk: webhooks_of(desk, FakeReceivers()).add(HttpUrl("https://b.example/"), SUBSCRIBED, CLI_ACTOR),
}

CAREFUL_IMPORT: Deed = lambda desk: desk.registration.register(DECLARED, ImportOptions(force=True), CLI_ACTOR)  # noqa: E731 - as the others
"""Refused where a model is active that it would deselect."""


async def filled() -> Contents:
    """Models that are active, keys, a session, and somebody who receives events: every deed has much to write."""
    desk = Desk(store=store_with_admins())
    await desk.put(
        provider("acme", capabilities=chat("large", "small")), provider("other", capabilities=chat("a")), provider("gone"), live_provider()
    )
    await webhooks_of(desk, FakeReceivers()).add(HttpUrl("https://a.example/"), SUBSCRIBED, CLI_ACTOR)
    for owner, actor in ((None, SARA), ("nima", NIMA)):
        await desk.key_keeping.set(VENDOR, owner, A_KEY, actor)
    await desk.selection.select(select_model("large"), by("ann"))
    await desk.session_of("nima")
    return desk.store.contents
