"""The doctor: the health of every active model, computed from one snapshot. Asks no vendor."""

from collections.abc import Sequence
from datetime import date, datetime

from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.catalogue import VENDOR_SOURCE, Catalogue, CatalogueModel, find_entry, known_model
from modeldesk.domain.model.catalogue.changes import ChangeKind
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle, LifecycleClaim, lifecycle_on
from modeldesk.domain.model.catalogue.list_state import CacheTtl, ListState, key_rejection, list_digest
from modeldesk.domain.model.catalogue.successors import Successor, propose_successors
from modeldesk.domain.model.health import Finding, Health, SlotEvidence, diagnose
from modeldesk.domain.model.keys.key_choice import IsReadable
from modeldesk.domain.model.keys.provider_key import KeyRejection
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClasses
from modeldesk.domain.model.selection import SlotState, StoredModel, StoredModelStatus, stored_model_status
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import UseName
from modeldesk.domain.ports.change_log import ChangeLog
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.metadata import ModelMetadata
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.records import frozen
from modeldesk.domain.services.catalogue_cache import CatalogueCache

TROUBLED = (Health.RETIRES_SOON, Health.NOT_IN_CATALOGUE, Health.CAPABILITY_MISMATCH, Health.RETIRED)
"""The states that another model ends, for which successors are proposed."""


@frozen
class SlotHealth:
    """The health of one active model. `days_left` is until the model retires. `successors` are proposed where another model would help, and `uses`
    are the names that products ask for.
    """

    provider: Provider
    model: StoredModel
    finding: Finding
    lifecycle: Lifecycle | None
    days_left: int | None
    uses: Sequence[UseName]
    successors: Sequence[Successor] = ()

    @property
    def replacement(self) -> str | None:
        """The id of the model that the vendor names, else of the best proposal."""
        named = self.lifecycle.replacement if self.lifecycle is not None else None
        return named or (self.successors[0].model.id if self.successors else None)


@frozen
class Diagnosis:
    """All active models, the worst first."""

    generation: int
    checked_at: datetime
    slots: Sequence[SlotHealth]

    @property
    def worst(self) -> Health:
        """The worst state of all; OK without an active model."""
        return max((slot.finding.state for slot in self.slots), key=lambda state: state.severity, default=Health.OK)


class SlotInspector:
    """Gathers the evidence about one slot from a snapshot, without waiting for anything."""

    def __init__(self, classes: ProviderClasses, is_readable: IsReadable) -> None:
        self._classes = classes
        self._is_readable = is_readable

    def evidence(
        self, status: StoredModelStatus, entry: CatalogueModel | None, provider: Provider, live: Catalogue | None, snapshot: Snapshot
    ) -> SlotEvidence:
        """What the snapshot says about an active model."""
        model, state = status.model, snapshot.list_state(provider.slug)
        declared = provider.capabilities.get(model.slot.capability)
        is_live = declared is not None and declared.supported and declared.has_dynamic_models
        digest = list_digest(provider, self._classes.class_of(provider), snapshot.shared_key(provider.slug))
        failure = state.failure if is_live and state.failure is not None and state.failure.digest == digest else None
        return SlotEvidence(
            is_provider_active=provider.is_active,
            unusable_key=self._unusable_key(provider, snapshot) if is_live else None,
            rejection=self._rejection(provider, snapshot) if is_live else None,
            failure=failure,
            fetched_at=_fetched_at(state, digest),
            mismatch=_mismatch(model, live),
            in_catalogue=status.in_catalogue,
            is_unverified=entry is not None and entry.is_unverified,
            is_price_known=model.is_free is True or (status.pricing is not None and bool(status.pricing.dollars)),
            lifecycle=status.lifecycle,
        )

    def _unusable_key(self, provider: Provider, snapshot: Snapshot) -> Reason | None:
        """Why the vendor's list has no shared key although it needs one."""
        provider_class, key = self._classes.class_of(provider), snapshot.shared_key(provider.slug)
        if key is None:
            return Reason("slot-key-missing") if provider_class.key_requirement is KeyRequirement.NEEDED else None
        if not key.is_usable_at(provider_class.base_url(provider)):
            return Reason("slot-key-suspended")
        return None if self._is_readable(key) else Reason("slot-key-unreadable")

    def _rejection(self, provider: Provider, snapshot: Snapshot) -> KeyRejection | None:
        """How the vendor rejected the shared key when it was checked; None for a key that is suspended."""
        provider_class, key = self._classes.class_of(provider), snapshot.shared_key(provider.slug)
        if key is None or not key.is_usable_at(provider_class.base_url(provider)):
            return None
        return key_rejection(key, provider, provider_class)


class Doctor:
    """Diagnoses every slot that has an active model. Vendors without one are not looked at."""

    def __init__(
        self,
        *,
        snapshots: Snapshots,
        catalogues: CatalogueCache,
        metadata: ModelMetadata,
        changes: ChangeLog,
        inspector: SlotInspector,
        ttl: CacheTtl,
        clock: Clock,
    ) -> None:
        self._snapshots = snapshots
        self._catalogues = catalogues
        self._metadata = metadata
        self._changes = changes
        self._inspector = inspector
        self._ttl = ttl
        self._clock = clock

    async def diagnosis(self) -> Diagnosis:
        """The health of every active model. Raises as `Snapshots`."""
        snapshot, now = await self._snapshots.current(), self._clock()
        order = {slug: place for place, slug in enumerate(snapshot.providers)}
        active = [(state, model) for state in snapshot.choices.values() if (model := state.active_model) is not None]
        found = [await self._slot(state, model, snapshot, now) for state, model in active]
        found.sort(key=lambda slot: (-slot.finding.state.severity, order[slot.provider.slug], slot.model.slot.capability))
        return Diagnosis(snapshot.generation.answers, now, found)

    async def _slot(self, state: SlotState, model: StoredModel, snapshot: Snapshot, now: datetime) -> SlotHealth:
        provider = snapshot.provider(state.slot.provider)
        facts = await self._metadata.facts(provider)
        live = await self._catalogues.peek(provider, state.slot, snapshot)
        _, entry = found = find_entry(provider, state.slot, model.model_id, facts, live)
        status = stored_model_status(state, model, provider, facts, live, today=now.date(), found=found)
        evidence = self._inspector.evidence(status, entry, provider, live, snapshot)
        if live is not None and status.in_catalogue is False:
            evidence = await self._with_removal(evidence, model, now.date())
        finding, lifecycle = diagnose(evidence, now, self._ttl.fresh), evidence.lifecycle
        days_left = lifecycle.days_left(now.date()) if lifecycle is not None else None
        uses = [use.name for use in snapshot.uses.values() if use.slot == state.slot]
        described = entry or known_model(model.model_id, model.model_name, facts)
        successors = await self._successors(status, described, provider, live, now.date()) if finding.state in TROUBLED else ()
        return SlotHealth(provider, model, finding, lifecycle, days_left, uses, successors)

    async def _with_removal(self, evidence: SlotEvidence, model: StoredModel, today: date) -> SlotEvidence:
        """When the model left the vendor's list, and what the vendor last said of its end, by the change log."""
        last = await self._changes.last_model_change(model.slot.provider, model.model_id)
        if last is None or last.kind is not ChangeKind.REMOVED:
            return evidence
        retires_on = last.before.get("retires_on") if last.before is not None else None
        if evidence.lifecycle is not None or not isinstance(retires_on, str):
            return evolve(evidence, removed_at=last.at)
        claim = LifecycleClaim(VENDOR_SOURCE, retires_on=date.fromisoformat(retires_on), observed_at=last.at)
        return evolve(evidence, removed_at=last.at, lifecycle=lifecycle_on(today, (claim,)))

    async def _successors(
        self, status: StoredModelStatus, entry: CatalogueModel | None, provider: Provider, live: Catalogue | None, today: date
    ) -> Sequence[Successor]:
        slot = status.model.slot
        if live is None and not provider.offers(slot.capability):
            return ()
        catalogue = live if live is not None else await self._catalogues.declared(provider, slot)
        return propose_successors(status.model.model_id, entry, status.lifecycle, catalogue, today)


def _fetched_at(state: ListState, digest: str) -> datetime | None:
    return state.fetched_at if state.digest == digest else None


def _mismatch(model: StoredModel, live: Catalogue | None) -> Reason | None:
    """Why the vendor's list holds the model for other capabilities only."""
    excluded = live.excluded if live is not None else ()
    return next((found.reason for found in excluded if found.id == model.model_id and found.reason.code == "other-purpose"), None)
