"""The digest of what products are answered: it changes with an answer, with the day where that changes one, and with nothing else."""

from datetime import date, timedelta

import pytest

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim
from modeldesk.entrypoints.consumer.flags_state import FlagsState
from tests.support.samples import Desk, FakeMetadata, chat, provider, select_model, store_with_admins

ENDS = date(2026, 12, 31)


@pytest.fixture
def desk() -> Desk:
    claims = (LifecycleClaim("models.dev", retires_on=ENDS),)
    return Desk(store=store_with_admins(), metadata=FakeMetadata({"acme": {"ending": ModelFacts("Ending", claims=claims)}}))


def state_of(desk: Desk) -> FlagsState:
    return FlagsState(lambda: desk.store, lambda: desk.resolver, desk.clock)


async def test_a_selection_changes_it(desk: Desk) -> None:
    """What changes no answer does not: a provider that no slot has."""
    await desk.put(provider(capabilities=chat("large", "ending")))
    state = state_of(desk)
    empty = (await state.look()).tag
    await desk.selection.select(select_model("large"), CLI_ACTOR)
    selected = (await state.look()).tag
    assert selected != empty
    await desk.put(provider("other"))
    assert (await state.look()).tag == selected


async def test_a_model_that_retires_changes_it_without_a_write(desk: Desk) -> None:
    """On the day after its last one, and on no day before."""
    await desk.put(provider(capabilities=chat("large", "ending")))
    await desk.selection.select(select_model("ending"), CLI_ACTOR)
    state = state_of(desk)
    before = await state.look()
    desk.clock.forward(timedelta(days=1))
    assert await state.look() == before
    desk.clock.forward(timedelta(days=(ENDS - desk.clock().date()).days + 1))
    assert (await state.look()).tag != before.tag
