"""The in-memory stores of identities of admins, and of what signs in once."""

from datetime import datetime

from modeldesk.adapters.memory.contents import Contents, Draft
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.sign_in_link import SignInLink
from modeldesk.domain.records import frozen


@frozen
class InMemoryIdentities:
    draft: Draft

    async def admin_of(self, identity: FederatedIdentity) -> str | None:
        return (await self.draft.read()).identities.get(identity)

    async def link(self, identity: FederatedIdentity, admin: str) -> None:
        self.draft.write("access", identities={**(await self.draft.read()).identities, identity: admin})

    async def unlink(self, identity: FederatedIdentity) -> None:
        held = (await self.draft.read()).identities
        self.draft.write("access", identities={other: admin for other, admin in held.items() if other != identity})


@frozen
class InMemoryOneTime:
    draft: Draft

    async def use_state(self, digest: str, expires_at: datetime, now: datetime) -> bool:
        held = (await self.draft.read()).used_states
        if digest in held:
            return False
        self.draft.write(None, used_states={**{other: end for other, end in held.items() if end > now}, digest: expires_at})
        return True

    async def link(self, digest: str) -> SignInLink | None:
        return sign_in_link(await self.draft.read(), digest)

    async def put_link(self, link: SignInLink) -> None:
        self.draft.write(None, sign_in_links={**(await self.draft.read()).sign_in_links, link.admin: link})

    async def delete_link(self, admin: str) -> None:
        held = (await self.draft.read()).sign_in_links
        self.draft.write(None, sign_in_links={name: link for name, link in held.items() if name != admin})


def sign_in_link(held: Contents, digest: str) -> SignInLink | None:
    return next((link for link in held.sign_in_links.values() if link.digest == digest), None)
