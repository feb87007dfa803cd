"""The stores of a unit of work for identities of admins, and for what signs in once."""

from datetime import datetime

from msgspec import Struct

from modeldesk.adapters.persistence import federation_statements
from modeldesk.adapters.persistence.open_work import OpenWork
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.domain.model.access.sign_in_link import SignInLink


class SqlIdentities(Struct, frozen=True):
    work: OpenWork

    async def admin_of(self, identity: FederatedIdentity) -> str | None:
        return await self.work.read(federation_statements.admin_of, identity)

    async def link(self, identity: FederatedIdentity, admin: str) -> None:
        self.work.write("access", federation_statements.link, identity, admin)

    async def unlink(self, identity: FederatedIdentity) -> None:
        self.work.write("access", federation_statements.unlink, identity)


class SqlOneTime(Struct, frozen=True):
    work: OpenWork

    async def use_state(self, digest: str, expires_at: datetime, now: datetime) -> bool:
        if await self.work.read(federation_statements.state_is_used, digest):
            return False
        self.work.write(None, federation_statements.record_state, digest, expires_at, now)
        return True

    async def link(self, digest: str) -> SignInLink | None:
        return await self.work.read(federation_statements.sign_in_link, digest)

    async def put_link(self, link: SignInLink) -> None:
        self.work.write(None, federation_statements.put_sign_in_link, link)

    async def delete_link(self, admin: str) -> None:
        self.work.write(None, federation_statements.delete_sign_in_link, admin)
