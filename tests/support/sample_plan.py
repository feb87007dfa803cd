"""The plan of an import with a change of every kind. The module imports little, since other processes print the digest of the plan."""

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
