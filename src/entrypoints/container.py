"""The dependency container: the only module that connects ports to adapters, for the command line, the REST API and the panel."""

from datetime import timedelta
from operator import attrgetter
from os import urandom
from typing import TYPE_CHECKING, Any

from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.providers.registry import shipped_classes, vendor_api
from modeldesk.domain.ports.background import BackgroundTasks
from modeldesk.domain.ports.coalescing import Coalescing
from modeldesk.domain.ports.list_cache import ListCache
from modeldesk.domain.services.admin_identities import AdminIdentities
from modeldesk.domain.services.admin_sessions import AdminSessions
from modeldesk.domain.services.admins import Admins
from modeldesk.domain.services.api_tokens import ApiTokens
from modeldesk.domain.services.audit_log import Audit
from modeldesk.domain.services.catalogue_cache import CatalogueCache
from modeldesk.domain.services.change_history import ChangeHistory
from modeldesk.domain.services.dashboard import Dashboard
from modeldesk.domain.services.dependents import Dependents, RequestCounts
from modeldesk.domain.services.discovery import CatalogueDiscovery
from modeldesk.domain.services.doctor import Doctor, SlotInspector
from modeldesk.domain.services.expiry import Expiry
from modeldesk.domain.services.federated_sign_in import FederatedSignIn
from modeldesk.domain.services.health_watch import HealthWatch
from modeldesk.domain.services.initial_setup import InitialSetup
from modeldesk.domain.services.key_status import KeyStatuses
from modeldesk.domain.services.known_callers import KnownCallers
from modeldesk.domain.services.last_use import LastUsedCache
from modeldesk.domain.services.list_recorder import ListRecorder
from modeldesk.domain.services.list_refresh import ListRefresh
from modeldesk.domain.services.live_lists import LiveLists
from modeldesk.domain.services.login_throttle import LoginThrottle
from modeldesk.domain.services.master_key_rotation import MasterKeyRotation
from modeldesk.domain.services.metadata_refresh import MetadataRefresh
from modeldesk.domain.services.provider_keys import ProviderKeys
from modeldesk.domain.services.refresh_schedule import RefreshSchedule
from modeldesk.domain.services.registration import ProviderRegistration
from modeldesk.domain.services.resolution import Resolver
from modeldesk.domain.services.rollback_preview import RollbackPreview
from modeldesk.domain.services.scheduled_refresh import ScheduledRefresh
from modeldesk.domain.services.selection import ModelSelection
from modeldesk.domain.services.sign_in import SignIn
from modeldesk.domain.services.sign_in_links import SignInLinks
from modeldesk.domain.services.uses import Uses
from modeldesk.domain.services.webhook_delivery import SignedSender, WebhookDelivery
from modeldesk.domain.services.webhooks import Webhooks
from modeldesk.entrypoints.injection import containers, providers
from modeldesk.entrypoints.lazy import lazy
from modeldesk.entrypoints.lazy_adapters import hosts_allowed, identity_providers, layered_metadata, opening, read_by, vendor_list_cache
from modeldesk.entrypoints.lifecycle import closed_on_exit
from modeldesk.entrypoints.log_redaction import LogRedactor
from modeldesk.entrypoints.metrics.measurements import Measurements
from modeldesk.entrypoints.metrics.shared_counters import SharedCounters
from modeldesk.entrypoints.metrics.vendor_calls import MeasuredVendors
from modeldesk.entrypoints.pauses import until_next_checkup, until_next_count, until_next_delivery, until_next_look, until_next_measurement
from modeldesk.entrypoints.settings import Settings
from modeldesk.entrypoints.this_process import this_instance, utc_now

if TYPE_CHECKING:  # what `lazy` imports
    from cattrs import Converter

    from modeldesk.adapters.concurrency.worker_thread import ImportWorker, WorkerThread
    from modeldesk.adapters.declaration.location import DeclaredFiles, FoundFile
    from modeldesk.adapters.declaration.providers_json import DeclarationReader
    from modeldesk.adapters.memory.unit_of_work import InMemoryStore
    from modeldesk.adapters.metadata.address import MetadataAddress
    from modeldesk.adapters.metadata.kept_file import KeptFile
    from modeldesk.adapters.metadata.layers import LayeredMetadata
    from modeldesk.adapters.outbound.addresses import AllowedHosts
    from modeldesk.adapters.outbound.client import OutboundClient
    from modeldesk.adapters.outbound.proxy import OutboundProxy
    from modeldesk.adapters.outbound.webhook_sender import OutboundWebhookSender
    from modeldesk.adapters.persistence.store import SqlStore
    from modeldesk.adapters.providers.fetcher import VendorFetcher
    from modeldesk.adapters.request_parser import RequestParser
    from modeldesk.adapters.secrets.master_key import MasterKey
    from modeldesk.adapters.secrets.passwords import Argon2Hasher
    from modeldesk.adapters.secrets.vault import KeyVault


LONGEST_LIST_WAIT = timedelta(seconds=9.5)
"""How long REST and the panel wait for a vendor: they answer within ten seconds, and what else they do takes a moment."""


class Container(containers.DeclarativeContainer):
    """Singletons live as long as the process, factories as long as one call. `store` gives units of work, snapshots and kept lists.

    Each container copies every provider of this class. A dependency of several providers has a name here, so that it is copied once.
    """

    auto_load_config = False
    """No provider of this container reads a configuration, and the library would search all of them for one."""

    settings = providers.Dependency(instance_of=Settings)
    setting = settings.provided
    home = setting.home
    ttl = setting.ttl
    opened: providers.Singleton[list[Any]] = providers.Singleton(list)
    clock = providers.Object(utc_now)
    deadline = providers.Object(deadline)
    list_wait = providers.Object(LONGEST_LIST_WAIT)
    classes = providers.Singleton(shipped_classes)
    converter: "providers.Singleton[Converter]" = providers.Singleton(lazy("converter:checking_converter"), classes)
    declarations: "providers.Singleton[DeclarationReader]" = providers.Singleton(
        lazy("declaration.providers_json:DeclarationReader"), converter, classes
    )
    declaration_file: "providers.Callable[FoundFile]" = providers.Callable(
        lazy("declaration.location:declaration_file"), configured=setting.providers_file
    )
    declared_files: "providers.Callable[DeclaredFiles]" = providers.Callable(lazy("declaration.location:read_declared_files"))
    single_file: "providers.Callable[DeclaredFiles]" = providers.Callable(lazy("declaration.location:read_single_file"))
    population_file: "providers.Callable[FoundFile]" = providers.Callable(lazy("declaration.location:population_file"))
    population_source: "providers.Callable[DeclaredFiles]" = providers.Callable(lazy("declaration.location:read_population_file"))
    written_declaration: "providers.Callable[bytes]" = providers.Callable(lazy("declaration.writer:write_declaration"), converter=converter)
    declaration_schema: "providers.Singleton[bytes]" = providers.Singleton(lazy("declaration.schema:write_schema"), classes)
    store: "providers.Singleton[SqlStore]" = providers.Singleton(
        closed_on_exit(lazy("persistence.store:SqlStore")), opened, setting.database_url
    )
    unit_of_work = store.provided.unit_of_work
    metadata_file: "providers.Callable[bytes]" = providers.Callable(lazy("metadata.named_file:read_metadata_file"))
    kept_metadata: "providers.Singleton[KeptFile]" = providers.Singleton(lazy("metadata.kept_file:KeptFile"), home)
    metadata: "providers.Singleton[LayeredMetadata]" = providers.Singleton(layered_metadata, classes, kept_metadata)
    empty_store: "providers.Factory[InMemoryStore]" = providers.Factory(lazy("memory.unit_of_work:InMemoryStore"))
    import_worker: "providers.Singleton[ImportWorker]" = providers.Singleton(
        closed_on_exit(lazy("concurrency.worker_thread:ImportWorker")), opened
    )
    json_worker: "providers.Singleton[WorkerThread]" = providers.Singleton(
        closed_on_exit(lazy("concurrency.worker_thread:WorkerThread")), opened, "json"
    )
    list_worker: "providers.Singleton[WorkerThread]" = providers.Singleton(
        closed_on_exit(lazy("concurrency.worker_thread:WorkerThread")), opened, "lists"
    )
    request_parser: "providers.Singleton[RequestParser]" = providers.Singleton(lazy("request_parser:RequestParser"), converter)
    hasher: "providers.Singleton[Argon2Hasher]" = providers.Singleton(lazy("secrets.passwords:Argon2Hasher"))
    log_redaction = providers.Singleton(LogRedactor)
    on_secret = log_redaction.provided.add
    master_key: "providers.Singleton[MasterKey]" = providers.Singleton(
        lazy("secrets.master_key:master_key"), setting.master_key, setting.master_key_file, home
    )
    vault: "providers.Singleton[KeyVault]" = providers.Singleton(lazy("secrets.vault:KeyVault"), master_key, on_secret)
    is_readable = providers.Callable(read_by, vault.provider)
    allowed_hosts: "providers.Singleton[AllowedHosts]" = providers.Singleton(hosts_allowed, setting.allowed_hosts_outbound)
    outbound_proxy: "providers.Singleton[OutboundProxy | None]" = providers.Singleton(
        lazy("outbound.proxy:outbound_proxy"), setting.outbound_proxy, setting.no_proxy
    )
    outbound: "providers.Singleton[OutboundClient]" = providers.Singleton(
        closed_on_exit(lazy("outbound.client:OutboundClient")),
        opened,
        allowed_hosts,
        ca_file=setting.ca_file,
        proxy=outbound_proxy,
    )
    open_session = providers.Callable(opening, outbound.provider)
    measurements = providers.Singleton(Measurements, providers.Singleton(SharedCounters, setting.workers))
    pool = providers.Callable(lazy("persistence.store:pool_connections"), store)
    listening = providers.Callable(lazy("persistence.store:listen_for_commits"), store)
    vendor_fetcher: "providers.Singleton[VendorFetcher]" = providers.Singleton(
        lazy("providers.fetcher:VendorFetcher"), providers.Object(vendor_api), open_session, clock
    )
    vendors = providers.Singleton(MeasuredVendors, vendor_fetcher, measurements)
    metadata_address: "providers.Singleton[MetadataAddress]" = providers.Singleton(
        lazy("metadata.address:MetadataAddress"), setting.metadata_url, open_session
    )
    metadata_refresh = providers.Singleton(MetadataRefresh, metadata, metadata_address, unit_of_work, clock)
    list_cache: providers.Singleton[ListCache] = providers.Singleton(closed_on_exit(vendor_list_cache), opened, setting.redis_url)
    # Closed in reverse: refreshes are cancelled first, then the background work that waits for them or still writes ends, then the store.
    background: providers.Singleton[BackgroundTasks] = providers.Singleton(
        closed_on_exit(lazy("concurrency.background:AsyncioBackgroundTasks")), opened
    )
    coalescing: providers.Singleton[Coalescing] = providers.Singleton(
        closed_on_exit(lazy("concurrency.coalescing:AsyncioCoalescing")), opened
    )
    refresh_schedule = providers.Singleton(RefreshSchedule, clock, ttl)
    list_recorder = providers.Singleton(
        ListRecorder,
        unit_of_work=unit_of_work,
        contents=store,
        cache=list_cache,
        classes=classes,
        schedule=refresh_schedule,
        clock=clock,
        coalescing=coalescing,
    )
    list_refresh = providers.Singleton(
        ListRefresh,
        snapshots=store,
        vendors=vendors,
        vault=vault,
        cache=list_cache,
        coalescing=coalescing,
        recorder=list_recorder,
        schedule=refresh_schedule,
    )
    live_lists = providers.Singleton(
        LiveLists,
        snapshots=store,
        classes=classes,
        clock=clock,
        schedule=refresh_schedule,
        background=background,
        refresh=list_refresh,
        recorder=list_recorder,
    )
    catalogue_cache = providers.Singleton(CatalogueCache, metadata, live_lists, coalescing)
    until_next_look = providers.Object(until_next_look)
    scheduled_refresh = providers.Singleton(
        ScheduledRefresh,
        unit_of_work=unit_of_work,
        snapshots=store,
        plans=store,
        refresh=list_refresh,
        classes=classes,
        clock=clock,
        instance=providers.Factory(this_instance),
    )
    webhook_sender: "providers.Singleton[OutboundWebhookSender]" = providers.Singleton(
        lazy("outbound.webhook_sender:OutboundWebhookSender"), outbound
    )
    webhooks = providers.Factory(
        Webhooks,
        unit_of_work=unit_of_work,
        outbox=store,
        vault=vault,
        sender=webhook_sender,
        clock=clock,
        random_bytes=providers.Object(urandom),
    )
    until_next_delivery = providers.Object(until_next_delivery)
    webhook_delivery = providers.Singleton(
        WebhookDelivery,
        unit_of_work=unit_of_work,
        outbox=store,
        sender=providers.Factory(SignedSender, vault, webhook_sender, clock),
        background=background,
        coalescing=coalescing,
        clock=clock,
        instance=providers.Factory(this_instance),
    )

    registration = providers.Factory(ProviderRegistration, unit_of_work, store, classes, clock)
    selection = providers.Singleton(ModelSelection, unit_of_work, store, catalogue_cache, metadata, clock)
    resolver = providers.Singleton(Resolver, store, catalogue_cache, metadata, classes, clock)
    until_next_measurement = providers.Object(until_next_measurement)
    until_next_count = providers.Object(until_next_count)
    request_counts = providers.Singleton(RequestCounts, unit_of_work, clock)
    dependents = providers.Factory(Dependents, store, store, clock)
    uses = providers.Factory(Uses, unit_of_work, clock)
    rollback_preview = providers.Factory(RollbackPreview, store, store)
    discovery = providers.Factory(
        CatalogueDiscovery,
        unit_of_work=unit_of_work,
        snapshots=store,
        catalogues=catalogue_cache,
        lists=live_lists,
        cache=list_cache,
        clock=clock,
    )
    dashboard = providers.Singleton(
        Dashboard,
        snapshots=store,
        catalogues=catalogue_cache,
        classes=classes,
        metadata=metadata,
        cache=list_cache,
        vault=vault,
        clock=clock,
    )
    doctor = providers.Factory(
        Doctor,
        snapshots=store,
        catalogues=catalogue_cache,
        metadata=metadata,
        changes=store,
        inspector=providers.Factory(SlotInspector, classes, is_readable),
        ttl=ttl,
        clock=clock,
    )
    until_next_checkup = providers.Object(until_next_checkup)
    health_watch = providers.Singleton(HealthWatch, unit_of_work, doctor, store, clock, providers.Factory(this_instance))
    provider_keys = providers.Factory(
        ProviderKeys, unit_of_work=unit_of_work, snapshots=store, vault=vault, vendors=vendors, classes=classes, clock=clock
    )
    key_statuses = providers.Factory(KeyStatuses, classes, is_readable)
    rotation = providers.Factory(MasterKeyRotation, unit_of_work=unit_of_work, vault=vault, classes=classes, clock=clock)
    audit_log = providers.Factory(Audit, store, store)
    change_history = providers.Factory(ChangeHistory, store, store)
    has_passwords = setting.password_sign_in
    admins = providers.Factory(Admins, unit_of_work, hasher, clock, has_passwords=has_passwords)
    initial_setup = providers.Factory(InitialSetup, unit_of_work, store, hasher, clock, has_passwords=has_passwords)
    session_uses = providers.Singleton(LastUsedCache, unit_of_work, providers.Object(attrgetter("sessions")), background)
    expiry = providers.Singleton(Expiry, unit_of_work, store, store, store, clock)
    login_throttle = providers.Factory(LoginThrottle, unit_of_work, store, clock)
    sign_in = providers.Factory(
        SignIn,
        unit_of_work=unit_of_work,
        snapshots=store,
        uses=store,
        last_used=session_uses,
        hasher=hasher,
        limits=login_throttle,
        clock=clock,
    )
    identity_providers = providers.Singleton(identity_providers, setting.oidc_file, open_session, clock, on_secret)
    federated_sign_in = providers.Factory(FederatedSignIn, unit_of_work, identity_providers, login_throttle, clock)
    admin_identities = providers.Factory(AdminIdentities, unit_of_work, identity_providers, clock)
    sign_in_links = providers.Factory(SignInLinks, unit_of_work, store, store, clock)
    token_uses = providers.Singleton(LastUsedCache, unit_of_work, providers.Object(attrgetter("tokens")), background)
    known_callers = providers.Singleton(KnownCallers, session_uses, token_uses)
    admin_sessions = providers.Factory(AdminSessions, unit_of_work=unit_of_work, snapshots=store, uses=store, clock=clock)
    api_tokens = providers.Factory(ApiTokens, unit_of_work=unit_of_work, snapshots=store, uses=store, last_used=token_uses, clock=clock)
