"""What Tab offers for an argument, and what may have been meant by a wrong one: the names in the database. Nothing is created, no vendor is asked, and no error is shown."""

from collections.abc import Callable, Iterable, Sequence

import click
from msgspec import Struct

from modeldesk.domain.errors import InvalidValue, ModeldeskError
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import Catalogue
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import capability_name, slug
from modeldesk.domain.model.webhooks.webhook import Webhook
from modeldesk.entrypoints.cli.running import has_database, open_container, run_with
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.setting_sources import SettingWrong

MOST_OFFERED = 200
"""Shells show no more in a useful way."""


class Known(Struct, frozen=True):
    """The contents of the database, the catalogue of the slot that the earlier arguments name, if they name one, and the issuers of the settings."""

    snapshot: Snapshot
    catalogue: Catalogue | None
    webhooks: Sequence[Webhook]
    issuers: Sequence[str]


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


def actors(known: Known, ctx: click.Context) -> Iterable[str]:
    """The actors of the audit log: the admins, and the command line."""
    return [*admins(known, ctx), CLI_ACTOR.name]


def tokens(known: Known, _: click.Context) -> Iterable[str]:
    return dict.fromkeys(token.name for token in known.snapshot.access.tokens.values() if token.ended_at is None)


def sessions(known: Known, _: click.Context) -> Iterable[str]:
    return [session.handle for session in known.snapshot.access.sessions.values()]


def webhooks(known: Known, _: click.Context) -> Iterable[str]:
    return [webhook.id for webhook in known.webhooks]


def issuers(known: Known, _: click.Context) -> Iterable[str]:
    return known.issuers


def linked_issuers(known: Known, ctx: click.Context) -> Iterable[str]:
    """The issuers of the admin whom an earlier argument names."""
    return dict.fromkeys(identity.issuer for identity in known.snapshot.access.identities_of(ctx.params.get("name", "")))


def linked_subjects(known: Known, ctx: click.Context) -> Iterable[str]:
    """The subjects of the admin and the issuer that earlier arguments name."""
    linked = known.snapshot.access.identities_of(ctx.params.get("name", ""))
    return [identity.subject for identity in linked if identity.issuer == ctx.params.get("issuer")]


def losses(known: Known, ctx: click.Context) -> Iterable[str]:
    """Each capability with its active model, of the provider that an earlier argument names, else of all. While an option lacks its value, click knows no arguments."""
    active = ((slot, state.active) for slot, state in known.snapshot.choices.items() if state.active is not None)
    return [f"{slot.capability}:{model}" for slot, model in active if ctx.params.get("provider") in (None, slot.provider)]


def subjects(known: Known, ctx: click.Context) -> Iterable[str]:
    """The usual subjects of the audit log."""
    return [*providers(known, ctx), *slots(known, ctx), *uses(known, ctx), *admins(known, ctx)]


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
    offer.__name__: offer
    for offer in (
        *(providers, capabilities, models, admins, actors, tokens, sessions, webhooks, issuers, linked_issuers, linked_subjects),
        *(losses, subjects, uses, slots, uses_and_slots),
    )
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
    catalogue = await container.discovery().peek(slot) if slot is not None else None
    issuers = [provider.issuer for provider in container.identity_providers().all()]
    return Known(await container.store().current(), catalogue, await container.webhooks().all(CLI_ACTOR), issuers)


def _slot(ctx: click.Context) -> Slot | None:
    try:
        return Slot(slug(ctx.params["provider"]), capability_name(ctx.params["capability"]))
    except (KeyError, TypeError, InvalidValue):
        return None
