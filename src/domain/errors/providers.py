"""Providers and capabilities that are missing or disabled."""

from collections.abc import Sequence
from typing import ClassVar

from attrs import define

from modeldesk.domain.errors.root import Conflict, NotFound
from modeldesk.domain.suggestions import did_you_mean, listed, suggestion


@define(eq=False)
class ProviderNotFound(NotFound):
    """`known` are the providers that there are, in their order."""

    code: ClassVar[str] = "provider-not-found"
    slug: str
    known: Sequence[str] = ()

    def __str__(self) -> str:
        return f"there is no provider {self.slug!r}{suggestion(self.slug, self.known, 'there are')}"


@define(eq=False)
class ProviderInactive(Conflict):
    code: ClassVar[str] = "provider-inactive"
    slug: str

    def __str__(self) -> str:
        return f"provider {self.slug!r} is not active; enable it first"


@define(eq=False)
class CapabilityNotOffered(Conflict):
    """The capability is declared as unsupported, or not declared by a provider that declares others."""

    code: ClassVar[str] = "capability-not-offered"
    slug: str
    capability: str
    offered: Sequence[str]

    def __str__(self) -> str:
        meant = did_you_mean(self.capability, self.offered)
        offered = f"{f'{meant} It' if meant else '; it'} offers: {listed(self.offered) or 'nothing'}"
        return f"provider {self.slug!r} does not offer {self.capability!r}{offered}"
