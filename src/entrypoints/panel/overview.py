"""The overview: the active models of all slots in one table, and what needs attention."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from litestar import Request, Response, get, post
from msgspec import Struct

from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.query import LONGEST_SEARCH
from modeldesk.domain.model.catalogue.search import search_key
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.use import Use
from modeldesk.domain.model.values.texts import CapabilityName
from modeldesk.domain.services.dashboard import CapabilityOverview, Overview, ProviderOverview
from modeldesk.entrypoints.panel.attention import Attention, attention_by_slot
from modeldesk.entrypoints.panel.dependents import summaries
from modeldesk.entrypoints.panel.forms import GivenForm
from modeldesk.entrypoints.panel.paging import PAGE_SIZE, page_of
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn, may
from modeldesk.entrypoints.rights import RIGHT

MOST_COLUMNS = 6
"""How many capabilities the board has columns for, unless more of them have an active model. Uses take the place of one."""


ALL = "all"
"""The value of `show` for every provider. Without it the board shows those that run something, once there are any."""


class BoardRow(Struct, frozen=True):
    """A provider with one cell per column; None if it does not offer that capability. `uses` run on it."""

    entry: ProviderOverview
    cells: Sequence[CapabilityOverview | None]
    uses: Sequence[Use] = ()


@get("/", opt={RIGHT: Right.READ})
async def overview_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The overview of the providers that run something, of all of them, or of those that match the search, page by page."""
    found = await panel.container.dashboard().overview()
    uses = (await panel.container.store().current()).uses
    search, running = search_term(request), running_providers(found.providers, uses.values())
    is_folded = bool(running) and not search and request.query_params.get("show") != ALL
    words, shown = search_words(search), running if is_folded else found.providers
    matching = [entry for entry in shown if matches_search(entry.provider, words)]
    page = page_of(request, "/admin/", matching, search, show=ALL if running and not (is_folded or search) else "")
    columns = columns_of(shown, 0 if is_folded else MOST_COLUMNS - 1 if uses else MOST_COLUMNS, {use.capability for use in uses.values()})
    return panel.page(
        request,
        "overview.html",
        overview=found,
        columns=columns,
        further=[] if is_folded else [name for name in offered_by(found.providers) if name not in columns],
        running=len(running),
        is_folded=is_folded,
        page=page,
        rows=[board_row(entry, columns, uses.values()) for entry in page.entries],
        asked=summaries(await panel.container.dependents().all(), uses) if uses else {},
        attention=await _attention(panel, request, found),
        webhooks=await panel.container.webhooks().in_trouble(panel.actor(request)) if may(request, Right.WEBHOOKS) else [],
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


async def _attention(panel: Panel, request: SignedIn, found: Overview) -> Sequence[Attention]:
    language, may_administer = panel.language(request), may(request, Right.ADMINISTER)
    diagnosis = await panel.container.doctor().diagnosis()
    return attention_by_slot(diagnosis, found, language, may_administer=may_administer)


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


def running_providers(providers: Iterable[ProviderOverview], uses: Iterable[Use]) -> list[ProviderOverview]:
    """The providers that have an active model, or that a use runs on."""
    used = {use.provider for use in uses}
    return [entry for entry in providers if entry.active_models or entry.provider.slug in used]


def columns_of(
    providers: Iterable[ProviderOverview], most: int = MOST_COLUMNS, used: Collection[CapabilityName] = ()
) -> list[CapabilityName]:
    """The offered capabilities in order of first appearance: those with an active model or a use, and of the others the most offered ones."""
    offered = [(name, part) for entry in providers for name, part in entry.capabilities.items() if part.declared.supported or part.active]
    counts = Counter(name for name, _ in offered)
    active = {name for name, part in offered if part.active or name in used}
    most_offered = sorted(counts.keys() - active, key=lambda name: (-counts[name], list(counts).index(name)))
    shown = active | set(most_offered[: max(0, most - len(active))])
    return [name for name in counts if name in shown]


def offered_by(providers: Iterable[ProviderOverview]) -> list[CapabilityName]:
    """Every supported capability, in order of first appearance."""
    return list(dict.fromkeys(name for entry in providers for name, part in entry.capabilities.items() if part.declared.supported))


def board_row(entry: ProviderOverview, columns: Sequence[CapabilityName], uses: Iterable[Use] = ()) -> BoardRow:
    parts = (entry.capabilities.get(name) for name in columns)
    cells = [part if part is not None and (part.declared.supported or part.active) else None for part in parts]
    return BoardRow(entry, cells, [use for use in uses if use.provider == entry.provider.slug])


ROUTES = [overview_page, clear_page, clear]
