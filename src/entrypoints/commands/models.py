"""Browsing, listing and selecting models."""

from modeldesk.domain.errors import InvalidCombination
from modeldesk.domain.model.catalogue.query import CatalogueQuery, SearchText, SortName
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.numbers import Offset, PageSize
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, SingleLineText, Slug
from modeldesk.domain.records import frozen
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.entrypoints.commands.pages import FROM_THE_START


@frozen
class ModelsQuery:
    provider: Slug | None = None
    capability: CapabilityName | None = None
    is_active: bool | None = None
    limit: PageSize | None = None
    offset: Offset = FROM_THE_START

    @property
    def filter(self) -> ModelFilter:
        return ModelFilter(self.provider, self.capability, self.is_active)


@frozen
class SlotBody:
    provider: Slug
    capability: CapabilityName

    @property
    def slot(self) -> Slot:
        return Slot(self.provider, self.capability)


@frozen
class BrowseQuery(SlotBody):
    """`accept` takes a list that shrank as it is; it goes with `refresh`."""

    search: SearchText | None = None
    free: bool | None = None
    sort: SortName | None = None
    limit: PageSize | None = None
    offset: Offset = FROM_THE_START
    refresh: bool = False
    accept: bool = False
    explain: bool = False

    def __attrs_post_init__(self) -> None:
        if self.accept and not self.refresh:
            raise InvalidCombination("accept-without-refresh", member="accept")

    @property
    def catalogue_query(self) -> CatalogueQuery:
        return CatalogueQuery(self.search, self.free, self.sort, self.limit, self.offset)


@frozen
class SelectBody(SlotBody):
    model_id: ModelId
    model_name: SingleLineText | None = None
    is_free: bool | None = None

    @property
    def command(self) -> SelectModel:
        return SelectModel(self.slot, self.model_id, self.model_name, self.is_free)
