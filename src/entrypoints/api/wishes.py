"""The queries and bodies of the routes. Their fields are the parameters; the converter validates them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from attrs import asdict, frozen

from modeldesk.domain.errors import Problem, Reason, RequestInvalid
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.access.api_token import DEFAULT_DAYS
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.audit import DEFAULT_PAGE, Action, AuditQuery
from modeldesk.domain.model.catalogue.query import CatalogueQuery, SortName
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.model.providers.provider import ProviderChange, Slot
from modeldesk.domain.model.selection import SelectModel
from modeldesk.domain.model.values.numbers import Offset, PageSize, SortOrder, TokenDays
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, ModelId, MultilineText, SingleLineText, Slug
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.list_request import RefreshMode

T = TypeVar("T")
FROM_THE_START = Offset(0)
ONE_PAGE = PageSize(DEFAULT_PAGE)


@frozen
class ProvidersQuery:
    is_active: bool | None = None
    limit: PageSize | None = None
    offset: Offset = FROM_THE_START


@frozen
class ModelsQuery:
    provider: Slug | None = None
    capability: CapabilityName | None = None
    is_active: bool | None = None
    limit: PageSize | None = None
    offset: Offset = FROM_THE_START

    @property
    def wanted(self) -> ModelFilter:
        return ModelFilter(self.provider, self.capability, self.is_active)


@frozen
class BrowseQuery:
    provider: Slug
    capability: CapabilityName
    search: MultilineText | None = None
    free: bool | None = None
    sort: SortName | None = None
    limit: PageSize | None = None
    offset: Offset = FROM_THE_START
    refresh: bool = False
    accept: bool = False
    explain: bool = False

    @property
    def slot(self) -> Slot:
        return Slot(self.provider, self.capability)

    def must_be_consistent(self) -> None:
        """Raises RequestInvalid."""
        if self.accept and not self.refresh:
            raise RequestInvalid([Problem("$.query.accept", Reason("accept-without-refresh"))])

    @property
    def patience(self) -> RefreshMode:
        return RefreshMode.FORCE if self.refresh else RefreshMode.STALE_OK

    @property
    def wanted(self) -> CatalogueQuery:
        return CatalogueQuery(self.search, self.free, self.sort, self.limit, self.offset)


@frozen
class AuditTrailQuery:
    by: MultilineText | None = None
    action: Action | None = None
    subject: MultilineText | None = None
    since: datetime | None = None
    until: datetime | None = None
    older_than: Offset | None = None
    limit: PageSize = ONE_PAGE

    @property
    def wanted(self) -> AuditQuery:
        return AuditQuery(self.by, self.action, self.subject, self.since, self.until, self.older_than, self.limit)


@frozen
class ClearQuery:
    provider: Slug | None = None


@frozen
class KeyBody:
    """`scope` is `shared`, or `personal` for the key of the caller."""

    scope: KeyScope
    api_key: Secret


@frozen
class KeyPlaceBody:
    scope: KeyScope


@frozen
class NoQuery:
    """For routes without parameters; any parameter is refused."""


@frozen
class NoBody:
    """For writes without a body; any member is refused."""


@frozen
class Credentials:
    username: MultilineText
    password: MultilineText

    def __repr__(self) -> str:
        return f"Credentials({self.username!r})"


@frozen
class SetUpBody:
    token: MultilineText
    username: MultilineText
    password: MultilineText

    def __repr__(self) -> str:
        return f"SetUpBody({self.username!r})"


@frozen
class PasswordBody:
    current: MultilineText
    new: MultilineText

    def __repr__(self) -> str:
        return "PasswordBody()"


@frozen
class NewAdminBody:
    username: MultilineText
    password: MultilineText
    role: Role

    def __repr__(self) -> str:
        return f"NewAdminBody({self.username!r}, {self.role})"


@frozen
class AdminBody:
    """Fields that are not named stay unchanged."""

    role: Role | None = None
    is_active: bool | None = None
    password: MultilineText | None = None

    def __repr__(self) -> str:
        return f"AdminBody({self.role}, {self.is_active})"

    @property
    def wish(self) -> AdminChange:
        return AdminChange(self.role, self.is_active, self.password)


LEFT_OUT: Any = None
"""The default of members that may be missing but not null."""


@frozen
class ProviderBody:
    """Fields that are not named stay unchanged; null is not allowed."""

    name: SingleLineText = LEFT_OUT
    display_name: SingleLineText = LEFT_OUT
    description: MultilineText = LEFT_OUT
    api_base_url: HttpUrl = LEFT_OUT
    website: HttpUrl = LEFT_OUT
    logo_url: HttpUrl = LEFT_OUT
    documentation_url: HttpUrl = LEFT_OUT
    sort_order: SortOrder = LEFT_OUT
    is_active: bool = LEFT_OUT
    is_recommended: bool = LEFT_OUT
    allow_personal_keys: bool = LEFT_OUT
    allow_shared_for_normal_admins: bool = LEFT_OUT

    @property
    def wish(self) -> ProviderChange:
        return ProviderChange(**asdict(self))


@frozen
class DeclarationBody:
    """For the OpenAPI document only: declarations are parsed by their own reader, which locates every problem."""

    version: SingleLineText
    providers: tuple[dict[str, Any], ...]


@frozen
class ImportQuery:
    """The options of `modeldesk import-providers`; `slug` may be repeated. `digest` is that of the plan that was seen."""

    dry_run: bool = False
    force: bool = False
    prune: bool = False
    deactivate_lost: bool = False
    slug: tuple[Slug, ...] = ()
    digest: SingleLineText | None = None

    @property
    def options(self) -> ImportOptions:
        """Raises RequestInvalid."""
        if self.prune and self.slug:
            raise RequestInvalid([Problem("$.query.prune", Reason("prune-with-slugs"))])
        return ImportOptions(self.force, self.prune, self.deactivate_lost)


@frozen
class NewTokenBody:
    name: MultilineText
    scopes: tuple[Scope, ...]
    expires_in_days: TokenDays = DEFAULT_DAYS


@frozen
class SelectBody:
    provider: Slug
    capability: CapabilityName
    model_id: ModelId
    model_name: SingleLineText | None = None
    is_free: bool | None = None

    @property
    def wish(self) -> SelectModel:
        return SelectModel(Slot(self.provider, self.capability), self.model_id, self.model_name, self.is_free)


@frozen
class SlotBody:
    provider: Slug
    capability: CapabilityName

    @property
    def slot(self) -> Slot:
        return Slot(self.provider, self.capability)


def part(entries: Sequence[T], limit: int | None, offset: int) -> Sequence[T]:
    """A page of a list; everything from the offset on without a limit."""
    return entries[offset : None if limit is None else offset + limit]
