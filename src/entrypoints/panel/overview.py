"""The overview: the active models of all slots in one table, and what needs attention."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen
from litestar import Request, Response, get, post
from markupsafe import Markup

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.query import LONGEST_SEARCH
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.services.dashboard import Alert, CapabilityOverview, Overview, ProviderOverview
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.languages import N_, Language
from modeldesk.entrypoints.panel.paging import PAGE_SIZE, page_of
from modeldesk.entrypoints.panel.services import GivenPanel, SignedIn, may
from modeldesk.entrypoints.rights import RIGHT

ALERTS: Mapping[str, str] = {
    "key-missing": N_("An API key is required, and none is stored."),
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

URGENT = ("key-unreadable", "key-suspended", "list-failed", "not-in-catalogue")
KEY_ALERTS = ("key-missing", "key-suspended", "key-unreadable")


@frozen
class Attention:
    """One alert of one provider, for one or more capabilities; `url` is the page to resolve it on."""

    provider: Provider
    code: str
    sentence: Markup
    capabilities: Sequence[str]
    url: str

    @property
    def is_urgent(self) -> bool:
        return self.code in URGENT


@frozen
class BoardRow:
    """A provider with one cell per column; None if it does not offer that capability."""

    entry: ProviderOverview
    cells: Sequence[CapabilityOverview | None]


@get("/", opt={RIGHT: Right.READ})
async def overview_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The overview of all providers, or of those that match the search, page by page."""
    found = await panel.container.dashboard().overview()
    search = search_term(request)
    words = search_words(search)
    page = page_of(request, "/admin/", [entry for entry in found.providers if matches_search(entry.provider, words)], search)
    columns = columns_of(found.providers)
    return panel.page(
        request,
        "overview.html",
        overview=found,
        columns=columns,
        page=page,
        rows=[board_row(entry, columns) for entry in page.entries],
        attention=list(attention_of(found, panel.language(request), may_administer=may(request, Right.ADMINISTER))),
        most_attention=PAGE_SIZE,
        search=search,
    )


@get("/cache/clear", opt={RIGHT: Right.ADMINISTER})
async def clear_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """Asks for confirmation."""
    return panel.page(request, "clear_cache.html")


@post("/cache/clear", opt={RIGHT: Right.ADMINISTER})
async def clear(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Clears the cache of all providers, on every instance."""
    await panel.container.discovery().clear(None, panel.actor(request))
    return panel.redirect("/admin/", "cache-cleared")


def search_term(request: Request[Any, Any, Any]) -> str:
    """The search text of the query string."""
    return str(request.query_params.get("search", ""))[:LONGEST_SEARCH].strip()


def search_words(search: str) -> Collection[str]:
    """The words of a search, each once."""
    return dict.fromkeys(search_key(search).split()).keys()


def matches_search(provider: Provider, words: Collection[str]) -> bool:
    names = " ".join(found.display_name or "" for found in provider.translations.values())
    text = search_key(f"{provider.slug} {provider.name} {provider.display_name} {names}")
    return all(word in text for word in words)


def columns_of(providers: Iterable[ProviderOverview]) -> list[CapabilityName]:
    """Every offered capability, in order of first appearance."""
    return list(
        dict.fromkeys(name for entry in providers for name, part in entry.capabilities.items() if part.declared.supported or part.active)
    )


def board_row(entry: ProviderOverview, columns: Sequence[CapabilityName]) -> BoardRow:
    parts = (entry.capabilities.get(name) for name in columns)
    return BoardRow(entry, [part if part is not None and (part.declared.supported or part.active) else None for part in parts])


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
            url=_alert_url(alerts[0], may_administer=may_administer),
        )
        for alerts in grouped.values()
    ]
    return sorted(found, key=lambda one: not one.is_urgent)


def _sentence(alert: Alert, entry: ProviderOverview, language: Language) -> Markup:
    known = ALERTS.get(alert.code)
    if alert.code == "list-failed" and entry.capabilities[alert.slot.capability].fetched_at is None:
        known = NEVER_FETCHED
    return language.gettext(known) if known else Markup("<bdi>{}</bdi>").format(alert.code)


def _alert_url(alert: Alert, *, may_administer: bool) -> str:
    slug = alert.slot.provider
    if alert.code in KEY_ALERTS:
        return f"/admin/keys/{slug}/{'shared' if may_administer else 'personal'}"
    if alert.code == "provider-inactive":
        return f"/admin/providers/{slug}"
    return f"/admin/providers/{slug}/{alert.slot.capability}"


ROUTES = [overview_page, clear_page, clear]
