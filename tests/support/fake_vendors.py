"""Vendors whose lists are written down: they answer at once, or when they are let, and count how often they were asked."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from attrs import Factory, define

from modeldesk.adapters.secrets.master_key import MasterKey
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import UnreadableRow, VendorList, VendorModel
from modeldesk.domain.model.keys.provider_key import KeyVerdict, Verdict
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, Provider, ProviderClassName
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass, ProviderClasses
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import HttpUrl, ModelId
from modeldesk.domain.ports.vendors import Progress

IT_IS_DOWN = Reason("provider-class-said", said="it is down")
MASTER = bytes(range(7, 7 + 32))

NEEDS_KEY, PUBLIC = ProviderClassName("NeedsKey"), ProviderClassName("Public")
CLASSES = ProviderClasses(
    (
        ProviderClass(GENERIC_CLASS, key_requirement=KeyRequirement.OPTIONAL),
        ProviderClass(NEEDS_KEY, key_requirement=KeyRequirement.NEEDED),
        ProviderClass(PUBLIC, key_requirement=KeyRequirement.PUBLIC, fallback_url=HttpUrl("https://public.example")),
    )
)


def vault() -> KeyVault:
    """A vault whose master key is known."""
    return KeyVault(MasterKey(lambda: (MASTER,), lambda: (MASTER,)))


def vendor_models(*ids: str) -> VendorList:
    """A list of models of which nothing but the id is known."""
    return VendorList(tuple(VendorModel(ModelId(model)) for model in ids))


def damaged_list() -> VendorList:
    """Two models, one row that could not be read, and more that did not come."""
    row = UnreadableRow(2, Reason("row-without-id"), "odd")
    return VendorList(vendor_models("a", "b").models, 0, 1, (row,), Reason("list-cut", total=9, count=3))


def persian_list() -> VendorList:
    """A model whose name is Persian, and another one."""
    return VendorList((VendorModel(ModelId("a"), "مدل کوچک\u200cتر ۴"), VendorModel(ModelId("b"))))


TYPED_ON_AN_ARABIC_KEYBOARD = "كوچكتر ٤"


@define(eq=False)
class FakeVendors:
    """`lists` by slug, or by slug and the key that is sent: a list, or what is raised instead; of others nothing is heard. While `held` is an event that is not set, nobody is answered."""

    lists: dict[str, VendorList | VendorFailed] = Factory(dict)
    asked: list[tuple[str, str | None]] = Factory(list)
    held: asyncio.Event | None = None
    verdict: Verdict = Verdict.VALID
    checked_at: datetime = datetime(2026, 11, 24, tzinfo=UTC)

    def forget(self) -> None:
        """As new."""
        self.lists.clear()
        self.asked.clear()
        self.held, self.verdict, self.checked_at = None, Verdict.VALID, datetime(2026, 11, 24, tzinfo=UTC)

    def write(self, slug: str, ids: Iterable[str]) -> None:
        self.lists[slug] = vendor_models(*ids)

    def fail(self, slug: str, reason: str = "it is down", kind: type[VendorFailed] = VendorFailed) -> None:
        self.lists[slug] = kind(slug, Reason("provider-class-said", said=reason))

    def ask_to_wait(self, slug: str, until: datetime) -> None:
        """Answers 429 with Retry-After."""
        self.lists[slug] = VendorFailed(slug, Reason("vendor-status", status=429, retry_at=until))

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        self.asked.append((provider.slug, key.reveal() if key else None))
        if self.held is not None:
            await self.held.wait()
        found = self.lists.get(f"{provider.slug} {key.reveal()}" if key else provider.slug, self.lists.get(provider.slug))
        if found is None:
            raise VendorFailed(provider.slug, Reason("closed-before-answer"))
        if isinstance(found, VendorFailed):
            raise type(found)(found.provider, found.reason)
        progress(1, len(found.models))
        return found

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        self.asked.append((provider.slug, key.reveal()))
        if self.held is not None:
            await self.held.wait()
        return KeyVerdict(self.verdict, Reason("key-known"), self.checked_at)
