"""Where no identity provider is set up: the libraries of the others are not loaded."""

from collections.abc import Sequence

from modeldesk.domain.errors import IdentityProviderNotFound
from modeldesk.domain.model.access.federated_identity import IdentityClaims, IdentityProvider
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, SignInFlow


class NoIdentityProviders:
    """Has no providers. A call for one raises IdentityProviderNotFound."""

    def all(self) -> Sequence[IdentityProvider]:
        return ()

    async def sign_in_url(self, provider: IdentityProvider, flow: SignInFlow, redirect_uri: str) -> str:
        raise IdentityProviderNotFound(provider.id)

    async def sign_out_url(self, provider: IdentityProvider, back_to: str) -> str | None:
        raise IdentityProviderNotFound(provider.id)

    async def claims(self, provider: IdentityProvider, flow: SignInFlow, answer: ProviderAnswer, redirect_uri: str) -> IdentityClaims:
        raise IdentityProviderNotFound(provider.id)
