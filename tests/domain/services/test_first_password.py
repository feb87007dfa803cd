"""Admins of a desk where passwords are disabled: created without one, and with one nowhere."""

import pytest

from modeldesk.domain.errors import InvalidValue, SignInRefused
from modeldesk.domain.model.access.admin import Role
from tests.support.samples import Desk

PASSWORD = "correct horse battery"


async def test_an_admin_is_created_without_a_password() -> None:
    """By a super admin and by the set-up link alike. No password signs them in, not even an empty one."""
    desk = Desk(has_passwords=False)
    token = await desk.first_admin.new_token()
    assert token is not None
    first = await desk.first_admin.make(token, "ann", None)
    await desk.accounts.create("bob", None, Role.NORMAL)
    assert await desk.sessions.identify(first.session_id) is not None
    assert [admin.password_hash for admin in desk.store.contents.admins.values()] == ["", ""]
    for name in ("ann", "bob"):
        with pytest.raises(SignInRefused):
            await desk.sessions.sign_in(name, "")


@pytest.mark.parametrize(("has_passwords", "password", "code"), [(False, PASSWORD, "password-unused"), (True, None, "password-missing")])
async def test_a_password_that_does_not_fit_creates_nobody(has_passwords: bool, password: str | None, code: str) -> None:
    """One that could never be used, and none where one is needed. The set-up token stays valid."""
    desk = Desk(has_passwords=has_passwords)
    token = await desk.first_admin.new_token()
    assert token is not None
    with pytest.raises(InvalidValue, match=code):
        await desk.first_admin.make(token, "ann", password)
    with pytest.raises(InvalidValue, match=code):
        await desk.accounts.create("ann", password, Role.SUPER)
    assert desk.store.contents.admins == {}
    assert await desk.first_admin.is_open_to(token)
