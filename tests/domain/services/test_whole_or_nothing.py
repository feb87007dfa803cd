"""A deed is one commit: whichever call of a port fails on its way, what stands is what stood before, or all of it."""

from contextlib import suppress

import pytest
from attrs import Factory, define

from modeldesk.adapters.memory.contents import Contents
from modeldesk.domain.errors import Reason, StorageUnavailable
from tests.support.deeds import DEEDS, Deed, filled
from tests.support.samples import Desk


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
