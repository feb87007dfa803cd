"""Secrets of webhooks, looked for everywhere after they were made, used, rotated and met by failures: they stand in the two answers that made them."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.persistence.store import SqlStore
from tests.support.app import App, Client
from tests.support.log_capture import logged
from tests.support.panel_client import signed_in, text_of
from tests.support.stores import upgraded
from tests.support.webhooks import FakeReceivers

RECEIVERS_SECRET = "Zq8vK2mX7tRw"
URL = f"https://receiver.invalid/in?token={RECEIVERS_SECRET}"
WINDOW = 12
PLACES = ("/webhooks/", "/webhooks/{id}/", "/webhooks/{id}/deliveries/", "/audit/", "/ai/dashboard/overview/", "/ai/doctor/")
PAGES = ("/admin/webhooks", "/admin/webhooks/{id}", "/admin/webhooks/{id}/rotate", "/admin/webhooks/{id}/remove", "/admin/audit", "/admin/")


def pieces(secret: str) -> set[str]:
    """Every twelve characters in a row, without the prefix that all secrets have."""
    text = secret.removeprefix("whsec_")
    return {text[at : at + WINDOW] for at in range(len(text) - WINDOW + 1)}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """Over a database file, with a receiver that refuses the first event."""
    with App(SqlStore(upgraded(tmp_path / "desk.db"))) as app:
        app.container.webhook_sender.override(injection.Object(FakeReceivers([500])))
        yield app.fill()


def answers(app: App, sara: Client, name: str) -> Iterator[str]:
    """Everything that shows a webhook or what became of it."""
    yield from (sara.get(place.format(id=name)).body.decode() for place in PLACES)
    yield from (text_of(signed_in(app, "sara").get(page.format(id=name))) for page in PAGES)
    yield sara.ask("GET", "/metrics").body.decode()
    yield sara.ask("PATCH", f"/api/admin/webhooks/{name}/", {"url": "http://wrong"}).body.decode()


def test_no_piece_of_a_secret_stands_anywhere(app: App, tmp_path: Path) -> None:
    """In no answer, page, log line or file of the database, while both secrets sign, and after the webhook is gone."""
    with logged(debug=True) as lines:
        sara = app.signed_in()
        made = sara.post("/webhooks/", {"url": URL}).json
        rotated = sara.post(f"/webhooks/{made['id']}/secret/").json
        sara.post(f"/webhooks/{made['id']}/test/")
        app.run(app.container.webhook_delivery().deliver(made["id"]))
        shown = list(answers(app, sara, made["id"]))
        sara.ask("DELETE", f"/api/admin/webhooks/{made['id']}/")
        shown += [sara.get("/audit/").body.decode(), lines.getvalue()]
    shown += [file.read_bytes().decode("latin-1") for file in tmp_path.glob("desk.db*")]
    sought = pieces(made["secret"]) | pieces(rotated["secret"])
    assert made["secret"] != rotated["secret"]
    assert len(sought) > 60
    for text in shown:
        assert not [piece for piece in sought if piece in text], text[:200]


def test_the_secret_of_a_receiver_stands_only_where_its_address_is_edited(app: App, tmp_path: Path) -> None:
    """The query of an address may hold one. Besides the form, REST answers with the whole address, so that a program can edit it."""
    with logged(debug=True) as lines:
        panel = signed_in(app, "sara")
        made = text_of(panel.send("/admin/webhooks", {"url": URL, "event_model.selected": "1"}))
        name = app.signed_in().get("/webhooks/").json["webhooks"][0]["id"]
        app.signed_in().post(f"/webhooks/{name}/test/")
        app.run(app.container.webhook_delivery().deliver(name))
        with sqlite3.connect(tmp_path / "desk.db") as database:
            database.execute("UPDATE outbox SET at = '2026-01-01 00:00:00.000000'")
        pages = {page: text_of(panel.get(page.format(id=name))) for page in PAGES}
        sara = app.signed_in()
        answers = [sara.get(place.format(id=name)).body.decode() for place in PLACES if not place.endswith(("/webhooks/", "{id}/"))]
    assert "https://receiver.invalid/in?token=…" in pages["/admin/webhooks"]
    assert "https://receiver.invalid/in?token=…" in pages["/admin/"]
    form = f'value="{URL}"'
    assert form in made
    assert form in pages["/admin/webhooks/{id}"]
    for text in (made.replace(form, ""), *(page.replace(form, "") for page in pages.values()), *answers, lines.getvalue()):
        assert RECEIVERS_SECRET not in text, text[:200]
