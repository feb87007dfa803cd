"""Providers and capabilities that are missing or disabled."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from modeldesk.domain.errors.root import Conflict, NotFound, Outdated
from modeldesk.domain.suggestions import nearest


class ProviderNotFound(NotFound):
    """`known` are the providers that there are, in their order."""

    code: ClassVar[str] = "provider-not-found"
    provider: str
    known: Sequence[str] = ()

    @property
    def facts(self) -> Mapping[str, object]:
        return {"provider": self.provider, "nearest": nearest(self.provider, self.known), "known": self.known}


class ProviderInactive(Conflict):
    code: ClassVar[str] = "provider-inactive"
    provider: str


class CapabilityNotOffered(Conflict):
    """The capability is declared as unsupported, or not declared by a provider that declares others."""

    code: ClassVar[str] = "capability-not-offered"
    provider: str
    capability: str
    offered: Sequence[str]

    @property
    def facts(self) -> Mapping[str, object]:
        near = nearest(self.capability, self.offered)
        return {"provider": self.provider, "capability": self.capability, "nearest": near, "offered": self.offered}


class CapabilityNotFound(NotFound):
    """The provider does not declare the capability. `known` are those that it declares."""

    code: ClassVar[str] = "capability-not-found"
    provider: str
    capability: str
    known: Sequence[str] = ()

    @property
    def facts(self) -> Mapping[str, object]:
        near = nearest(self.capability, self.known)
        return {"provider": self.provider, "capability": self.capability, "nearest": near, "known": self.known}


class ProviderVersionConflict(Outdated):
    """Somebody was faster: the provider has another version than the `expected` one."""

    code: ClassVar[str] = "provider-changed"
    provider: str
    expected: int
    version: int
