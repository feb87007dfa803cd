"""Rebuilding the snapshot from the database: only the parts whose generation changed, and of providers and selections only what changed."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from attrs import evolve

from modeldesk.adapters.persistence import account_statements, federation_statements, list_statements, statements, use_statements
from modeldesk.adapters.persistence.prepared import AnyConnection
from modeldesk.adapters.persistence.unreadable_rows import reads_rows
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.choices import Choices
from modeldesk.domain.model.providers.provider import Provider, provider_order
from modeldesk.domain.model.snapshot import Access, Generation, Snapshot
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import Slug

K = TypeVar("K")
V = TypeVar("V")


def rebuilt(connection: AnyConnection, previous: Snapshot | None) -> Snapshot:
    """The current snapshot, read in the connection's transaction. Parts of `previous` with an unchanged generation are reused.

    It is `previous` itself where only something changed that no snapshot holds: the last use of a session, an audit entry.
    """
    generation = statements.generation(connection)
    if previous is not None and previous.generation == generation:
        return previous
    snapshot = previous or Snapshot()
    known = previous.generation if previous else None
    floor = statements.version_floor(connection)
    # After a restore everything is read: what it brought back has numbers that a step has passed.
    basis = previous if previous is not None and previous.version_floor == floor else None
    if known is None or known.catalogue != generation.catalogue:
        snapshot = evolve(snapshot, providers=_providers(connection, basis, generation), **_lists_and_keys(connection, snapshot))
    if known is None or known.choices != generation.choices:
        snapshot = evolve(snapshot, choices=_choices(connection, basis, generation), uses=_uses(connection, snapshot.uses))
    if known is None or known.access != generation.access:
        admins: dict[str, Admin] = {admin.name: admin for admin in account_statements.admins(connection)}
        sessions = {session.digest: session for session in account_statements.sessions(connection)}
        tokens = {token.digest: token for token in account_statements.tokens(connection)}
        snapshot = evolve(snapshot, access=Access(admins, sessions, tokens, federation_statements.identities(connection)))
    return evolve(snapshot, generation=generation, version_floor=floor)


def _providers(connection: AnyConnection, basis: Snapshot | None, generation: Generation) -> Mapping[Slug, Provider]:
    """All providers, in display order. Only those that were written since `basis` are read, and the others stay the same objects."""
    if basis is None or basis.generation.catalogue >= generation.catalogue:
        return _by_slug(statements.providers(connection))
    written = {provider.slug: provider for provider in statements.providers_after(connection, basis.generation.catalogue)}
    if not written:
        return basis.providers
    found = {**basis.providers, **written}
    stays = all(slug in basis.providers and provider_order(basis.providers[slug]) == provider_order(new) for slug, new in written.items())
    return found if stays else _by_slug(found.values())


@reads_rows
def _by_slug(providers: Iterable[Provider]) -> Mapping[Slug, Provider]:
    """In display order."""
    return {provider.slug: provider for provider in sorted(providers, key=provider_order)}


def _lists_and_keys(connection: AnyConnection, earlier: Snapshot) -> dict[str, Any]:
    """They are few, and are read whole; one that is as before stays the same object."""
    states = list_statements.list_states(connection)
    shared, own = ([state for state in states if (state.owner is None) is is_shared] for is_shared in (True, False))
    keys = list_statements.keys(connection)
    return {
        "lists": _kept({state.provider: state for state in shared}, earlier.lists),
        "own_lists": _kept({(state.provider, state.owner): state for state in own}, earlier.own_lists),
        "keys": _kept({(key.binding.provider, key.binding.owner): key for key in keys}, earlier.keys),
    }


def _uses(connection: AnyConnection, earlier: Mapping[UseName, Use]) -> Mapping[UseName, Use]:
    """As `_kept`. Equal uses may remember other values of the last import."""
    found = {use.name: use for use in sorted(use_statements.uses(connection), key=lambda use: use.name)}
    if any(use.imported_values != found[name].imported_values for name, use in earlier.items() if name in found):
        return found
    return _kept(found, earlier)


def _kept(found: Mapping[K, V], earlier: Mapping[K, V]) -> Mapping[K, V]:
    """What was found, by the earlier objects where they are equal."""
    if found == earlier:
        return earlier
    return {key: known if (known := earlier.get(key)) == value else value for key, value in found.items()}


def _choices(connection: AnyConnection, basis: Snapshot | None, generation: Generation) -> Choices:
    """The states of all slots. Only those that changed since `basis` are read."""
    if basis is not None and basis.generation.choices < generation.choices:
        return basis.choices.with_states(statements.slot_states_after(connection, basis.generation.choices))
    return Choices.of(statements.slot_states(connection))
