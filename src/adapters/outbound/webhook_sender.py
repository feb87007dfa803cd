"""Sends events of webhooks through the outbound client."""

from collections.abc import Mapping

from msgspec import Struct

from modeldesk.adapters.outbound.client import OutboundClient
from modeldesk.adapters.outbound.refusals import Refused
from modeldesk.adapters.vendor_http import Request
from modeldesk.domain.errors import WebhookAddressRefused

ANSWERS_WITHIN = 10.0
"""In seconds, for the whole attempt."""


class OutboundWebhookSender(Struct, frozen=True):
    """Every attempt is a session of its own: a receiver gets no connection and no cookie of an earlier one."""

    client: OutboundClient

    async def require_allowed(self, url: str) -> None:
        try:
            await self.client.require_allowed(Request(url))
        except Refused as refusal:
            raise WebhookAddressRefused(refusal.reason) from None

    async def post(self, webhook: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        async with self.client.open(webhook, ANSWERS_WITHIN) as session:
            return await session.post(Request(url, {**headers, "content-type": "application/json"}), body)
