"""Resolving every use and slot at once."""

from collections import Counter
from collections.abc import Mapping

from attrs import define, field

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from tests.support.samples import Desk, FakeMetadata, chat, provider, select_model, slot

NAMES = [Slug(f"p-{number}") for number in range(4)]
CHAT = CapabilityName("chat")


@define
class CountedMetadata(FakeMetadata):
    """Counts how often each provider's facts were asked for."""

    asked: Counter[str] = field(factory=Counter)

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        self.asked[provider.slug] += 1
        return await super().facts(provider)


async def test_a_slot_is_resolved_once_however_many_uses_have_it() -> None:
    """A thousand uses with sixteen fallbacks each took a quarter of a second, in which nobody else was answered."""
    metadata = CountedMetadata({})
    desk = Desk(metadata=metadata)
    await desk.put(*(provider(name, capabilities=chat("m")) for name in NAMES))
    for name in NAMES[:-1]:
        await desk.selection.select(select_model("m", of=slot(name)), CLI_ACTOR)
    for number in range(6):
        await desk.uses.put(
            Use(UseName(f"u-{number}"), CHAT, NAMES[number % 4], fallbacks=tuple(set(NAMES) - {NAMES[number % 4]})), CLI_ACTOR
        )
    metadata.asked.clear()
    outcomes = await desk.resolver.all()
    assert metadata.asked == dict.fromkeys(NAMES[:-1], 1), "the last one has no active model"
    alone = {use.name: await desk.resolver.of_use(use.name) for use in (await desk.store.current()).uses.values()}
    assert {outcome.use.name: outcome.resolution for outcome in outcomes if outcome.use} == {
        name: outcome.resolution for name, outcome in alone.items()
    }
    assert [outcome.slot.provider for outcome in outcomes if outcome.use is None] == NAMES
    refusals = [outcome.refusal for outcome in outcomes if outcome.refusal is not None]
    assert [refusal.__traceback__ for refusal in refusals] == [None] * 2, "they are kept, and their frames must not be"
    await desk.close()
