"""What Tab offers for an argument, and what may have been meant by a wrong one: the names in the database. Nothing is created, no vendor is asked, and no error is shown."""

from collections.abc import Callable, Iterable, Sequence

import click
from msgspec import Struct

from modeldesk.domain.errors import InvalidValue, ModeldeskError
from modeldesk.domain.model.catalogue.catalogue import Catalogue
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import capability_name, slug
from modeldesk.entrypoints.cli.running import has_database, open_container, run_with
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.setting_sources import SettingWrong

MOST_OFFERED = 200
"""Shells show no more in a useful way."""


class Known(Struct, frozen=True):
    """What the database says of the desk, and the catalogue of the slot that the command line names before, if it names one."""

    snapshot: Snapshot
    catalogue: Catalogue | None


def providers(known: Known, _: click.Context) -> Iterable[str]:
    return known.snapshot.providers


def capabilities(known: Known, ctx: click.Context) -> Iterable[str]:
    """Of the provider that stands before, else of all."""
    named = [provider for provider in known.snapshot.providers.values() if ctx.params.get("provider") in (None, provider.slug)]
    return dict.fromkeys(name for provider in named for name, capability in provider.capabilities.items() if capability.supported)


def models(known: Known, _: click.Context) -> Iterable[str]:
    """Those of the list as it was last read, the declared ones before."""
    return known.catalogue.by_id if known.catalogue is not None else ()


def admins(known: Known, _: click.Context) -> Iterable[str]:
    return known.snapshot.access.admins


def uses(known: Known, _: click.Context) -> Iterable[str]:
    return known.snapshot.uses


def slots(known: Known, _: click.Context) -> Iterable[str]:
    """Every provider with each capability that it supports."""
    offered = (
        (provider.slug, name, found) for provider in known.snapshot.providers.values() for name, found in provider.capabilities.items()
    )
    return (f"{provider}/{name}" for provider, name, found in offered if found.supported)


def uses_and_slots(known: Known, _: click.Context) -> Iterable[str]:
    """The uses, then each slot with an active model."""
    return [*known.snapshot.uses, *(f"{slot.provider}/{slot.capability}" for slot, state in known.snapshot.choices.items() if state.active)]


OFFERS: dict[str, Callable[[Known, click.Context], Iterable[str]]] = {
    offer.__name__: offer for offer in (providers, capabilities, models, admins, uses, slots, uses_and_slots)
}


def offered(what: str, ctx: click.Context, beginning: str) -> Sequence[str]:
    """The names of one kind that begin with this text, at most 200."""
    return [name for name in names(what, ctx) if name.startswith(beginning)][:MOST_OFFERED]


def names(what: str, ctx: click.Context) -> Sequence[str]:
    """All names of one kind; none where the database cannot be read."""
    try:
        container = open_container()
        if not has_database(container):
            return ()
        known = run_with(lambda container: _known(container, _slot(ctx)), container)
    except (ModeldeskError, SettingWrong, OSError):
        return ()
    return list(OFFERS[what](known, ctx))


async def _known(container: Container, slot: Slot | None) -> Known:
    catalogue = await container.discovery().known(slot) if slot is not None else None
    return Known(await container.store().current(), catalogue)


def _slot(ctx: click.Context) -> Slot | None:
    try:
        return Slot(slug(ctx.params["provider"]), capability_name(ctx.params["capability"]))
    except (KeyError, TypeError, InvalidValue):
        return None
