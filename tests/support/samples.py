"""A small desk in memory with every service over it, a clock that stands still, and short ways to write values down."""

import asyncio
from collections.abc import Hashable, Mapping
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from operator import attrgetter
from typing import Any

import argon2
from attrs import Factory, define, frozen

from modeldesk.adapters.memory.contents import Contents
from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.secrets.passwords import Argon2Hasher
from modeldesk.domain.errors import StorageBusy
from modeldesk.domain.model.access.actor import CLI_ACTOR, Actor
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.login_attempts import MOST_COUNTED
from modeldesk.domain.model.access.session import Identity
from modeldesk.domain.model.catalogue.catalogue import ModelFacts, Source
from modeldesk.domain.model.catalogue.list_state import CacheTtl
from modeldesk.domain.model.keys.provider_key import Secret
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Capability, Provider, ProviderClassName, Slot
from modeldesk.domain.model.selection import SelectModel, SlotChange, SlotState
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, ModelId, SingleLineText, Slug
from modeldesk.domain.ports.security import PasswordHasher
from modeldesk.domain.ports.unit_of_work import UnitOfWork
from modeldesk.domain.services.admins import Admins
from modeldesk.domain.services.api_tokens import ApiTokens
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.doctor import Doctor, SlotInspector
from modeldesk.domain.services.import_plan import DeclaredProvider
from modeldesk.domain.services.initial_setup import InitialSetup
from modeldesk.domain.services.last_use import LastUsedCache
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.login_throttle import LoginThrottle
from modeldesk.domain.services.sign_in import SignIn, start_session
from tests.support.fake_vendors import CLASSES
from tests.support.manual_clock import NOON, ManualClock
from tests.support.services import Services


@frozen
class FakeMetadata:
    """Facts by provider and model id, written down beforehand."""

    known: Mapping[str, Mapping[str, ModelFacts]]

    def stamp(self) -> Hashable:
        """A test may write down others at any time."""
        return repr(self.known)

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        return self.known.get(provider.slug, {})


FACTS = {
    "acme": {
        "large": ModelFacts("Acme Large", Pricing(amounts={"prompt": Decimal("2.5"), "completion": Decimal(10)}), context_length=200_000),
        "small": ModelFacts("Acme Small", Pricing(amounts={"prompt": Decimal(0), "completion": Decimal(0)}), context_length=8_000),
    }
}


@define(slots=False)
class Desk(Services):
    """Every service over one store in memory; hashing costs next to nothing."""

    store: InMemoryStore = Factory(InMemoryStore)
    clock: ManualClock = Factory(ManualClock)
    metadata: FakeMetadata = Factory(lambda: FakeMetadata(FACTS))
    hasher: PasswordHasher = Factory(lambda: Argon2Hasher(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    writes_no_uses: bool = False
    most_counted: int = MOST_COUNTED
    has_passwords: bool = True

    def use_writer(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work for last uses; none is to be had while `writes_no_uses`."""
        if self.writes_no_uses:
            raise StorageBusy
        return self.store.unit_of_work()

    @property
    def accounts(self) -> Admins:
        return Admins(self.store.unit_of_work, self.hasher, self.clock, has_passwords=self.has_passwords)

    @property
    def first_admin(self) -> InitialSetup:
        return InitialSetup(self.store.unit_of_work, self.store, self.hasher, self.clock, has_passwords=self.has_passwords)

    @property
    def sessions(self) -> SignIn:
        """Made anew each time, as by another process: nothing is known here but what stands in the store."""
        work, limits = self.store.unit_of_work, LoginThrottle(self.store.unit_of_work, self.store, self.clock, self.most_counted)
        last_used = LastUsedCache(self.use_writer, attrgetter("sessions"), self.background)
        return SignIn(
            unit_of_work=work,
            snapshots=self.store,
            uses=self.store,
            last_used=last_used,
            hasher=self.hasher,
            limits=limits,
            clock=self.clock,
        )

    @property
    def tokens(self) -> ApiTokens:
        """Made anew each time, as the sessions are."""
        last_used = LastUsedCache(self.use_writer, attrgetter("tokens"), self.background)
        return ApiTokens(unit_of_work=self.store.unit_of_work, snapshots=self.store, uses=self.store, last_used=last_used, clock=self.clock)

    @property
    def doctor(self) -> Doctor:
        """One over the lists and keys of this desk."""
        return Doctor(
            snapshots=self.store,
            catalogues=self.catalogues,
            metadata=self.metadata,
            changes=self.store,
            inspector=SlotInspector(CLASSES, self.vault.is_readable),
            ttl=CacheTtl(),
            clock=self.clock,
        )

    async def put(self, *providers: Provider) -> None:
        """Stores providers as they are."""
        async with self.store.unit_of_work() as work:
            await work.providers.put(providers)
            await work.commit()

    async def session_of(self, name: str) -> Identity:
        """An admin who is signed in."""
        async with self.store.unit_of_work() as work:
            admin = await work.accounts.admin(name)
            assert admin is not None
            signed_in = await start_session(work, admin, self.clock(), None)
            await work.commit()
        return signed_in.identity

    async def history(self, slot: Slot) -> list[SlotChange]:
        async with self.store.unit_of_work() as work:
            return list(await work.choices.history(slot))

    async def state(self, slot: Slot) -> SlotState:
        return (await self.store.current()).slot(slot)


def store_with_admins() -> InMemoryStore:
    """A store that knows the admins who ask in these tests, and nothing else."""
    return InMemoryStore(
        contents=Contents(admins={one.name: Admin(SingleLineText(one.name), one.role, "h", True, NOON) for one in (SARA, NIMA)})
    )


def another_process(desk: Desk, **more: Any) -> Desk:
    """Over the same store, with the same clock, and meeting the same vendors."""
    return Desk(store=desk.store, clock=desk.clock, metadata=desk.metadata, vendors=desk.vendors, **more)


def provider(slug: str = "acme", **fields: Any) -> Provider:
    """A valid provider; whatever is not said stands at its default."""
    return Provider(**{"slug": slug, "name": slug.title(), "display_name": slug.title(), **fields})


def declared(slug: str = "acme", **fields: Any) -> DeclaredProvider:
    """As a document that names the given fields, and the three that it must, declares it."""
    return DeclaredProvider(provider(slug, **fields), frozenset({"slug", "name", "display_name", *fields}))


def live_provider(slug: str = "vendor", known: ProviderClassName = GENERIC_CLASS, *, url: str | None = None, **fields: Any) -> Provider:
    """A provider whose models for chat are listed live by its vendor."""
    address = HttpUrl(f"https://{slug}.example/v1") if url is None else HttpUrl(url)
    usual = {"capabilities": {CapabilityName("chat"): LIVE}, "api_base_url": address, "provider_class": known}
    return provider(slug, **{**usual, **fields})


def lists(*models: str | DeclaredModel) -> Capability:
    """A supported capability with a static list."""
    return Capability(True, models=tuple(model if isinstance(model, DeclaredModel) else DeclaredModel(ModelId(model)) for model in models))


def chat(*models: str | DeclaredModel) -> dict[CapabilityName, Capability]:
    """The capabilities of a provider that chats and does nothing else."""
    return {CapabilityName("chat"): lists(*models)}


def slot(provider_slug: str = "acme", capability: str = "chat") -> Slot:
    return Slot(Slug(provider_slug), CapabilityName(capability))


def select_model(model: str, name: str | None = None, is_free: bool | None = None, *, of: Slot | None = None) -> SelectModel:
    return SelectModel(of or slot(), ModelId(model), SingleLineText(name) if name is not None else None, is_free)


def price(unit: PriceUnit = PriceUnit.MILLION_TOKENS, **amounts: str) -> Pricing:
    return Pricing(unit, {name: Decimal(text) for name, text in amounts.items()})


NOT_SUPPORTED = Capability(supported=False)
LIVE = Capability(supported=True, has_dynamic_models=True)


async def browse(
    desk: Desk, of: str = "vendor", actor: Actor = CLI_ACTOR, mode: RefreshMode = RefreshMode.STALE_OK, **more: Any
) -> SlotCatalogue:
    """A live list, as somebody looks at it."""
    return await desk.discovery.listing(slot(of), actor, mode, **more)


def shown(listing: SlotCatalogue) -> tuple[Source, str]:
    """Where a list of one-letter models came from, and which they are."""
    return listing.source, "".join(model.id for model in listing.catalogue.models)


async def settled() -> None:
    """Lets everybody go as far as they come without the vendor."""
    for _ in range(60):
        await asyncio.sleep(0)


A_KEY, ANOTHER_KEY = Secret("sk-0123456789abcdefgh"), Secret("sk-another-key-of-the-same-vendor")
SARA, NIMA = Actor("sara", Role.SUPER), Actor("nima", Role.NORMAL)


async def with_list(desk: Desk, ids: str = "abcd") -> Desk:
    """A vendor whose list was read just now."""
    await desk.put(live_provider())
    desk.vendors.write("vendor", ids)
    assert shown(await browse(desk)) == (Source.LIVE, ids)
    return desk


def held(desk: Desk) -> asyncio.Event:
    """From now on the vendor lets everybody wait."""
    desk.vendors.held = asyncio.Event()
    return desk.vendors.held


async def number(desk: Desk) -> int:
    """How often the catalogue was written."""
    return (await desk.store.current()).generation.catalogue
