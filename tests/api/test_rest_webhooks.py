"""Webhooks by REST: added, shown, changed, rotated, tested, removed; and what a selection leaves for them."""

from tests.support.app import App, Client

URL = "https://receiver.invalid/in"


def added(sara: Client, **fields: object) -> dict[str, object]:
    answer = sara.post("/webhooks/", {"url": URL, **fields})
    assert answer.status == 200, answer.json
    found: dict[str, object] = answer.json
    return found


def test_a_secret_is_in_one_answer(sara: Client) -> None:
    """Of adding and of rotating; everything else shows the webhook without it."""
    made = added(sara)
    assert str(made["secret"]).startswith("whsec_")
    shown = sara.get(f"/webhooks/{made['id']}/").json
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert len(shown["events"]) == 8
    assert sara.get("/webhooks/").json == {"count": 1, "webhooks": [shown]}
    rotated = sara.post(f"/webhooks/{made['id']}/secret/").json
    assert rotated["secret"] not in (None, made["secret"])
    assert rotated["previous_secret_until"] is not None


def test_a_webhook_is_changed_and_removed(sara: Client) -> None:
    """What the body leaves out stays; after it is removed, it is not found."""
    path = f"/webhooks/{added(sara, events=['use.changed'])['id']}/"
    changed = sara.ask("PATCH", f"/api/admin{path}", {"is_active": False})
    assert (changed.json["url"], changed.json["events"], changed.json["is_active"]) == (URL, ["use.changed"], False)
    assert sara.ask("DELETE", f"/api/admin{path}").json == {"removed": True}
    assert sara.get(path).status == 404


def test_what_is_refused(sara: Client) -> None:
    """Plain http, an address inside the house, no event, an unknown one, and the test event."""
    for body in (
        {"url": "http://receiver.invalid/in"},
        {"url": "https://127.0.0.1/in"},
        {"url": ""},
        {"url": URL, "events": []},
        {"url": URL, "events": ["all"]},
        {"url": URL, "events": ["webhook.test"]},
    ):
        assert sara.post("/webhooks/", body).status == 422, body
    assert sara.get("/webhooks/").json["count"] == 0


def test_a_change_is_listed_as_a_delivery(app: App, sara: Client) -> None:
    """As soon as it was made, before it is sent; and so is a test."""
    path = f"/webhooks/{added(sara, events=['model.selected'])['id']}/"
    sara.post("/ai-models/select-model/", {"provider": "acme", "capability": "chat", "model_id": "large"})
    event = sara.post(f"{path}test/").json["event_id"]
    listed = sara.get(f"{path}deliveries/").json["deliveries"]
    assert [(entry["event"], entry["event_subject"]) for entry in listed][1] == ("model.selected", "acme/chat")
    assert (listed[0]["event_id"], listed[0]["event"], listed[0]["delivery_state"]) == (event, "webhook.test", "pending")
    assert len(sara.get(f"{path}deliveries/?limit=1").json["deliveries"]) == 1
