"""Webhooks: what they want, and what signs for them."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Receiver
from standardwebhooks import WebhookVerificationError

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.model.webhooks.event import EventType, new_event
from modeldesk.domain.model.webhooks.webhook import SUBSCRIBED, Webhook, new_secret, signed_headers, wanted_events

NOON = datetime(2026, 11, 28, 12, 0, 0, 123456, tzinfo=UTC)
HOOK = Webhook("wh_1", HttpUrl("https://a.example/in"), (EventType.USE_CHANGED,), True, NOON, "sara", b"first")


@given(st.text(max_size=40), st.lists(st.binary(min_size=24, max_size=64), min_size=1, max_size=2, unique=True))
def test_a_receiver_with_either_secret_accepts_what_was_signed(text: str, secrets: list[bytes]) -> None:
    """As the published package of Standard Webhooks reads it, whatever the event says; a changed body is refused by every one."""
    now = datetime.now(UTC)
    event = new_event(EventType.USE_CHANGED, "use:a", now, {"text": text})
    held = [new_secret(secret) for secret in secrets]
    headers = signed_headers(event, held, now)
    for secret in held:
        receiver = Receiver(secret.reveal())
        assert receiver.verify(event.body, headers)["data"] == {"text": text}
        with pytest.raises(WebhookVerificationError):
            receiver.verify(event.body + " ", headers)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ""),
        ("?", "?"),
        ("?token=s3cret", "?token=…"),
        ("?room=a&token=s3=cret&", "?room=…&token=…&"),
        ("?s3cret", "?…"),
        ("?a=1;token=s3cret#s3cret", "?a=…"),
        ("?a=s3cret?b=s3cret", "?a=…"),
    ],
)
def test_the_values_of_a_query_are_hidden(query: str, shown: str) -> None:
    """They may be secrets of the receiver. The names stay, so that people know which address it is."""
    assert evolve(HOOK, url=HttpUrl(f"https://a.example/in{query}")).masked_url == f"https://a.example/in{shown}"


def test_an_id_names_one_event() -> None:
    """The same event has the same id; another time, subject or content has another."""
    event = new_event(EventType.USE_CHANGED, "use:a", NOON, {"version": 1})
    assert event == new_event(EventType.USE_CHANGED, "use:a", NOON, {"version": 1})
    others = [
        new_event(EventType.USE_CHANGED, "use:b", NOON, {"version": 1}),
        new_event(EventType.USE_CHANGED, "use:a", NOON + timedelta(microseconds=1), {"version": 1}),
        new_event(EventType.USE_CHANGED, "use:a", NOON, {"version": 2}),
        new_event(EventType.PROVIDER_CHANGED, "use:a", NOON, {"version": 1}),
    ]
    assert len({event.id, *(other.id for other in others)}) == 5
    assert event.body == '{"type":"use.changed","timestamp":"2026-11-28T12:00:00.123Z","data":{"version":1}}'


def test_two_secrets_sign_for_a_day() -> None:
    """After a rotation the newest signs first; the one before signs too until 24 hours have passed; an older one never."""
    rotated = HOOK.with_secret(b"second", NOON)
    assert HOOK.signing(NOON) == [b"first"]
    assert rotated.signing(NOON + timedelta(hours=23, minutes=59)) == [b"second", b"first"]
    assert rotated.signing(NOON + timedelta(hours=24)) == [b"second"]
    assert rotated.with_secret(b"third", NOON).signing(NOON) == [b"third", b"second"]


def test_a_webhook_wants_some_events() -> None:
    """At least one, each once; the test event comes on request only. A disabled webhook wants none."""
    assert wanted_events([EventType.KEY_REJECTED, EventType.MODEL_SELECTED, EventType.KEY_REJECTED]) == (
        EventType.MODEL_SELECTED,
        EventType.KEY_REJECTED,
    )
    assert EventType.TEST not in SUBSCRIBED
    for wrong in ([], [EventType.TEST]):
        with pytest.raises(InvalidValue):
            wanted_events(wrong)
    assert [HOOK.wants(kind) for kind in (EventType.USE_CHANGED, EventType.LIST_FAILED)] == [True, False]


def test_secrets_are_not_shown() -> None:
    """Neither the new one, nor the encrypted ones of a webhook."""
    secret = new_secret(bytes(32))
    assert secret.reveal() == "whsec_" + "A" * 43 + "="
    assert secret.reveal() not in f"{secret!r}"
    assert "first" not in repr(HOOK)
