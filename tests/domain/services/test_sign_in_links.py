"""One-time links of the operator."""

from datetime import timedelta

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryUnitOfWork
from modeldesk.domain.errors import AdminNotFound, NotAllowed
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.access.sign_in_link import LINK_LIFETIME
from modeldesk.domain.model.audit import Action
from modeldesk.domain.services.sign_in_links import SignInLinks
from tests.support.samples import Desk

PASSWORD = "correct horse battery"
MOMENT = timedelta(microseconds=1)


async def links_of(desk: Desk) -> SignInLinks:
    for name in ("ann", "bob"):
        await desk.accounts.create(name, PASSWORD, Role.SUPER)
    return SignInLinks(desk.store.unit_of_work, desk.store, desk.store, desk.clock)


def no_unit_of_work() -> InMemoryUnitOfWork:
    raise AssertionError("a unit of work has the lock of all writers")


async def test_a_link_signs_in_once(desk: Desk) -> None:
    """Looking at it uses nothing up; only its digest is stored."""
    links = await links_of(desk)
    token = await links.make("ann")
    assert token not in repr(desk.store.contents)
    assert [await links.is_open_to(token) for _ in range(2)] == [True, True]
    signed_in = await links.sign_in(token, "192.0.2.7")
    assert await desk.sessions.identify(signed_in.session_id) == signed_in.identity
    assert signed_in.identity.admin.name == "ann"
    assert not await links.is_open_to(token)
    with pytest.raises(NotAllowed):
        await links.sign_in(token)
    told = [(entry.by, entry.action, entry.after) for entry in desk.store.contents.audit][-2:]
    assert told == [("cli", Action.SIGN_IN_LINK_MADE, None), ("ann", Action.SIGNED_IN, {"by": "link"})]


async def test_a_link_ends(desk: Desk) -> None:
    """After fifteen minutes, with a newer one, and with its admin; what is no token is none."""
    links = await links_of(desk)
    old, other = await links.make("ann"), await links.make("bob")
    new = await links.make("ann")
    assert [await links.is_open_to(token) for token in (old, new, other, "", "x" * 10_000, "\ud800")] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
    await desk.accounts.change("bob", AdminChange(is_active=False))
    assert not await links.is_open_to(other)
    desk.clock.forward(LINK_LIFETIME - MOMENT)
    assert await links.is_open_to(new)
    desk.clock.forward(MOMENT)
    assert not await links.is_open_to(new)


async def test_an_invalid_token_keeps_no_writer_waiting(desk: Desk) -> None:
    """Anybody may try one, as often as they like: it is refused by a read."""
    token = await (await links_of(desk)).make("ann")
    links = SignInLinks(no_unit_of_work, desk.store, desk.store, desk.clock)
    assert await links.is_open_to(token)
    for invalid in ("", "x" * 43, "x" * 10_000):
        assert not await links.is_open_to(invalid)
        with pytest.raises(NotAllowed):
            await links.sign_in(invalid)


async def test_a_link_is_made_for_an_admin_who_may_sign_in(desk: Desk) -> None:
    """By the operator or a super admin, not for a disabled one."""
    links = await links_of(desk)
    with pytest.raises(AdminNotFound):
        await links.make("eve")
    await desk.accounts.change("bob", AdminChange(is_active=False))
    with pytest.raises(NotAllowed):
        await links.make("bob")
    await desk.accounts.create("cleo", PASSWORD, Role.NORMAL)
    with pytest.raises(NotAllowed):
        await links.make("ann", (await desk.session_of("cleo")).actor("192.0.2.7"))
