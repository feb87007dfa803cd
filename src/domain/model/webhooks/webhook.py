"""Webhooks: the address that receives events, the events that it wants, and the secrets that sign them."""

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from attrs import evolve, field

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.keys.provider_key import KeyBinding
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.model.webhooks.event import Event, EventType
from modeldesk.domain.records import frozen

MOST_WEBHOOKS = 50
ID_BYTES = 8
SECRET_BYTES = 32
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of every secret, by which scanners recognise them
HIDDEN = "…"
"""Stands for a value that is not shown."""

BOTH_SIGN_FOR = timedelta(hours=24)
"""How long the previous secret signs too after a rotation."""

SUBSCRIBED = tuple(kind for kind in EventType if kind is not EventType.TEST)
"""The events that a webhook may want."""


@frozen
class Webhook:
    """A registered webhook. `sealed` is its encrypted secret; `previous` the one before, which signs too before `previous_until`."""

    id: str
    url: HttpUrl
    events: tuple[EventType, ...]
    is_active: bool
    created_at: datetime
    created_by: str
    sealed: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)
    previous_until: datetime | None = None

    @property
    def masked_url(self) -> str:
        """The address as people are shown it: the values of its query, which may be secrets of the receiver, are hidden."""
        address, mark, query = self.url.partition("?")
        return address + mark + "&".join(map(_without_value, query.split("&")))

    @property
    def binding(self) -> KeyBinding:
        """What its secrets are sealed for. No slug contains a colon, so that no vendor's key has the same binding."""
        return KeyBinding(Slug(f"webhook:{self.id}"), None, "")

    def wants(self, kind: EventType) -> bool:
        return self.is_active and kind in self.events

    def with_secret(self, sealed: bytes, now: datetime) -> "Webhook":
        """The webhook with a new secret; the current one signs too for 24 hours."""
        return evolve(self, sealed=sealed, previous=self.sealed, previous_until=now + BOTH_SIGN_FOR)

    def with_only_secret(self, sealed: bytes) -> "Webhook":
        """The webhook with a new secret, which alone signs."""
        return evolve(self, sealed=sealed, previous=None, previous_until=None)

    @property
    def secrets(self) -> Sequence[bytes]:
        """Its encrypted secrets, the newest first, whether or not they sign now."""
        return [self.sealed] if self.previous is None else [self.sealed, self.previous]

    def resealed(self, secrets: Sequence[bytes]) -> "Webhook":
        """The webhook with the same secrets, encrypted anew in the order of `secrets`."""
        return evolve(self, sealed=secrets[0], previous=secrets[1] if len(secrets) > 1 else None)

    def signing(self, now: datetime) -> Sequence[bytes]:
        """The encrypted secrets that sign now, the newest first."""
        if self.previous is None or self.previous_until is None or now >= self.previous_until:
            return [self.sealed]
        return [self.sealed, self.previous]


def _without_value(parameter: str) -> str:
    """One parameter of a query. One without a name is hidden as a whole."""
    name, equals, _ = parameter.partition("=")
    return f"{name}={HIDDEN}" if equals else HIDDEN if parameter else ""


def new_secret(random: bytes) -> Secret:
    """The secret of these random bytes, as Standard Webhooks writes it."""
    return Secret(SECRET_PREFIX + base64.b64encode(random).decode())


def wanted_events(events: Sequence[EventType]) -> tuple[EventType, ...]:
    """The events that a webhook subscribes to, each once, in the order of `EventType`. Raises InvalidValue for none, and for the test event."""
    if not events:
        raise InvalidValue("webhook-without-events")
    if EventType.TEST in events:
        raise InvalidValue("webhook-test-not-subscribed")
    return tuple(kind for kind in SUBSCRIBED if kind in events)


def signed_headers(event: Event, secrets: Sequence[Secret], now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0.0: id, time in whole seconds, and one signature for each secret."""
    moment = str(int(now.timestamp()))
    signed = f"{event.id}.{moment}.{event.body}".encode()
    signatures = " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets)
    return {"webhook-id": event.id, "webhook-timestamp": moment, "webhook-signature": signatures}


def _signature(secret: Secret, signed: bytes) -> str:
    key = base64.b64decode(secret.reveal().removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
