"""Delivering the outbox: one instance at a time, each subject in its order, no receiver held up by another."""

import logging
from datetime import timedelta

from modeldesk.domain.errors import KeyUnreadable, Reason, VendorFailed
from modeldesk.domain.model.catalogue.refresh_plan import extended
from modeldesk.domain.model.webhooks.delivery import KEPT_FOR, Delivery
from modeldesk.domain.model.webhooks.event import Event
from modeldesk.domain.model.webhooks.webhook import Webhook, signed_headers
from modeldesk.domain.ports.background import BackgroundTasks
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.coalescing import Coalescing
from modeldesk.domain.ports.instance import Instance
from modeldesk.domain.ports.outbox import Outbox
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork
from modeldesk.domain.ports.webhook_sender import WebhookSender

LOGGER = logging.getLogger(__name__)
LEASE = "webhooks"
LEASE_FOR = timedelta(seconds=20)
"""Longer than one attempt, and short enough that after a crash the rest goes out within 30 seconds of the next start."""


class SignedSender:
    """Signs an event with the secrets of its webhook, and sends it once."""

    def __init__(self, vault: Vault, sender: WebhookSender, clock: Clock) -> None:
        self._vault = vault
        self._sender = sender
        self._clock = clock

    async def send(self, webhook: Webhook, event: Event) -> int:
        """The status of the answer. Raises VendorFailed, KeyUnreadable."""
        now = self._clock()
        secrets = [self._vault.open(sealed, webhook.binding) for sealed in webhook.signing(now)]
        headers = signed_headers(event, secrets, now)
        return await self._sender.post(webhook.id, webhook.url, headers, event.body.encode())


class WebhookDelivery:
    """Sends what is due. An event is recorded as delivered after its receiver has accepted it: after a crash in between it is sent again."""

    def __init__(
        self,
        *,
        unit_of_work: OpenUnitOfWork,
        outbox: Outbox,
        sender: SignedSender,
        background: BackgroundTasks,
        coalescing: Coalescing,
        clock: Clock,
        instance: Instance,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._outbox = outbox
        self._sender = sender
        self._background = background
        self._coalescing = coalescing
        self._clock = clock
        self._instance = instance

    async def start_due(self) -> None:
        """Starts the delivery to each webhook for which something is due, unless it runs already, and waits for none. Raises Unavailable."""
        for webhook_id in await self._outbox.due_webhooks(self._clock()):
            if not self._coalescing.is_running((LEASE, webhook_id)):
                self._background.run(self._run(webhook_id))

    async def deliver(self, webhook_id: str) -> int:
        """Sends to one webhook until nothing is due, and returns how many attempts that took. Does nothing while another instance delivers."""
        attempts = 0
        while (claimed := await self._claim(webhook_id)) is not None:
            attempts += 1
            await self._record(await self._attempt(*claimed))
        return attempts

    async def trim(self) -> None:
        """Bounds the outbox, so that a receiver that stays away does not fill the disk. Raises Unavailable."""
        now = self._clock()
        for webhook_id in await self._outbox.untrimmed(now - KEPT_FOR):
            async with self._unit_of_work() as work:
                await work.outbox.trim(webhook_id, now - KEPT_FOR, now)
                await work.commit()

    async def _run(self, webhook_id: str) -> None:
        await self._coalescing.run((LEASE, webhook_id), lambda: self.deliver(webhook_id))

    async def _claim(self, webhook_id: str) -> tuple[Webhook, Delivery] | None:
        """Takes or extends the lease. None where another instance holds it, or nothing is due."""
        async with self._unit_of_work() as work:
            now = self._clock()
            lease = extended(await work.refreshes.lease(LEASE), self._instance.name, now, LEASE_FOR)
            if lease is None:
                return None
            delivery, webhook = await work.outbox.next_due(webhook_id, now), await work.webhooks.get(webhook_id)
            if delivery is None or webhook is None:
                return None
            await work.refreshes.put_lease(LEASE, lease)
            await work.commit()
        return webhook, delivery

    async def _attempt(self, webhook: Webhook, delivery: Delivery) -> Delivery:
        """Sends the event once; what became of it."""
        status = None
        try:
            status = await self._sender.send(webhook, delivery.event)
            if 200 <= status < 300:
                return delivery.succeeded(status, self._clock())
            reason = Reason("receiver-status", status=status)
        except VendorFailed as error:
            reason = error.reason
        except KeyUnreadable:
            reason = Reason("webhook-secret-unreadable")
        failed = delivery.failed(reason, status, self._clock(), self._instance.random())
        LOGGER.warning("event %s to webhook %s failed (attempt %s)", delivery.event.id, webhook.id, failed.attempts)
        return failed

    async def _record(self, delivery: Delivery) -> None:
        async with self._unit_of_work() as work:
            await work.outbox.record_attempt(delivery)
            await work.commit()
