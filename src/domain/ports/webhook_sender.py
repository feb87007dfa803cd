"""Sending events to the receivers of webhooks."""

from collections.abc import Mapping
from typing import Protocol


class WebhookSender(Protocol):
    """Sends through the guard of outbound calls, and follows no redirect."""

    async def require_allowed(self, url: str) -> None:
        """Raises WebhookAddressRefused for an address that can never be sent to. A name is looked up only when something is sent."""
        ...

    async def post(self, webhook: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Sends JSON once, and returns the status of the answer. Raises VendorFailed where there is none within ten seconds."""
        ...
