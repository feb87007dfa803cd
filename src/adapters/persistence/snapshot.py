"""Rebuilding the snapshot from the database: only the parts whose generation changed, and of the selections only those that changed."""

from attrs import evolve
from sqlalchemy import Connection

from modeldesk.adapters.persistence import account_statements, federation_statements, live_statements, statements, use_statements
from modeldesk.domain.model.access.admin import Admin
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.choices import Choices
from modeldesk.domain.model.keys.provider_key import KeyRef
from modeldesk.domain.model.providers.provider import provider_order
from modeldesk.domain.model.snapshot import Access, Generation, Snapshot


def rebuilt(connection: Connection, previous: Snapshot | None) -> Snapshot:
    """The current snapshot, read in the connection's transaction. Parts of `previous` with an unchanged generation are reused.

    It is `previous` itself where only something changed that no snapshot holds: the last use of a session, an audit entry.
    """
    generation = statements.generation(connection)
    if previous is not None and previous.generation == generation:
        return previous
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
        choices, floor = _choices(connection, previous, generation)
        uses = {use.name: use for use in sorted(use_statements.uses(connection), key=lambda use: use.name)}
        snapshot = evolve(snapshot, choices=choices, uses=uses, version_floor=floor)
    if known is None or known.access != generation.access:
        admins: dict[str, Admin] = {admin.name: admin for admin in account_statements.admins(connection)}
        sessions = {session.digest: session for session in account_statements.sessions(connection)}
        tokens = {token.digest: token for token in account_statements.tokens(connection)}
        snapshot = evolve(snapshot, access=Access(admins, sessions, tokens, federation_statements.identities(connection)))
    return evolve(snapshot, generation=generation)


def _choices(connection: Connection, previous: Snapshot | None, generation: Generation) -> tuple[Choices, int]:
    """The states of all slots, and the version that they are above since the last restore.

    Only what changed since `previous` is read, unless the database was replaced by a restore meanwhile.
    """
    floor = statements.version_floor(connection)
    if previous is not None and previous.generation.choices < generation.choices and previous.version_floor == floor:
        return previous.choices.with_states(statements.slot_states_after(connection, previous.generation.choices)), floor
    return Choices.of(statements.slot_states(connection)), floor
