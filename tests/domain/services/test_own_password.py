"""Changing one's own password, and what happens while a password is checked."""

from collections.abc import Awaitable, Callable

import pytest
from attrs import frozen

from modeldesk.domain.errors import InvalidValue, SessionNotFound, SignInRefused
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.session import (
    SignedIn,
)
from modeldesk.domain.ports.security import PasswordHasher
from tests.support.samples import Desk

PASSWORD = "correct horse battery"


OTHER = "another long password"


async def with_ann(desk: Desk) -> SignedIn:
    await desk.accounts.create("ann", PASSWORD, Role.SUPER)
    return await desk.sessions.sign_in("ann", PASSWORD)


async def test_ones_own_password_is_changed(desk: Desk) -> None:
    """Every session ends but for a new one, under a new id and with a new token; the old password is of no use."""
    first, second = await with_ann(desk), await desk.sessions.sign_in("ann", PASSWORD)
    now = await desk.sessions.change_own_password(first.identity, PASSWORD, OTHER, "192.0.2.7")
    assert [await desk.sessions.identify(one.session_id) for one in (first, second)] == [None, None]
    assert await desk.sessions.identify(now.session_id) == now.identity
    assert now.identity.session.csrf_token != first.identity.session.csrf_token
    with pytest.raises(SignInRefused):
        await desk.sessions.sign_in("ann", PASSWORD)
    await desk.sessions.sign_in("ann", OTHER)


async def test_ones_own_password_takes_the_present_one(desk: Desk) -> None:
    """Whoever finds a browser open cannot keep others out; a weak new one is refused before anything else is looked at."""
    signed_in = await with_ann(desk)
    before = await desk.store.current()
    with pytest.raises(SignInRefused):
        await desk.sessions.change_own_password(signed_in.identity, OTHER, OTHER)
    with pytest.raises(InvalidValue):
        await desk.sessions.change_own_password(signed_in.identity, PASSWORD, "x" * 12)
    assert await desk.store.current() == before


@frozen
class Interrupted:
    """Checks a password as `inner` does, and lets something happen before it answers."""

    inner: PasswordHasher
    meanwhile: Callable[[], Awaitable[object]]

    async def hash(self, password: str) -> str:
        return await self.inner.hash(password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        matches = await self.inner.verify(password_hash, password)
        await self.meanwhile()
        return matches


@pytest.mark.parametrize("change", ["password", "disable"])
async def test_a_change_that_comes_while_the_password_is_checked_wins(desk: Desk, change: str) -> None:
    """A sign-in whose password was right a moment ago is refused where it is so no more."""
    accounts = desk.accounts
    await accounts.create("ann", PASSWORD, Role.NORMAL)
    change_of = {"password": lambda: accounts.change_password("ann", OTHER), "disable": lambda: accounts.set_active("ann", False)}
    desk.hasher = Interrupted(desk.hasher, change_of[change])
    with pytest.raises(SignInRefused):
        await desk.sessions.sign_in("ann", PASSWORD)
    assert not (await desk.store.current()).access.sessions


async def test_a_sign_out_while_the_password_is_changed_wins(desk: Desk) -> None:
    """The change would else begin a new session for one that has ended."""
    signed_in = await with_ann(desk)
    before, sessions = (await desk.store.current()).access.admins, desk.sessions
    desk.hasher = Interrupted(desk.hasher, lambda: sessions.sign_out(signed_in.identity))
    with pytest.raises(SessionNotFound):
        await desk.sessions.change_own_password(signed_in.identity, PASSWORD, OTHER)
    access = (await desk.store.current()).access
    assert (access.sessions, access.admins) == ({}, before)
