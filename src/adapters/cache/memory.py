"""A cache of catalogues in this process."""

from attrs import define, field

from modeldesk.domain.catalogue import Catalogue, Slot
from modeldesk.domain.texts import Slug


@define(eq=False)
class InMemoryCatalogueCache:
    """Holds the lists of one generation: a newer one drops all that stood before it, so nothing old is kept or answered."""

    generation: int = -1
    lists: dict[Slot, Catalogue] = field(factory=dict)

    @property
    def backend(self) -> str:
        return "memory"

    async def get(self, slot: Slot, generation: int) -> Catalogue | None:
        return self.lists.get(slot) if generation == self.generation else None

    async def put(self, slot: Slot, generation: int, catalogue: Catalogue) -> None:
        if generation > self.generation:
            self.generation, self.lists = generation, {}
        if generation == self.generation:
            self.lists[slot] = catalogue

    async def entries(self) -> int:
        return len(self.lists)

    async def clear(self, provider: Slug | None) -> int:
        dropped = [slot for slot in self.lists if provider in (None, slot.provider)]
        for slot in dropped:
            del self.lists[slot]
        return len(dropped)
