"""The digest of what products are answered: it changes with an answer, with the day where that changes one, and with nothing else."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from modeldesk.adapters.metadata.address import MetadataAddress
from modeldesk.adapters.metadata.kept_file import KeptFile
from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.domain.errors import Reason
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim
from modeldesk.domain.services.metadata_refresh import MetadataRefresh
from modeldesk.domain.services.resolution import Outcome
from modeldesk.entrypoints.consumer.flag_answers import FlagAnswers
from modeldesk.entrypoints.consumer.flags_state import FlagsState
from modeldesk.entrypoints.responses.fragments import Joined
from tests.support.fake_vendors import CLASSES
from tests.support.samples import Desk, FakeMetadata, chat, price, provider, select_model, slot, store_with_admins

ENDS = date(2026, 12, 31)
NO_ADDRESS = MetadataAddress("", lambda: None)  # type: ignore[arg-type,return-value] # never asked


@pytest.fixture
def desk() -> Desk:
    claims = (LifecycleClaim("models.dev", retires_on=ENDS),)
    return Desk(store=store_with_admins(), metadata=FakeMetadata({"acme": {"ending": ModelFacts("Ending", claims=claims)}}))


def state_of(desk: Desk) -> FlagsState:
    flags = FlagAnswers()

    async def answered(outcomes: Sequence[Outcome]) -> Joined:
        return flags.of(outcomes)

    return FlagsState(lambda: desk.store, lambda: desk.resolver, desk.clock, answered)


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


async def test_a_metadata_refresh_changes_it(desk: Desk, tmp_path: Path) -> None:
    """At once, with the price of a model that no list holds; a refresh that brings nothing new changes nothing."""
    layers = LayeredMetadata(CLASSES, KeptFile(tmp_path))
    desk = Desk(store=desk.store, metadata=layers)  # type: ignore[arg-type] # real layers
    refresh = MetadataRefresh(layers, NO_ADDRESS, desk.store.unit_of_work, desk.clock)
    await desk.put(provider(capabilities=chat("large")))
    await desk.selection.select(select_model("not-listed"), CLI_ACTOR)
    state = state_of(desk)
    before = await state.look()
    await refresh.from_file(b'{"acme": {"models": {"not-listed": {"name": "New", "cost": {"input": 3, "output": 9}}}}}', "mine.json")
    after = await state.look()
    assert after.tag != before.tag
    resolution = (await desk.resolver.of_slot(slot())).require()
    assert resolution.resolved.pricing == price(prompt="3", completion="9")
    assert resolution.steps[-1] == Reason("resolve-by-metadata", model="not-listed", source="models.dev")
    await refresh.from_file(b'{"other": {"models": {"m": {"name": "M"}}}}', "other.json")
    assert (await state.look()).tag == after.tag
