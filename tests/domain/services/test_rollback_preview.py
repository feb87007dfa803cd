"""What a step back would bring, told before it is taken."""

from random import Random

from modeldesk.domain.errors import NothingToRollBack
from modeldesk.domain.services.rollback_preview import RollbackPreview
from tests.support.actors import by
from tests.support.samples import Desk, chat, provider, select_model, slot


def steps_back(desk: Desk) -> RollbackPreview:
    return RollbackPreview(desk.store, desk.store)


async def test_what_the_next_step_brings(desk: Desk) -> None:
    """A model, the slot before its first choice, or nothing: where no choice was made, and where all were taken back."""

    async def reported() -> tuple[int, str | None] | None:
        step = await steps_back(desk).next(slot())
        return None if step is None else (step.version, step.model and step.model.model_id)

    await desk.put(provider(capabilities=chat("large")))
    assert await reported() is None
    await desk.selection.select(select_model("a"), by("ann"))
    assert await reported() == (0, None)
    await desk.selection.deselect(slot(), by("ann"))
    assert await reported() == (1, "a")
    await desk.selection.select(select_model("b"), by("ann"))
    assert await reported() == (2, None)
    for _ in range(3):
        await desk.selection.roll_back(slot(), by("ann"))
    assert await reported() is None


async def test_what_is_said_is_what_happens(desk: Desk) -> None:
    """Along any way of choosing, emptying and stepping back: possible where it is not refused, and what comes is what was said."""
    chance = Random(7)

    async def deed(kind: int) -> None:
        if kind == 0:
            await desk.selection.deselect(slot(), by("ann"))
        elif kind == 1:
            await desk.selection.select(select_model(chance.choice("abc")), by("ann"))
        else:
            expected = await steps_back(desk).next(slot())
            assert await steps_back(desk).is_possible(slot()) is (expected is not None)
            try:
                done = await desk.selection.roll_back(slot(), by("ann"))
            except NothingToRollBack:
                assert expected is None
            else:
                assert expected is not None
                assert (expected.model and expected.model.model_id) == (done.current and done.current.model.model_id)

    await desk.put(provider(capabilities=chat("large")))
    for _ in range(300):
        await deed(chance.choice((0, 1, 2, 2, 2)))
