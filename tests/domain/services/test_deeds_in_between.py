"""Two deeds at once are one after the other: whatever another process commits on the way to a unit of work, it is decided on what stands then."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import pytest
from attrs import define

from modeldesk.adapters.memory.contents import Contents, no_pause
from modeldesk.domain.errors import ModeldeskError
from tests.support.deeds import CAREFUL_IMPORT, DEEDS, VENDOR, Deed, filled
from tests.support.samples import SARA, Desk

APART = ("cleared lists", "another admin", "a changed admin", "a token", "a webhook")
"""What no other deed depends on."""

RIVALS = {name: deed for name, deed in DEEDS.items() if name not in APART} | {"a careful import": CAREFUL_IMPORT}

FIRST: Mapping[str, Sequence[Deed]] = {
    "as it is": [],
    "no model active": [DEEDS["a deselection"]],
    "no key": [DEEDS["a key less"], lambda desk: desk.key_keeping.delete(VENDOR, None, SARA)],
}
"""What is done before."""


@define
class InBetween:
    """At the n-th call of a port, or at the first one behind it outside a unit of work, another process does its deed."""

    desk: Desk
    other: Deed
    at: int
    calls: int = 0
    is_done: bool = False

    async def __call__(self) -> None:
        self.calls += 1
        if self.calls < self.at or self.is_done or self.desk.store.writer is not None:
            return
        self.is_done, self.desk.store.pause = True, no_pause
        await tried(self.other, self.desk)
        self.desk.store.pause = self


async def tried(deed: Deed, desk: Desk) -> None:
    """A refusal is an outcome like any other: nothing is changed then."""
    with suppress(ModeldeskError):
        await deed(desk)


async def in_order(before: Contents, *deeds: Deed) -> Desk:
    desk = Desk()
    desk.store.contents = before
    for deed in deeds:
        await tried(deed, desk)
    await desk.background.close()
    return desk


def outcome(desk: Desk) -> Mapping[str, object]:
    """What stands, and what the audit log says of the way to it; without what is drawn at random."""
    held = desk.store.contents
    return {
        "providers": held.providers,
        "slots": (held.choices, held.history),
        "uses": (held.uses, held.use_history),
        "keys": {ref: (key.binding, key.is_suspended) for ref, key in held.keys.items()},
        "audit": [(entry.by, entry.action, entry.subject, entry.before, entry.after) for entry in held.audit],
    }


@pytest.mark.parametrize("deed", RIVALS.values(), ids=RIVALS)
@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
async def test_whatever_comes_in_between(deed: Deed, first: Sequence[Deed]) -> None:
    """At every moment, every other deed: the outcome is that of one after the other, in one order or the other."""
    before = (await in_order(await filled(), *first)).store.contents
    for name, other in RIVALS.items():
        serial = [outcome(await in_order(before, *order)) for order in ((deed, other), (other, deed))]
        at, has_come = 0, True
        while has_come:
            at += 1
            desk = Desk()
            desk.store.contents = before
            desk.store.pause = rival = InBetween(desk, other, at)
            await tried(deed, desk)
            await desk.background.close()
            has_come = rival.is_done
            if has_come:
                assert outcome(desk) in serial, f"{name} at call {at}"
