"""A sign-in by an identity provider on this machine, from the address to the claims."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from modeldesk.adapters.identity_provider.from_file import identity_providers
from modeldesk.adapters.identity_provider.openid import ANSWERS_WITHIN, OpenIdProviders
from modeldesk.adapters.outbound.addresses import allowed_hosts
from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.limits import OutboundLimits
from modeldesk.domain.errors import FederatedSignInRefused
from modeldesk.domain.model.access.federated_identity import IdentityClaims
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, SignInFlow, new_flow
from tests.support.issuer import ENTRY, SARA, Issuer, issuer, providers_file
from tests.support.manual_clock import ManualClock
from tests.support.outbound_vendor import trusting_nobody

CALLBACK = "https://desk.example/admin/sign-in/with/company/callback"


class Visit:
    """A provider, and Modeldesk's side of it."""

    def __init__(self, there: Issuer, here: OpenIdProviders, clock: ManualClock) -> None:
        self.there, self.here, self.clock = there, here, clock
        self.provider = here.all()[0]

    async def begin(self) -> tuple[SignInFlow, str]:
        flow = new_flow("company", self.clock())
        return flow, await self.here.sign_in_url(self.provider, flow, CALLBACK)

    async def sign_in(self, person: dict[str, Any] = SARA) -> IdentityClaims:
        flow, url = await self.begin()
        return await self.finish(flow, self.there.authorize(url, person))

    async def finish(self, flow: SignInFlow, query: str) -> IdentityClaims:
        given = dict(parse_qsl(query))
        answer = ProviderAnswer(given.get("state", ""), given.get("code", ""), given.get("error", ""), given.get("iss", ""))
        return await self.here.claims(self.provider, flow, answer, CALLBACK)

    async def refusal(self, person: dict[str, Any] = SARA) -> str:
        with pytest.raises(FederatedSignInRefused) as refused:
            await self.sign_in(person)
        return refused.value.reason.code


@asynccontextmanager
async def visit(tmp_path: Path, answers_within: float = ANSWERS_WITHIN, **entry: Any) -> AsyncIterator[Visit]:
    clock = ManualClock()
    async with issuer(clock) as there:
        client = OutboundClient(allowed_hosts(urlsplit(there.origin).netloc), OutboundLimits(first_wait=0.001), tls=trusting_nobody())
        file = providers_file(tmp_path, {**ENTRY, "issuer": there.origin, **entry})
        yield Visit(there, identity_providers(file, client.open, clock, lambda _: None, answers_within), clock)
        await client.close()
