"""Sign-in by identity providers: the providers, which identity belongs to which admin, and what works once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.access.federated_identity import FederatedIdentity, IdentityClaims, IdentityProvider
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, SignInFlow
from modeldesk.domain.model.access.sign_in_link import SignInLink


class IdentityProviders(Protocol):
    """The identity providers of the settings, and how they are asked."""

    def all(self) -> Sequence[IdentityProvider]:
        """In the order of the settings."""
        ...

    async def sign_in_url(self, provider: IdentityProvider, flow: SignInFlow, redirect_uri: str) -> str:
        """Where a browser signs in. Raises IdentityProviderUnavailable."""
        ...

    async def sign_out_url(self, provider: IdentityProvider, back_to: str) -> str | None:
        """Where a browser signs out at the provider; None where it has no such page. Raises IdentityProviderUnavailable."""
        ...

    async def claims(self, provider: IdentityProvider, flow: SignInFlow, answer: ProviderAnswer, redirect_uri: str) -> IdentityClaims:
        """Exchanges the code of the answer for a token, and verifies it. Raises FederatedSignInRefused, IdentityProviderUnavailable."""
        ...


class IdentityStore(Protocol):
    """The identities of admins. An admin may have several; an identity belongs to one admin."""

    async def admin_of(self, identity: FederatedIdentity) -> str | None: ...

    async def link(self, identity: FederatedIdentity, admin: str) -> None:
        """Adds an identity that belongs to nobody."""
        ...

    async def unlink(self, identity: FederatedIdentity) -> None:
        """Does nothing where the identity belongs to nobody."""
        ...


class StoredSignInLinks(Protocol):
    """Links, read without waiting for writers."""

    async def sign_in_link(self, digest: str) -> SignInLink | None:
        """Raises as `Snapshots`."""
        ...


class OneTimeStore(Protocol):
    """Flows and links, each of which signs in once. Writing them leaves the generation as it is."""

    async def use_state(self, digest: str, expires_at: datetime, now: datetime) -> bool:
        """Records the state of a flow until it expires. False where it is recorded already."""
        ...

    async def link(self, digest: str) -> SignInLink | None: ...

    async def put_link(self, link: SignInLink) -> None:
        """Replaces the admin's previous link."""
        ...

    async def delete_link(self, admin: str) -> None:
        """Does nothing where the admin has no link."""
        ...
