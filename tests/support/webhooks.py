"""A receiver of webhooks that tests tell what to answer, and the services over a desk in memory."""

import asyncio
import json
from collections.abc import Mapping
from os import urandom
from typing import Any

from attrs import define, field

from modeldesk.domain.errors import Reason, VendorFailed, WebhookAddressRefused
from modeldesk.domain.services.webhook_delivery import SignedSender, WebhookDelivery
from modeldesk.domain.services.webhooks import Webhooks
from tests.support.named_instance import NamedInstance
from tests.support.samples import Desk

Sent = tuple[str, Mapping[str, str], bytes]


@define
class FakeReceivers:
    """Keeps what it was sent, by URL. `answers` holds the statuses to give in turn, then 204; 0 is no answer. Those in `held` wait for `free`."""

    answers: list[int] = field(factory=list)
    sent: list[Sent] = field(factory=list)
    held: set[str] = field(factory=set)
    free: asyncio.Event = field(factory=asyncio.Event)

    async def require_allowed(self, url: str) -> None:
        if not url.startswith("https://"):
            raise WebhookAddressRefused(Reason("http-forbidden", name="a", host="a:80"))

    async def post(self, webhook: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.sent.append((url, headers, body))
        if url in self.held:
            await self.free.wait()
        status = self.answers.pop(0) if self.answers else 204
        if status == 0:
            raise VendorFailed(webhook, Reason("no-answer-in-time"))
        return status

    @property
    def data(self) -> list[Any]:
        """The data of each event that was sent."""
        return [json.loads(body)["data"] for _, _, body in self.sent]


def webhooks_of(desk: Desk, receivers: FakeReceivers) -> Webhooks:
    return Webhooks(
        unit_of_work=desk.store.unit_of_work,
        outbox=desk.store,
        vault=desk.vault,
        sender=receivers,
        clock=desk.clock,
        random_bytes=urandom,
    )


def delivery_of(desk: Desk, receivers: FakeReceivers, name: str = "a") -> WebhookDelivery:
    """One process that delivers, and waits exactly as long as the schedule says."""
    return WebhookDelivery(
        unit_of_work=desk.store.unit_of_work,
        outbox=desk.store,
        sender=SignedSender(desk.vault, receivers, desk.clock),
        background=desk.background,
        coalescing=desk.coalescing,
        clock=desk.clock,
        instance=NamedInstance(name),
    )
