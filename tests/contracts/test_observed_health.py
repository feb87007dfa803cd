"""What every store promises of the observed health of active models."""

from modeldesk.domain.model.health import Health, ObservedHealth
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from tests.support.stores import StoreFactory, provider


def observed(slug: str, state: Health, model: str = "large") -> ObservedHealth:
    return ObservedHealth(Slot(Slug(slug), CapabilityName("chat")), ModelId(model), state)


async def test_what_was_observed_last_replaces_the_rest(stores: StoreFactory) -> None:
    """By provider and capability, in another process too; no number is raised."""
    first, second = observed("a-b", Health.OK), observed("ab", Health.RETIRES_SOON)
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("a-b"), provider("ab")])
            await work.commit()
        before = (await store.current()).generation
        assert list(await store.observed_health()) == []
        async with store.unit_of_work() as work:
            await work.health.replace([second, first])
            assert list(await work.health.all()) == [first, second]
            await work.commit()
        assert (await store.current()).generation == before
    async with stores.opened() as store:
        assert list(await store.observed_health()) == [first, second]
        async with store.unit_of_work() as work:
            await work.health.replace([observed("ab", Health.OK, "small")])
            await work.commit()
        assert list(await store.observed_health()) == [observed("ab", Health.OK, "small")]
        async with store.unit_of_work() as work:
            await work.health.replace([])
            await work.commit()
        assert list(await store.observed_health()) == []
