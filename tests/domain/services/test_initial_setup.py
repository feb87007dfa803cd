"""The first admin of a desk that has none, by a token that is told once."""

from asyncio import create_task, gather, sleep
from datetime import timedelta

import pytest

from modeldesk.domain.errors import InvalidValue, SetupRefused
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.setup_token import TOKEN_LIFETIME
from modeldesk.domain.model.values.texts import SingleLineText
from tests.support.samples import NOON, Desk

PASSWORD = "correct horse battery"


@pytest.fixture
def desk() -> Desk:
    """Where there is no admin yet."""
    return Desk()


async def token_of(desk: Desk) -> str:
    token = await desk.first_admin.new_token()
    assert token is not None
    return token


async def test_the_first_admin_is_super_and_signed_in(desk: Desk) -> None:
    """With their session from there; the token is dead then."""
    token = await token_of(desk)
    made = await desk.first_admin.make(token, "ann", PASSWORD, "192.0.2.7")
    assert (made.identity.admin.name, made.identity.admin.role, made.identity.session.address) == ("ann", Role.SUPER, "192.0.2.7")
    assert await desk.sessions.identify(made.session_id) == made.identity
    await desk.sessions.sign_in("ann", PASSWORD)
    assert desk.store.contents.setup_token is None
    with pytest.raises(SetupRefused):
        await desk.first_admin.make(token, "bob", PASSWORD)


async def test_only_the_digest_of_a_token_is_kept(desk: Desk) -> None:
    """Of 256 random bits; what stands in the database opens nothing."""
    token = await token_of(desk)
    assert len(token) == 43
    assert token not in repr(desk.store.contents)
    with pytest.raises(SetupRefused):
        await desk.first_admin.make(credential_digest(token), "ann", PASSWORD)


async def test_whether_a_token_is_good_can_be_asked(desk: Desk) -> None:
    """As often as one likes, by whoever has it; not after an hour, nor after a newer one was told, nor once there is an admin."""
    first = await token_of(desk)
    assert await desk.first_admin.is_open_to(first)
    assert await desk.first_admin.is_open_to(first)
    second = await token_of(desk)
    assert [await desk.first_admin.is_open_to(token) for token in (first, second, "", "\ud800")] == [False, True, False, False]
    desk.clock.forward(TOKEN_LIFETIME)
    assert not await desk.first_admin.is_open_to(second)
    third = await token_of(desk)
    await desk.first_admin.make(third, "ann", PASSWORD)
    assert not await desk.first_admin.is_open_to(third)


@pytest.mark.parametrize("token", ["", "x" * 43, "\ud800", "é"])
async def test_a_wrong_token_is_refused(desk: Desk, token: str) -> None:
    """Whatever it is; also where none was ever told."""
    for _ in range(2):
        with pytest.raises(SetupRefused):
            await desk.first_admin.make(token, "ann", PASSWORD)
        await token_of(desk)
    assert desk.store.contents.admins == {}


async def test_a_token_lives_for_an_hour(desk: Desk) -> None:
    """Not a moment longer; a newer one takes its place."""
    first, second = await token_of(desk), await token_of(desk)
    desk.clock.forward(timedelta(hours=1, microseconds=-1))
    with pytest.raises(SetupRefused):
        await desk.first_admin.make(first, "ann", PASSWORD)
    desk.clock.forward(timedelta(microseconds=1))
    with pytest.raises(SetupRefused):
        await desk.first_admin.make(second, "ann", PASSWORD)
    assert desk.store.contents.admins == {}


async def test_an_admin_beside_a_token_closes_the_door(desk: Desk) -> None:
    """Also one who came by a way that leaves the token, while the password was hashed: the unit of work looks at both."""
    token = await token_of(desk)
    making = create_task(desk.first_admin.make(token, "ann", PASSWORD))
    await sleep(0)
    async with desk.store.unit_of_work() as work:
        await work.accounts.put(Admin(SingleLineText("eve"), Role.NORMAL, "h", is_active=True, created_at=NOON))
        await work.commit()
    with pytest.raises(SetupRefused):
        await making
    assert set(desk.store.contents.admins) == {"eve"}


async def test_a_desk_with_an_admin_has_no_token(desk: Desk) -> None:
    """None is made there, and one that was told before is dead, whoever made the admin and whether or not they may sign in."""
    token = await token_of(desk)
    await desk.accounts.create("ann", PASSWORD, Role.NORMAL)
    await desk.accounts.set_active("ann", False)
    assert desk.store.contents.setup_token is None
    assert await desk.first_admin.new_token() is None
    with pytest.raises(SetupRefused):
        await desk.first_admin.make(token, "bob", PASSWORD)


async def test_the_first_admin_has_rules_too(desk: Desk) -> None:
    """A weak password or a bad name uses up nothing."""
    token = await token_of(desk)
    for name, password in (("ann", "x" * 12), ("cli", PASSWORD), ("", PASSWORD), ("ann", "short")):
        with pytest.raises(InvalidValue):
            await desk.first_admin.make(token, name, password)
    await desk.first_admin.make(token, "ann", PASSWORD)


async def test_of_two_at_once_one_wins(desk: Desk) -> None:
    """Both tokens were right when they came; there is one admin in the end."""
    token = await token_of(desk)
    answers = await gather(*(desk.first_admin.make(token, name, PASSWORD) for name in ("ann", "bob", "ann")), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["SetupRefused", "SetupRefused", "SignedIn"]
    assert len(desk.store.contents.admins) == len(desk.store.contents.sessions) == 1
