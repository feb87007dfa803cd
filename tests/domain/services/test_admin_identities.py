"""Linking identities of a provider to admins who exist."""

import pytest

from modeldesk.domain.errors import AdminNotFound, IdentityExists, IdentityNotFound, IssuerNotFound, NotAllowed
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.audit import Action
from modeldesk.domain.services.admin_identities import AdminIdentities
from tests.support.fixed_providers import FixedProviders
from tests.support.samples import Desk

PASSWORD = "correct horse battery"
SEVEN = FederatedIdentity("https://login.example", "7")


async def test_an_identity_is_linked_and_unlinked(desk: Desk) -> None:
    """It belongs to one admin at a time; unlinking ends the sessions that it may have started."""
    service = AdminIdentities(desk.store.unit_of_work, FixedProviders(), desk.clock)
    for name in ("ann", "bob"):
        await desk.accounts.create(name, PASSWORD, Role.SUPER)
    assert [await service.link("ann", SEVEN), await service.link("ann", SEVEN)] == [True, False]
    with pytest.raises(IdentityExists) as held:
        await service.link("bob", SEVEN)
    assert held.value.name == "ann"
    signed_in = await desk.sessions.sign_in("ann", PASSWORD)
    with pytest.raises(IdentityNotFound):
        await service.unlink("bob", SEVEN)
    await service.unlink("ann", SEVEN)
    assert await desk.sessions.identify(signed_in.session_id) is None
    with pytest.raises(IdentityNotFound):
        await service.unlink("ann", SEVEN)
    with pytest.raises(AdminNotFound):
        await service.link("eve", SEVEN)
    told = [(entry.by, entry.action, entry.subject, entry.before, entry.after) for entry in desk.store.contents.audit]
    details = {"issuer": "https://login.example", "subject": "7"}
    assert ("cli", Action.IDENTITY_LINKED, "ann", None, details) in told
    assert told[-1] == ("cli", Action.IDENTITY_UNLINKED, "ann", details, None)


async def test_only_super_admins_link(desk: Desk) -> None:
    """As with everything about who may sign in."""
    await desk.accounts.create("ann", PASSWORD, Role.SUPER)
    await desk.accounts.create("bob", PASSWORD, Role.NORMAL)
    bob = (await desk.session_of("bob")).actor("192.0.2.7")
    service = AdminIdentities(desk.store.unit_of_work, FixedProviders(), desk.clock)
    with pytest.raises(NotAllowed):
        await service.link("bob", SEVEN, bob)
    with pytest.raises(NotAllowed):
        await service.unlink("bob", SEVEN, bob)


async def test_an_issuer_that_no_provider_has_is_refused(desk: Desk) -> None:
    """Nobody could ever sign in by such a link. The refusal names the issuers that there are, and one that is similar."""
    await desk.accounts.create("ann", PASSWORD, Role.SUPER)
    service = AdminIdentities(desk.store.unit_of_work, FixedProviders(), desk.clock)
    with pytest.raises(IssuerNotFound) as unknown:
        await service.link("ann", FederatedIdentity("https://login.example/", "7"))
    assert unknown.value.facts == {
        "issuer": "https://login.example/",
        "nearest": "https://login.example",
        "known": ["https://login.example", "https://other.example"],
    }
    assert desk.store.contents.audit[-1].action is Action.ADMIN_CREATED
