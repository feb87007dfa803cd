"""Identity providers that vouch for whoever a test says."""

from collections.abc import Sequence

from attrs import define, evolve, field

from modeldesk.domain.errors import FederatedSignInRefused, Reason
from modeldesk.domain.model.access.federated_identity import FederatedIdentity, GroupRoles, IdentityClaims, IdentityProvider
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, SignInFlow
from modeldesk.domain.model.values.texts import SingleLineText, Slug

ISSUER = "https://login.example"
ROLES = GroupRoles(frozenset({"ai-admins"}), frozenset({"ai-users"}))
PROVIDER = IdentityProvider(Slug("company"), SingleLineText("Acme Login"), ISSUER, ROLES)
SARA = IdentityClaims(FederatedIdentity(ISSUER, "7"), "sara", frozenset({"ai-admins", "x"}))


@define
class FixedProviders:
    """Vouches for whoever the test says; a reason refuses."""

    says: IdentityClaims | Reason = SARA
    asked: list[str] = field(factory=list)

    def all(self) -> Sequence[IdentityProvider]:
        return [PROVIDER, evolve(PROVIDER, id=Slug("other"), issuer="https://other.example")]

    async def sign_in_url(self, provider: IdentityProvider, flow: SignInFlow, redirect_uri: str) -> str:
        return f"{provider.issuer}/authorize?state={flow.state}&redirect_uri={redirect_uri}"

    async def sign_out_url(self, provider: IdentityProvider, back_to: str) -> str | None:
        return f"{provider.issuer}/end?{back_to}"

    async def claims(self, provider: IdentityProvider, flow: SignInFlow, answer: ProviderAnswer, redirect_uri: str) -> IdentityClaims:
        self.asked.append(answer.code)
        if isinstance(self.says, Reason):
            raise FederatedSignInRefused(self.says)
        return self.says
