"""The contents of an in-memory store, and the draft of a change."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field

from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.model.access.sign_in_link import SignInLink
from modeldesk.domain.model.audit import AuditEntry
from modeldesk.domain.model.catalogue.changes import MissingModel, ModelChange
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.refresh_plan import Lease, RefreshPlan
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.dependents import Dependency
from modeldesk.domain.model.health import ObservedHealth
from modeldesk.domain.model.idempotency import CompletedRequest
from modeldesk.domain.model.keys.provider_key import KeyRef, StoredKey
from modeldesk.domain.model.providers.imported_entry import ImportedEntry
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.use import Use, UseChange, UseName
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.model.webhooks.delivery import Delivery
from modeldesk.domain.model.webhooks.webhook import Webhook
from modeldesk.domain.records import define, frozen

Pause = Callable[[], Awaitable[None]]


async def no_pause() -> None:
    """Returns at once."""


@frozen
class Contents:
    """Everything that a store holds. Immutable: a commit replaces it, and readers of the old contents are not disturbed."""

    generation: Generation = Generation()
    providers: Mapping[Slug, Provider] = field(factory=dict)
    imported: Mapping[Slug, ImportedEntry] = field(factory=dict)
    choices: Mapping[Slot, SlotState] = field(factory=dict)
    history: Mapping[Slot, tuple[SlotChange, ...]] = field(factory=dict)
    uses: Mapping[UseName, Use] = field(factory=dict)
    use_history: Mapping[UseName, tuple[UseChange, ...]] = field(factory=dict)
    admins: Mapping[str, Admin] = field(factory=dict)
    sessions: Mapping[str, Session] = field(factory=dict)
    session_uses: Mapping[str, datetime] = field(factory=dict)
    tokens: Mapping[str, ApiToken] = field(factory=dict)
    token_uses: Mapping[str, datetime] = field(factory=dict)
    attempts: Mapping[str, FailureCount] = field(factory=dict)
    setup_token: SetupToken | None = None
    identities: Mapping[FederatedIdentity, str] = field(factory=dict)
    used_states: Mapping[str, datetime] = field(factory=dict)
    sign_in_links: Mapping[str, SignInLink] = field(factory=dict)
    keys: Mapping[KeyRef, StoredKey] = field(factory=dict)
    lists: Mapping[KeyRef, ListState] = field(factory=dict)
    audit: Sequence[AuditEntry] = ()
    list_contents: Mapping[KeyRef, tuple[int, VendorList]] = field(factory=dict)
    changes: Sequence[ModelChange] = ()
    last_change: int = 0
    missing_models: Mapping[Slug, Sequence[MissingModel]] = field(factory=dict)
    refresh_plans: Mapping[Slug, RefreshPlan] = field(factory=dict)
    leases: Mapping[str, Lease] = field(factory=dict)
    webhooks: Mapping[str, Webhook] = field(factory=dict)
    deliveries: Sequence[Delivery] = ()
    last_delivery: int = 0
    health: Sequence[ObservedHealth] = ()
    completed_requests: Mapping[str, CompletedRequest] = field(factory=dict)
    dependents: Mapping[Dependency, tuple[datetime, Mapping[datetime, int]]] = field(factory=dict)


@define
class Draft:
    """The contents after a commit. The stores of a unit of work read and write it."""

    contents: Contents
    pause: Pause
    touched: set[str] = field(factory=set)

    async def read(self) -> Contents:
        await self.pause()
        return self.contents

    def write(self, part: str | None, **fields: Any) -> None:
        """Replaces fields. `part` is the part whose generation the commit raises; None for what no snapshot holds."""
        if part is not None:
            self.touched.add(part)
        self.contents = evolve(self.contents, **fields)

    def committed(self) -> Contents:
        """The contents with the generation raised; later writes raise it again."""
        raised = {part: getattr(self.contents.generation, part) + 1 for part in self.touched}
        self.touched.clear()
        self.contents = evolve(self.contents, generation=evolve(self.contents.generation, **raised))
        return self.contents
