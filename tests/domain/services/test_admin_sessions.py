"""Sessions of all admins: for super admins only, whatever the edge."""

import pytest

from modeldesk.domain.errors import AdminNotFound, NotAllowed, SessionNotFound
from modeldesk.domain.services.admin_sessions import AdminSessions
from tests.support.samples import NIMA, SARA, Desk


@pytest.fixture
def sessions(desk: Desk) -> AdminSessions:
    return AdminSessions(unit_of_work=desk.store.unit_of_work, snapshots=desk.store, uses=desk.store, clock=desk.clock)


async def test_normal_admins_neither_see_nor_end_them(sessions: AdminSessions) -> None:
    """Each of the three is refused, and not only by the edge that asks."""
    with pytest.raises(NotAllowed):
        await sessions.all(NIMA)
    with pytest.raises(NotAllowed):
        await sessions.end("0" * 16, NIMA)
    with pytest.raises(NotAllowed):
        await sessions.end_all(NIMA)


async def test_what_is_not_there_is_named(sessions: AdminSessions) -> None:
    """A session and an admin alike."""
    with pytest.raises(SessionNotFound):
        await sessions.end("0" * 16, SARA)
    for unknown in (sessions.all(SARA, "nobody"), sessions.end_all(SARA, "nobody")):
        with pytest.raises(AdminNotFound):
            await unknown
