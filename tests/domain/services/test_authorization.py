"""Who is out by the time that their change would be made: as it stands in the unit of work that would make it."""

from asyncio import run

import pytest
from attrs import evolve

from modeldesk.domain.errors import NotAllowed, SessionNotFound, SignedOut
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.api_token import TokenIdentity
from modeldesk.domain.model.access.permissions import Scope
from tests.support.actors import by
from tests.support.samples import SARA, Desk, chat, provider, select_model, slot


@pytest.fixture
def desk(desk: Desk) -> Desk:
    run(desk.put(provider(capabilities=chat("large", "small"))))
    return desk


@pytest.mark.parametrize("who", ["switched off", "token revoked", "signed out", "demoted"])
async def test_nothing_more_is_changed(desk: Desk, who: str) -> None:
    """As it stands in the unit of work that would write: a request that was let in before is no way around it."""
    await desk.selection.select(select_model("small"), by("ann"))
    await desk.accounts.set_role("nima", Role.SUPER)
    token = (await desk.tokens.create("ci", {Scope.ADMIN}, SARA)).token
    session = await desk.session_of("nima")
    actor = TokenIdentity(session.admin, token).actor("") if who == "token revoked" else session.actor("")
    await desk.selection.select(select_model("large"), actor)
    if who == "switched off":
        await desk.accounts.set_active("nima", False)
    elif who == "demoted":
        await desk.accounts.set_role("nima", Role.NORMAL)
    elif who == "signed out":
        await desk.sessions.sign_out(session)
    else:
        await desk.tokens.revoke("ci", SARA)
        await desk.tokens.create("ci", {Scope.ADMIN}, SARA)  # another of its name is not the same
    before = desk.store.contents
    deeds = [
        desk.selection.select(select_model("gpt"), actor),
        desk.selection.deselect(slot(), actor),
        desk.selection.roll_back(slot(), actor),
    ]
    deeds += [desk.registration.set_active(slot().provider, False, actor), desk.discovery.clear(None, actor)]
    deeds += [desk.key_keeping.delete(slot().provider, None, actor), desk.registration.populate([], actor)]
    deeds += [desk.accounts.create("eve", "a long enough phrase", Role.SUPER, actor), desk.tokens.create("eve", {Scope.ADMIN}, actor)]
    for deed in deeds:
        with pytest.raises(SignedOut if who == "signed out" else NotAllowed):
            await deed
    assert desk.store.contents is before


async def test_a_disabled_admin_changes_nothing_with_a_session_that_outlived_it(desk: Desk) -> None:
    """However that came about: neither what every admin may change, nor what super admins may."""
    actor = (await desk.session_of("nima")).actor("")
    async with desk.store.unit_of_work() as work:
        admin = await work.accounts.admin("nima")
        assert admin is not None
        await work.accounts.put(evolve(admin, is_active=False))
        await work.commit()
    before = desk.store.contents
    for deed in (desk.selection.select(select_model("small"), actor), desk.registration.set_active(slot().provider, False, actor)):
        with pytest.raises(NotAllowed, match="admin-disabled"):
            await deed
    assert desk.store.contents is before


async def test_a_session_that_ended_ends_no_other(desk: Desk) -> None:
    """Whoever holds an old cookie cannot throw the others out with it."""
    out, other = await desk.session_of("sara"), await desk.session_of("sara")
    await desk.sessions.sign_out(out)
    before = desk.store.contents
    with pytest.raises(SessionNotFound):
        await desk.sessions.end_others(out)
    with pytest.raises(SessionNotFound):
        await desk.sessions.end_own(out, other.session.handle)
    assert desk.store.contents is before
