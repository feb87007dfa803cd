"""The plan of an import in which something of every kind changes. It imports little: other processes say its digest."""

from modeldesk.domain.model.providers.provider import ProviderConfig
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.services.import_plan import DisplacedModel, ImportPlan, Update
from tests.support.samples import lists, provider, slot

RICH = provider("a", capabilities={"chat": lists("large"), "image": lists()}, config=ProviderConfig(further={"b": 1.5, "a": [None, True]}))
PLAN = ImportPlan(
    created=[RICH],
    updated=[Update(provider("u"), provider("u", sort_order=1, version=2), {"sort_order": (0, 1)})],
    deactivated=[provider("d")],
    lost=[DisplacedModel(slot(), ModelId("large"))],
)
