"""Rebuilding the snapshot from the database: only the parts whose generation changed."""

from attrs import evolve
from sqlalchemy import Connection

from modeldesk.adapters.persistence import account_statements, live_statements, statements, use_statements
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.keys.provider_key import KeyRef
from modeldesk.domain.model.providers.provider import provider_order
from modeldesk.domain.model.snapshot import Access, Snapshot


def rebuilt(connection: Connection, previous: Snapshot | None) -> Snapshot:
    """The current snapshot, read in the connection's transaction. Parts of `previous` with an unchanged generation are reused."""
    generation = statements.generation(connection)
    snapshot = previous or Snapshot()
    known = previous.generation if previous else None
    if known is None or known.catalogue != generation.catalogue:
        providers = {provider.slug: provider for provider in sorted(statements.providers(connection), key=provider_order)}
        states = live_statements.list_states(connection)
        lists = {state.provider: state for state in states if state.owner is None}
        own_lists: dict[KeyRef, ListState] = {(state.provider, state.owner): state for state in states if state.owner is not None}
        keys = {(key.binding.provider, key.binding.owner): key for key in live_statements.keys(connection)}
        snapshot = evolve(snapshot, providers=providers, lists=lists, keys=keys, own_lists=own_lists)
    if known is None or known.choices != generation.choices:
        choices = {state.slot: state for state in statements.slot_states(connection)}
        uses = {use.name: use for use in sorted(use_statements.uses(connection), key=lambda use: use.name)}
        snapshot = evolve(snapshot, choices=choices, uses=uses)
    if known is None or known.access != generation.access:
        admins: dict[str, Admin] = {admin.name: admin for admin in account_statements.admins(connection)}
        sessions = {session.digest: session for session in account_statements.sessions(connection)}
        tokens = {token.digest: token for token in account_statements.tokens(connection)}
        snapshot = evolve(snapshot, access=Access(admins, sessions, tokens))
    return evolve(snapshot, generation=generation)
