"""The first page: what is active everywhere as one board, and what needs attention first."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen
from litestar import Request, Response, get, post
from markupsafe import Markup

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.services.dashboard import Alert, CapabilityOverview, Overview, ProviderOverview
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.languages import N_, Language
from modeldesk.entrypoints.panel.services import GivenPanel, SignedIn, may
from modeldesk.entrypoints.rights import RIGHT

CODES: Mapping[str, str] = {
    "key-missing": N_("An API key is required, and none is stored."),
    "key-suspended": N_("The API address changed. The shared key is suspended until it is entered again."),
    "key-unreadable": N_("The shared key cannot be decrypted with this master key."),
    "list-failed": N_("The list could not be refreshed. The last good list is shown."),
    "list-shrunk": N_("The new list has half as many models or fewer, and waits for confirmation."),
    "not-in-catalogue": N_("The active model is not in the list: it is newer than the list, or was removed from it."),
    "provider-inactive": N_("Disabled, but still has an active model."),
}
"""What is wrong, by the codes of alerts."""

NEVER_READ = N_("The list could not be fetched, and no earlier list is stored.")
"""In the place of `list-failed`, where no list is at hand."""

URGENT = ("key-unreadable", "key-suspended", "list-failed", "not-in-catalogue")
OF_KEYS = ("key-missing", "key-suspended", "key-unreadable")
LONGEST_SEARCH = 200


@frozen
class Attention:
    """One thing to look at, of one provider, for one or more capabilities; `place` is the page where it is mended."""

    provider: Provider
    code: str
    sentence: Markup
    capabilities: Sequence[str]
    place: str

    @property
    def is_urgent(self) -> bool:
        return self.code in URGENT


@frozen
class BoardRow:
    """A provider and, column by column, what is active there; None where it does not offer that capability."""

    entry: ProviderOverview
    cells: Sequence[CapabilityOverview | None]


@get("/", opt={RIGHT: Right.READ})
async def overview_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The board, of all providers or of those that were searched for."""
    found = await panel.container.dashboard().overview()
    search = searched(request)
    shown = [entry for entry in found.providers if fits(entry.provider, search)]
    columns = columns_of(found.providers)
    return panel.page(
        request,
        "overview.html",
        overview=found,
        columns=columns,
        rows=[board_row(entry, columns) for entry in shown],
        attention=list(attention_of(found, panel.language(request), may_administer=may(request, Right.ADMINISTER))),
        search=search,
    )


@get("/cache/clear", opt={RIGHT: Right.ADMINISTER})
async def clear_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """Asks once."""
    return panel.page(request, "clear_cache.html")


@post("/cache/clear", opt={RIGHT: Right.ADMINISTER})
async def clear(request: SignedIn, panel: GivenPanel, form: GivenForm) -> Response[bytes]:
    """Of all providers, on every worker and machine."""
    await panel.container.discovery().clear(None, panel.actor(request))
    return panel.go("/admin/", "cache-cleared")


def searched(request: Request[Any, Any, Any]) -> str:
    """What was typed into the search of a page."""
    return str(request.query_params.get("search", ""))[:LONGEST_SEARCH].strip()


def fits(provider: Provider, search: str) -> bool:
    text = search_key(f"{provider.slug} {provider.name} {provider.display_name}")
    return all(word in text for word in search_key(search).split())


def columns_of(providers: Iterable[ProviderOverview]) -> list[CapabilityName]:
    """Every capability that somebody offers, in the order in which they turn up."""
    return list(
        dict.fromkeys(name for entry in providers for name, part in entry.capabilities.items() if part.declared.supported or part.active)
    )


def board_row(entry: ProviderOverview, columns: Sequence[CapabilityName]) -> BoardRow:
    parts = (entry.capabilities.get(name) for name in columns)
    return BoardRow(entry, [part if part is not None and (part.declared.supported or part.active) else None for part in parts])


def attention_of(overview: Overview, language: Language, *, may_administer: bool) -> Iterable[Attention]:
    """What needs attention, the urgent first: a notice that says the same of several capabilities once."""
    entries = {entry.provider.slug: entry for entry in overview.providers}
    grouped: dict[tuple[str, str], list[Alert]] = {}
    for notice in overview.warnings:
        grouped.setdefault((notice.slot.provider, notice.code), []).append(notice)
    found = [
        Attention(
            provider=entries[notices[0].slot.provider].provider,
            code=notices[0].code,
            sentence=_sentence(notices[0], entries[notices[0].slot.provider], language),
            capabilities=[notice.slot.capability for notice in notices],
            place=_place(notices[0], may_administer=may_administer),
        )
        for notices in grouped.values()
    ]
    return sorted(found, key=lambda one: not one.is_urgent)


def _sentence(notice: Alert, entry: ProviderOverview, language: Language) -> Markup:
    known = CODES.get(notice.code)
    if notice.code == "list-failed" and entry.capabilities[notice.slot.capability].fetched_at is None:
        known = NEVER_READ
    return language.gettext(known) if known else Markup("<bdi>{}</bdi>").format(notice.code)


def _place(notice: Alert, *, may_administer: bool) -> str:
    slug = notice.slot.provider
    if notice.code in OF_KEYS:
        return f"/admin/keys/{slug}/{'shared' if may_administer else 'personal'}"
    if notice.code == "provider-inactive":
        return f"/admin/providers/{slug}"
    return f"/admin/providers/{slug}/{notice.slot.capability}"


ROUTES = [overview_page, clear_page, clear]
