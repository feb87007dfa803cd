"""A running server delivers the events of webhooks."""

from datetime import UTC, datetime

from dependency_injector import providers as injection
from standardwebhooks import Webhook as Receiver

from modeldesk.entrypoints.container import Container
from tests.api.test_scheduled_refreshes import Pauses
from tests.support.app import App
from tests.support.manual_clock import ManualClock
from tests.support.webhooks import FakeReceivers

CHOICE = {"provider": "acme", "capability": "chat", "model_id": "large"}
URL = "https://receiver.invalid/in"


def test_a_selection_reaches_its_receiver() -> None:
    """Behind the answer, signed with the secret that was shown; nothing is sent before the change, and nothing twice."""
    pauses, receivers = Pauses(), FakeReceivers()
    clock = ManualClock(datetime.now(UTC))  # receivers refuse what was signed long ago
    with (
        Container.until_next_delivery.override(injection.Object(pauses)),
        Container.webhook_sender.override(injection.Object(receivers)),
        App(clock=clock) as app,
    ):
        app.fill()
        sara = app.signed_in("sara")
        secret = sara.post("/webhooks/", {"url": URL, "events": ["model.selected"]}).json["secret"]
        app.run(pauses.pass_one())
        assert receivers.sent == []
        assert sara.post("/ai-models/select-model/", CHOICE).status == 200
        for _ in range(2):
            app.run(pauses.pass_one())
            app.run(app.container.background().close())
        [(url, headers, body)] = receivers.sent
    assert url == URL
    assert Receiver(secret).verify(body, dict(headers))["data"]["model_id"] == "large"
