"""What needs attention: first the active models, by the doctor, then the lists and keys of their vendors."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from modeldesk.domain.model.catalogue.successors import Successor
from modeldesk.domain.model.health import Health
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.alerts import Alert
from modeldesk.domain.services.dashboard import Overview, ProviderOverview
from modeldesk.domain.services.doctor import Diagnosis, SlotHealth
from modeldesk.entrypoints.panel.error_messages import whole_reason
from modeldesk.entrypoints.panel.languages import N_, Language

ALERTS: Mapping[str, str] = {
    "key-missing": N_("The list needs an API key, and there is none."),
    "key-suspended": N_("The API address changed. The shared key is suspended until it is entered again."),
    "key-unreadable": N_("The shared key cannot be decrypted with this master key."),
    "list-failed": N_("The list could not be refreshed. The last good list is shown."),
    "list-incomplete": N_("The provider's list is incomplete: not all of its models came."),
    "list-shrunk": N_("The new list has half as many models or fewer, and waits for confirmation."),
    "not-in-catalogue": N_("The active model is not in the list: it is newer than the list, or was removed from it."),
    "provider-inactive": N_("Disabled, but still has an active model."),
}
"""What is wrong, by the codes of alerts."""

NEVER_FETCHED = N_("The list could not be fetched, and no earlier list is stored.")
"""Replaces the message of `list-failed` if no list is stored."""

URGENT = (
    "key-unreadable",
    "key-suspended",
    "key-rejected",
    "list-failed",
    "list-stale",
    "not-in-catalogue",
    "retires-soon",
    "retired",
)
KEY_ALERTS = ("key-missing", "key-rejected", "key-suspended", "key-unreadable")


class Attention(Struct, frozen=True):
    """One alert of one provider, for one or more capabilities; `url` is the page to resolve it on."""

    provider: Provider
    code: str
    sentence: Markup
    capabilities: Sequence[str]
    url: str
    successor: Successor | None = None

    @property
    def is_urgent(self) -> bool:
        return self.code in URGENT

    @property
    def successor_url(self) -> str:
        """The page that shows the active model and its successor side by side, and asks for confirmation."""
        slot = f"/admin/providers/{self.provider.slug}/{self.capabilities[0]}"
        return f"{slot}/select?{urlencode({'model': self.successor.model.id})}" if self.successor is not None else slot


DIAGNOSED = ("key-missing", "key-suspended", "key-unreadable", "not-in-catalogue", "provider-inactive")
"""Alerts about which the doctor says the same by slot."""


LIST_FAILED = ("list-stale", "key-rejected")
"""What the doctor says of a slot whose list could not be read: a list is read for all capabilities of its provider at once."""


def attention_by_slot(diagnosis: Diagnosis, overview: Overview, language: Language, *, may_administer: bool) -> Sequence[Attention]:
    """The active models with anything wrong, the worst first, then other alerts of their vendors. Vendors without an active model draw none."""
    used = {slot.provider.slug for slot in diagnosis.slots}
    slots = [_of_slot(slot, language, may_administer=may_administer) for slot in diagnosis.slots if slot.finding.state is not Health.OK]
    others = attention_of(overview, language, may_administer=may_administer)
    unread = {one.provider.slug for one in slots if one.code in LIST_FAILED}
    said = [one for one in others if one.code in DIAGNOSED or (one.code == "list-failed" and one.provider.slug in unread)]
    return _joined([*slots, *(one for one in others if one.provider.slug in used and one not in said)])


def attention_of_provider(
    slug: Slug, diagnosis: Diagnosis, overview: Overview, language: Language, *, may_administer: bool
) -> list[Attention]:
    """The alerts of one provider, as above; where it has no active model, those of its lists and keys."""
    if any(health.provider.slug == slug for health in diagnosis.slots):
        found = attention_by_slot(diagnosis, overview, language, may_administer=may_administer)
    else:
        found = list(attention_of(overview, language, may_administer=may_administer))
    return [one for one in found if one.provider.slug == slug]


def _joined(found: Iterable[Attention]) -> Sequence[Attention]:
    """Joins alerts that have the same words and the same page, with all their capabilities, in the order of the first. A list belongs to every capability."""
    joined: dict[tuple[object, ...], Attention] = {}
    for one in found:
        page = "" if one.code in LIST_FAILED else one.url
        key = (one.provider.slug, one.code, one.sentence, page, one.successor and one.capabilities[0])
        earlier = joined.get(key)
        joined[key] = replace(earlier, capabilities=[*earlier.capabilities, *one.capabilities]) if earlier else one
    return list(joined.values())


def _of_slot(health: SlotHealth, language: Language, *, may_administer: bool) -> Attention:
    slot, state = health.model.slot, health.finding.state.value
    known = ALERTS.get(state) if health.finding.state in (Health.NOT_IN_CATALOGUE, Health.PROVIDER_INACTIVE) else None
    return Attention(
        provider=health.provider,
        code=state,
        sentence=language.gettext(known) if known is not None else whole_reason(health.finding.reason, language),
        capabilities=[slot.capability],
        url=_url(state, health.provider.slug, slot.capability, may_administer=may_administer),
        successor=next(iter(health.successors), None),
    )


def attention_of(overview: Overview, language: Language, *, may_administer: bool) -> Iterable[Attention]:
    """The alerts, urgent ones first; the same alert for several capabilities appears once."""
    entries = {entry.provider.slug: entry for entry in overview.providers}
    grouped: dict[tuple[str, str], list[Alert]] = {}
    for alert in overview.warnings:
        grouped.setdefault((alert.slot.provider, alert.code), []).append(alert)
    found = [
        Attention(
            provider=entries[alerts[0].slot.provider].provider,
            code=alerts[0].code,
            sentence=_sentence(alerts[0], entries[alerts[0].slot.provider], language),
            capabilities=[alert.slot.capability for alert in alerts],
            url=_url(alerts[0].code, alerts[0].slot.provider, alerts[0].slot.capability, may_administer=may_administer),
        )
        for alerts in grouped.values()
    ]
    return sorted(found, key=lambda one: not one.is_urgent)


def _sentence(alert: Alert, entry: ProviderOverview, language: Language) -> Markup:
    known = ALERTS.get(alert.code)
    if alert.code == "list-failed" and entry.capabilities[alert.slot.capability].fetched_at is None:
        known = NEVER_FETCHED
    return language.gettext(known) if known else Markup("<bdi>{}</bdi>").format(alert.code)


def _url(code: str, slug: str, capability: str, *, may_administer: bool) -> str:
    if code in KEY_ALERTS:
        return f"/admin/keys/{slug}/{'shared' if may_administer else 'personal'}"
    if code == "provider-inactive":
        return f"/admin/providers/{slug}"
    return f"/admin/providers/{slug}/{capability}"
