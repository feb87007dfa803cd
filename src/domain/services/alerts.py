"""Alerts of the dashboard: what is wrong with active models, and with the lists of live capabilities."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, field

from modeldesk.domain.model.catalogue.list_state import ListState, list_digest
from modeldesk.domain.model.keys.key_choice import IsReadable
from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass
from modeldesk.domain.model.selection import StoredModelStatus
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.records import frozen


@frozen
class Alert:
    """Something an admin should look at: a stable `code`, and the `facts` that its words name.

    For an active model: `provider-inactive`, `not-in-catalogue`. For a live list: `key-missing`, `key-suspended`, `key-unreadable`, `list-failed`
    (the last good one is shown, or none), `list-incomplete` (not all of it came), `list-shrunk` (waits to be confirmed). Personal keys and their
    lists raise no alerts.
    """

    code: str
    slot: Slot
    facts: Mapping[str, object] = field(factory=dict)


def model_alerts(provider: Provider, active: Iterable[StoredModelStatus]) -> Iterator[Alert]:
    """What is wrong with the active models of a provider."""
    for status in active:
        model = status.model
        if not provider.is_active:
            yield Alert("provider-inactive", model.slot, {"model": model.model_id})
        if status.in_catalogue is False:
            yield Alert("not-in-catalogue", model.slot, {"model": model.model_id})


def list_alerts(provider: Provider, provider_class: ProviderClass, snapshot: Snapshot, is_readable: IsReadable) -> Iterator[Alert]:
    """What keeps an active provider's live list from being read: the same alerts for each capability that is read from it."""
    slots = [Slot(provider.slug, name) for name, part in provider.capabilities.items() if part.supported and part.has_dynamic_models]
    if not slots or not provider.is_active or not provider_class.base_url(provider):
        return
    key, state = snapshot.shared_key(provider.slug), snapshot.list_state(provider.slug)
    of_first = [
        *_key_alerts(provider, slots[0], provider_class, key, is_readable),
        *_state_alerts(slots[0], state, list_digest(provider, provider_class, key)),
    ]
    yield from (evolve(alert, slot=slot) for slot in slots for alert in of_first)


def _key_alerts(
    provider: Provider, slot: Slot, provider_class: ProviderClass, key: StoredKey | None, is_readable: IsReadable
) -> Iterator[Alert]:
    if key is not None and not key.is_usable_at(provider_class.base_url(provider)):
        yield Alert("key-suspended", slot)
    elif key is not None and not is_readable(key):
        yield Alert("key-unreadable", slot)
    elif key is None and provider_class.key_requirement is KeyRequirement.NEEDED:
        yield Alert("key-missing", slot)


def _state_alerts(slot: Slot, state: ListState, digest: str) -> Iterator[Alert]:
    """Covers the list as it would be read now; what happened with another address or key does not count."""
    has_list = state.digest == digest and state.fetched_at is not None
    if has_list and state.is_incomplete and state.failure is not None:
        yield Alert("list-incomplete", slot, {"reason": state.failure.reason})
    elif state.failure is not None and state.failure.digest == digest:
        yield Alert("list-failed", slot, {"reason": state.failure.reason, "fetched_at": state.fetched_at if has_list else None})
    if state.shrunk is not None and has_list:
        yield Alert("list-shrunk", slot, {"before": state.count, "count": state.shrunk.count})
