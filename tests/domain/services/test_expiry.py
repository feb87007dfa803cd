"""What has expired is recorded while the clock says so: nothing comes back when it is set back."""

from datetime import timedelta
from typing import NoReturn

import pytest

from modeldesk.domain.errors import SetupRefused
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import LONGEST_IDLE
from modeldesk.domain.model.access.setup_token import TOKEN_LIFETIME
from modeldesk.domain.model.values.numbers import TokenDays
from modeldesk.domain.services.expiry import Expiry
from tests.support.samples import SARA, Desk

PASSWORD = "correct horse battery"


def expiry(desk: Desk) -> Expiry:
    return Expiry(desk.store.unit_of_work, desk.store, desk.store, desk.store, desk.clock)


async def desk_of_sara() -> Desk:
    """With sara, who may make tokens."""
    desk = Desk()
    await desk.accounts.create("sara", PASSWORD, Role.SUPER)
    return desk


async def test_nothing_is_written_where_nothing_has_expired() -> None:
    """However often it looks: no number is raised."""
    desk = await desk_of_sara()
    await desk.sessions.sign_in("sara", PASSWORD)
    await desk.tokens.create("nightly", [Scope.READ], SARA)
    before = await desk.store.current()
    await expiry(desk).record()
    assert await desk.store.current() == before


async def test_no_unit_of_work_begins_where_nothing_has_expired() -> None:
    """Not even before there is an admin: every worker looks each minute, and a unit of work keeps others from writing."""
    desk = Desk()
    await desk.first_admin.new_token()

    def refused() -> NoReturn:
        pytest.fail("a unit of work begins")

    await Expiry(refused, desk.store, desk.store, desk.store, desk.clock).record()


@pytest.mark.parametrize("later", [LONGEST_IDLE, timedelta(hours=12)])
async def test_a_session_that_nobody_asked_for_meanwhile(later: timedelta) -> None:
    """Idle or old: it is gone, whatever time it is afterwards."""
    desk = await desk_of_sara()
    signed_in = await desk.sessions.sign_in("sara", PASSWORD)
    desk.clock.forward(later)
    await expiry(desk).record()
    desk.clock.forward(-later)
    assert await desk.sessions.identify(signed_in.session_id) is None


async def test_a_token_that_nobody_asked_for_meanwhile() -> None:
    """The same; it stays in the list."""
    desk = await desk_of_sara()
    new = await desk.tokens.create("nightly", [Scope.READ], SARA, TokenDays(1))
    desk.clock.forward(timedelta(days=1))
    await expiry(desk).record()
    desk.clock.forward(-timedelta(days=1))
    assert await desk.tokens.identify(new.text) is None
    assert (await desk.tokens.page(SARA, 10)).tokens[0].token.name == "nightly"


async def test_a_set_up_link() -> None:
    """Nobody becomes the first admin by an old one."""
    desk = Desk()
    link = await desk.first_admin.new_token() or ""
    await expiry(desk).record()
    assert await desk.first_admin.is_open_to(link)
    desk.clock.forward(TOKEN_LIFETIME)
    await expiry(desk).record()
    desk.clock.forward(-TOKEN_LIFETIME)
    with pytest.raises(SetupRefused):
        await desk.first_admin.make(link, "eve", PASSWORD)
