"""In-memory requests that were done with a key."""

from datetime import datetime

from modeldesk.adapters.memory.contents import Draft
from modeldesk.domain.model.idempotency import CompletedRequest
from modeldesk.domain.records import frozen


@frozen
class InMemoryCompletedRequests:
    draft: Draft

    async def get(self, digest: str) -> CompletedRequest | None:
        return (await self.draft.read()).completed_requests.get(digest)

    async def add(self, request: CompletedRequest) -> None:
        held = (await self.draft.read()).completed_requests
        self.draft.write(None, completed_requests={**held, request.key.digest: request})

    async def forget(self, until: datetime, most: int) -> None:
        held = (await self.draft.read()).completed_requests
        latest = sorted((request for request in held.values() if request.at > until), key=lambda request: (request.at, request.key.digest))
        self.draft.write(None, completed_requests={request.key.digest: request for request in latest[-most:]})
