"""A deed is one commit: whichever call of a port fails on its way, what stands is what stood before, or all of it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from attrs import Factory, define

from modeldesk.adapters.memory.contents import Contents
from modeldesk.domain.errors import Reason, StorageUnavailable
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
DEEDS: dict[str, Deed] = {
    "an import": lambda desk: desk.registration.register(DECLARED, EVERYTHING, CLI_ACTOR, uses=[SUPPORT]),
    "a population": lambda desk: desk.registration.populate(DECLARED, CLI_ACTOR),
    "a change of an address": lambda desk: desk.registration.change(VENDOR, ProviderChange(api_base_url=MOVED), CLI_ACTOR),
    "a selection": lambda desk: desk.selection.select(select_model("small"), by("ann")),
    "a deselection": lambda desk: desk.selection.deselect(slot(), by("ann")),
    "a rollback": lambda desk: desk.selection.roll_back(slot(), by("ann")),
    "a use": lambda desk: desk.uses.put(SUPPORT, CLI_ACTOR),
    "another key": lambda desk: desk.key_keeping.set(VENDOR, None, ANOTHER_KEY, SARA),
    "a key less": lambda desk: desk.key_keeping.delete(VENDOR, "nima", NIMA),
    "cleared lists": lambda desk: desk.discovery.clear(None, CLI_ACTOR),
    "another admin": lambda desk: desk.accounts.create("eve", PASSWORD, Role.NORMAL),
    "a changed admin": lambda desk: desk.accounts.change("nima", AdminChange(role=Role.SUPER, password=PASSWORD)),
    "a token": lambda desk: desk.tokens.create("ci", {Scope.READ}, SARA),
    "a webhook": lambda desk: webhooks_of(desk, FakeReceivers()).add(HttpUrl("https://b.example/"), SUBSCRIBED, CLI_ACTOR),
}


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


@define
class Watch:
    """Notes what stands at each call of a port, and lets one call fail."""

    desk: Desk
    fails_at: int = 0
    stood: list[Contents] = Factory(list)

    async def __call__(self) -> None:
        self.stood.append(self.desk.store.contents)
        if len(self.stood) == self.fails_at:
            raise StorageUnavailable(Reason("database-closed", place="here"))


async def watched(deed: Deed, before: Contents, fails_at: int = 0) -> list[Contents]:
    """What stood at each call of a port, and in the end."""
    desk = Desk()
    desk.store.contents = before
    desk.store.pause = watch = Watch(desk, fails_at)
    with suppress(StorageUnavailable):
        await deed(desk)
    await desk.background.close()
    return [*watch.stood, desk.store.contents]


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
async def test_whichever_call_fails(deed: Deed) -> None:
    """All that a deed changes appears in one step, and where a call before that step fails, nothing of it."""
    before = await filled()
    stood = await watched(deed, before)
    calls_before = len([contents for contents in stood if contents is before])
    assert calls_before < len(stood)
    assert all(contents is stood[-1] for contents in stood[calls_before:])
    for number in range(1, calls_before + 1):
        assert (await watched(deed, before, number))[-1] is before, f"call {number} of {calls_before}"
