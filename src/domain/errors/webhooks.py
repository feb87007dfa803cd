"""Refusals of webhooks."""

from typing import ClassVar

from modeldesk.domain.errors.reason import Reason
from modeldesk.domain.errors.root import Conflict, Invalid, NotFound


class WebhookNotFound(NotFound):
    code: ClassVar[str] = "webhook-not-found"
    webhook: str


class WebhookAddressRefused(Invalid):
    """The address is none that anything may be sent to; `reason` says why."""

    code: ClassVar[str] = "webhook-address-refused"
    reason: Reason


class TooManyWebhooks(Conflict):
    code: ClassVar[str] = "too-many-webhooks"
    most: int
