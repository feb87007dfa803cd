"""Requests that were done with a key, so that repeating them does nothing twice."""

from datetime import datetime
from typing import Protocol

from modeldesk.domain.model.idempotency import CompletedRequest


class CompletedRequestStore(Protocol):
    """Writing it leaves the generation as it is."""

    async def get(self, digest: str) -> CompletedRequest | None:
        """By the digest of its key."""
        ...

    async def add(self, request: CompletedRequest) -> None:
        """Replaces an earlier one with the same key."""
        ...

    async def forget(self, until: datetime, most: int) -> None:
        """Deletes those that were done until then, and of the others all but the latest `most`."""
        ...
