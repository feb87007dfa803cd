"""Webhooks and what became of their deliveries."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.marks import N_

WEBHOOKS: Mapping[str, str] = {
    "webhook-not-found": N_("there is no webhook %(webhook)s"),
    "webhook-address-refused": N_("nothing is sent to this address: %(reason)s"),
    "too-many-webhooks": N_("there are %(most)s webhooks already, as many as there may be"),
    "webhook-without-events": N_("a webhook needs at least one event"),
    "webhook-test-not-subscribed": N_("the test event is sent on request only"),
    "too-many-pending": N_("more than %(most)s later events were waiting for this receiver"),
    "receiver-status": N_("the receiver answered with status %(status)s"),
    "webhook-secret-unreadable": N_("the secret of the webhook cannot be decrypted; rotate it"),
}
"""What is refused, and why an attempt failed."""
