"""Asking who depends on a use, or on a provider and capability."""

from modeldesk.domain.errors import InvalidCombination
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.use import UseName, use_name
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.records import frozen


@frozen
class DependentsQuery:
    """Either `use`, or `provider` and `capability`."""

    use: Slug | None = None
    provider: Slug | None = None
    capability: CapabilityName | None = None

    def __attrs_post_init__(self) -> None:
        given = (self.use is not None, self.provider is not None, self.capability is not None)
        if given not in ((True, False, False), (False, True, True)):
            raise InvalidCombination("use-or-slot", member="use")

    @property
    def asked(self) -> UseName | Slot:
        """The name of the use, or the slot."""
        if self.provider is None or self.capability is None:
            return use_name(self.use or "")
        return Slot(self.provider, self.capability)
