"""What changed in providers' lists: models added and removed, prices, context sizes, lifecycles."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from litestar import Response, get
from msgspec import Struct

from modeldesk.domain.errors import InvalidValue, ModeldeskError, ProviderNotFound
from modeldesk.domain.model.access.permissions import Right
from modeldesk.domain.model.catalogue.changes import ChangeKind, ChangeQuery, ModelChange
from modeldesk.entrypoints.commands.pages import next_page
from modeldesk.entrypoints.panel.filters import PAGE_SIZE, Filters, filters_of, older_than
from modeldesk.entrypoints.panel.languages import N_
from modeldesk.entrypoints.panel.services import GivenPanel, Panel, SignedIn
from modeldesk.entrypoints.rights import RIGHT

KINDS: Mapping[ChangeKind, str] = {
    ChangeKind.ADDED: N_("added"),
    ChangeKind.REMOVED: N_("removed"),
    ChangeKind.PRICE: N_("price"),
    ChangeKind.CONTEXT: N_("context"),
    ChangeKind.LIFECYCLE: N_("lifecycle"),
}
FACTS: Mapping[str, str] = {
    "prompt": N_("Input"),
    "completion": N_("Output"),
    "context_length": N_("Context"),
    "deprecated_on": N_("deprecated on"),
    "retires_on": N_("retires on"),
    "note": N_("note"),
}
"""The labels of facts; another amount of a price is shown by its name."""

DATES = ("deprecated_on", "retires_on")
Shown: TypeAlias = str | int | date | None
"""A value: text, a number of tokens, or a date; None is unknown."""


class ChangeFilters(Filters, frozen=True):
    """`since` is a date."""

    provider: str = ""
    since: str = ""


class Difference(Struct, frozen=True):
    """One fact that differs; `is_price` marks amounts in US dollars."""

    name: str
    old: Shown
    new: Shown
    is_price: bool = False

    @property
    def label(self) -> str | None:
        return FACTS.get(self.name)


class ChangeRow(Struct, frozen=True):
    """A change with its differences; an added or removed model has none, but a name."""

    change: ModelChange
    differences: Sequence[Difference] = ()
    name: str | None = None


@get("/changes", opt={RIGHT: Right.READ})
async def changes_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    """The changes, newest first, page by page."""
    filters = filters_of(request, ChangeFilters)
    try:
        query = panel.command(ChangeQuery, **filters.given, older_than=older_than(request), limit=PAGE_SIZE)
        changes = await panel.container.change_history().changes(query)
    except (InvalidValue, ProviderNotFound) as error:
        return await _page(panel, request, filters, [], refusal=error)
    return await _page(panel, request, filters, changes)


async def _page(
    panel: Panel, request: SignedIn, filters: ChangeFilters, changes: Sequence[ModelChange], refusal: ModeldeskError | None = None
) -> Response[bytes]:
    providers = (await panel.container.store().current()).providers.values()
    return panel.page(
        request,
        "changes.html",
        refusal=refusal,
        by_slug={provider.slug: provider for provider in providers},
        rows=[_row(change) for change in changes],
        filters=filters,
        kinds=KINDS,
        providers=[provider for provider in providers if any(found.has_dynamic_models for found in provider.capabilities.values())],
        following=next_page(changes, PAGE_SIZE),
    )


def _row(change: ModelChange) -> ChangeRow:
    if change.before is None or change.after is None:
        name = (change.after or change.before or {}).get("name")
        return ChangeRow(change, name=name if isinstance(name, str) else None)
    return ChangeRow(change, list(_differences(change.before, change.after)))


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    if "pricing" in before:
        old, new = before["pricing"] or {}, after["pricing"] or {}
        names = [name for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
        yield from (Difference(name, old.get(name), new.get(name), is_price=name not in ("currency", "unit")) for name in names)
        return
    for name in before:
        if before[name] != after[name]:
            old, new = ((date.fromisoformat(value) if name in DATES and value else value) for value in (before[name], after[name]))
            yield Difference(name, old, new)


ROUTES = [changes_page]
