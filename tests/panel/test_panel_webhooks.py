"""Webhooks in the panel: added, changed, tested, rotated, removed, and what became of the deliveries."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from dependency_injector import providers as injection

from modeldesk.domain.model.webhooks.delivery import MOST_ATTEMPTS
from tests.support.app import App
from tests.support.panel_client import PanelClient, signed_in, text_of
from tests.support.webhooks import FakeReceivers

ADDRESS = "https://receiver.invalid/in"
ADDED = {"url": ADDRESS, "event_model.selected": "1", "event_use.changed": "1"}


@pytest.fixture
def receivers(app: App) -> Iterator[FakeReceivers]:
    """Where events arrive."""
    receivers = FakeReceivers()
    with app.container.webhook_sender.override(injection.Object(receivers)):
        app.container.webhook_delivery.reset()
        yield receivers
    app.container.webhook_delivery.reset()


def added(client: PanelClient, fields: dict[str, str] | None = None) -> tuple[str, str]:
    """The path of a new webhook, and its secret."""
    shown = text_of(client.send("/admin/webhooks", fields or ADDED))
    secret, webhook = re.search(r'value="(whsec_[^"]+)"', shown), re.search(r"wh_[0-9a-f]{16}", shown)
    assert secret is not None
    assert webhook is not None
    return f"/admin/webhooks/{webhook[0]}", secret[1]


def deliver(app: App, path: str) -> None:
    app.run(app.container.webhook_delivery().deliver(path.rpartition("/")[2]))


def page(client: PanelClient, path: str = "/admin/webhooks") -> str:
    answer = client.get(path)
    assert answer.status == 200
    return text_of(answer)


def test_a_secret_is_shown_once(sara: PanelClient) -> None:
    """By the answer that made it: of adding, and of a rotation, after which two sign."""
    assert "There are no webhooks yet." in page(sara)
    path, secret = added(sara)
    assert ADDRESS in page(sara)
    assert "Two secrets sign" not in page(sara, path)
    assert "24 hours" in page(sara, f"{path}/rotate")
    rotated = text_of(sara.send(f"{path}/rotate"))
    assert "whsec_" in rotated
    assert "Two secrets sign" in rotated
    for shown in (page(sara), page(sara, path), page(sara, f"{path}/rotate")):
        assert "whsec_" not in shown
        assert secret not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://receiver.invalid/in"}, "Nothing is sent to this address"),
        ({"url": "https://127.0.0.1/in"}, "Nothing is sent to this address"),
        ({"url": "receiver"}, "http"),
        ({"event_model.selected": "", "event_use.changed": ""}, "A webhook needs at least one event"),
    ],
)
def test_what_is_refused_is_said_above_what_was_typed(sara: PanelClient, change: dict[str, str], said: str) -> None:
    """For a new webhook and for one that is changed; nothing is stored."""
    refused = text_of(sara.send("/admin/webhooks", {**ADDED, **change}))
    assert said in refused
    assert change.get("url", ADDRESS) in refused
    path, _ = added(sara)
    assert said in text_of(sara.send(path, {**ADDED, **change}))
    assert page(sara).count("wh_") >= 1


def test_its_address_and_events_are_changed(sara: PanelClient) -> None:
    """The same form without a difference changes nothing."""
    path, _ = added(sara)
    assert sara.send(path, ADDED).status == 303
    assert "Nothing changed." in page(sara, path)
    assert sara.send(path, {"url": f"{ADDRESS}/new", "event_key.rejected": "1"}).status == 303
    shown = page(sara, path)
    assert "The webhook was updated." in shown
    assert f'value="{ADDRESS}/new"' in shown
    assert re.findall(r'name="event_(\S+)" value="1" checked', shown) == ["key.rejected"]


def test_a_test_is_delivered_and_shown(app: App, sara: PanelClient, receivers: FakeReceivers) -> None:
    """Waiting at first, then delivered; a failure says why and when it is tried again."""
    path, _ = added(sara)
    receivers.answers = [503]
    assert sara.send(f"{path}/test").status == 303
    assert "waiting" in page(sara, path)
    deliver(app, path)
    shown = page(sara, path)
    assert "The receiver answered with status 503" in shown
    assert "next attempt" in shown
    app.clock.now += timedelta(seconds=10)
    deliver(app, path)
    assert "delivered" in page(sara, path)
    assert [data["sent_by"] for data in receivers.data] == ["sara", "sara"]


def test_a_disabled_webhook_gets_nothing(app: App, sara: PanelClient) -> None:
    """Until it is enabled again."""
    path, _ = added(sara)
    assert sara.send(f"{path}/enabled", {"is_active": "false"}).status == 303
    assert "disabled" in page(sara, path)
    app.signed_in().select("large")
    assert "Nothing was sent to it yet." in page(sara, path)
    assert sara.send(f"{path}/enabled", {"is_active": "true"}).status == 303
    app.signed_in().select("small")
    assert "model.selected" in page(sara, path)


def test_a_removed_webhook_is_gone(sara: PanelClient) -> None:
    """After a page that asks."""
    path, _ = added(sara)
    assert ADDRESS in page(sara, f"{path}/remove")
    assert sara.send(f"{path}/remove").status == 303
    assert ADDRESS not in page(sara)
    assert sara.get(path).status == 404


def test_what_does_not_arrive_needs_attention(app: App, sara: PanelClient, nima: PanelClient, receivers: FakeReceivers) -> None:
    """Of super admins, who may do something about it: events that wait for long, and those that were given up; what has just begun does not."""
    path, _ = added(sara)
    app.signed_in().select("large")
    assert path not in page(sara, "/admin/")
    app.clock.now += timedelta(minutes=20)
    assert "1 event waits" in page(sara, "/admin/")
    assert path not in page(nima, "/admin/")
    receivers.answers = [500] * MOST_ATTEMPTS
    for _ in range(MOST_ATTEMPTS):
        deliver(app, path)
        app.clock.now += timedelta(hours=2)
    sara = signed_in(app, "sara")  # her session has ended meanwhile
    shown = page(sara, "/admin/")
    assert "1 event was given up within the last week." in shown
    assert "waits" not in shown
    assert "given up" in page(sara, path)


def test_nothing_of_it_is_for_normal_admins(nima: PanelClient) -> None:
    """The section is not in their navigation."""
    assert "/admin/webhooks" not in page(nima, "/admin/")
