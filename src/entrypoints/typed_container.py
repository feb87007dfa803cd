"""The container behind a typed face, for handlers of requests: its providers cannot be handed to Litestar as they are."""

from typing import Any

from attrs import frozen
from litestar import Request

from modeldesk.domain.model.access.actor import Actor
from modeldesk.domain.model.keys.key_choice import KeyState
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.providers.provider_class import ProviderClasses
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.ports.queries import Snapshots
from modeldesk.domain.services.admins import Admins
from modeldesk.domain.services.api_tokens import ApiTokens
from modeldesk.domain.services.audit_log import Audit
from modeldesk.domain.services.dashboard import Dashboard
from modeldesk.domain.services.discovery import CatalogueDiscovery
from modeldesk.domain.services.initial_setup import InitialSetup
from modeldesk.domain.services.key_status import KeyStatuses
from modeldesk.domain.services.live_lists import LiveLists
from modeldesk.domain.services.provider_keys import ProviderKeys
from modeldesk.domain.services.registration import ProviderRegistration
from modeldesk.domain.services.rollback_preview import RollbackPreview
from modeldesk.domain.services.selection import ModelSelection
from modeldesk.domain.services.sign_in import SignIn
from modeldesk.entrypoints.client_address import peer_of
from modeldesk.entrypoints.container import Container


@frozen
class TypedContainer:
    """Each method asks the container, so that what a test overrides there is seen here."""

    container: Container

    def admins(self) -> Admins:
        return self.container.admins()

    def sign_in(self) -> SignIn:
        return self.container.sign_in()

    def initial_setup(self) -> InitialSetup:
        return self.container.initial_setup()

    def selection(self) -> ModelSelection:
        return self.container.selection()

    def rollback_preview(self) -> RollbackPreview:
        return self.container.rollback_preview()

    def discovery(self) -> CatalogueDiscovery:
        return self.container.discovery()

    def registration(self) -> ProviderRegistration:
        return self.container.registration()

    def provider_keys(self) -> ProviderKeys:
        return self.container.provider_keys()

    def key_statuses(self) -> KeyStatuses:
        return self.container.key_statuses()

    def key_state(self, provider: Provider, snapshot: Snapshot, actor: Actor) -> KeyState:
        """How the provider's keys stand for who asks."""
        return self.key_statuses().of_provider(provider, snapshot, actor)

    def audit_log(self) -> Audit:
        return self.container.audit_log()

    def api_tokens(self) -> ApiTokens:
        return self.container.api_tokens()

    def dashboard(self) -> Dashboard:
        return self.container.dashboard()

    def live_lists(self) -> LiveLists:
        lists: LiveLists = self.container.live_lists()
        return lists

    def classes(self) -> ProviderClasses:
        return self.container.classes()

    def list_cache(self) -> ListCache:
        cache: ListCache = self.container.list_cache()
        return cache

    def snapshots(self) -> Snapshots:
        return self.container.store()

    def peer(self, request: Request[Any, Any, Any]) -> str:
        """The address that the request really comes from."""
        return peer_of(request.scope, self.container.settings().trusted_proxies)
