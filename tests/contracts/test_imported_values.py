"""What the last import wrote into fields that were edited since, as every store keeps it."""

from decimal import Decimal

from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, Slug
from tests.support.stores import StoreFactory, provider

PRICED = Capability(supported=True, models=(DeclaredModel(ModelId("large"), pricing=Pricing(amounts={"prompt": Decimal("2.5")})),))


async def test_imported_values_come_back_as_values(stores: StoreFactory) -> None:
    """A capability that was edited since the import compares equal to that of a declaration, prices and all."""
    edited = provider("acme", imported_values={"capabilities.chat": PRICED, "capabilities.image": None, "sort_order": 3})
    async with stores.opened() as store, store.unit_of_work() as work:
        await work.providers.put([edited])
        await work.commit()
    async with stores.opened() as store, store.unit_of_work() as work:
        assert (await work.providers.get(Slug("acme"))).imported_values == edited.imported_values
