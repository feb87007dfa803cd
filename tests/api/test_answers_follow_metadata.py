"""A refresh of the metadata is seen by the next question: products and admins are answered the new price, under a new ETag."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.metadata.kept_file import KeptFile
from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.providers.registry import shipped_classes
from tests.support.app import App, Client
from tests.support.asgi import Answer

NEW = b'{"acme": {"models": {"unlisted": {"name": "New", "cost": {"input": 3, "output": 9}}}}}'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[App]:
    """With real layers of metadata, and a model active that no list holds."""
    kept = KeptFile(tmp_path)
    app = App()
    app.container.kept_metadata.override(injection.Object(kept))
    app.container.metadata.override(injection.Object(LayeredMetadata(shipped_classes(), kept)))
    with app:
        app.fill()
        app.signed_in().select("unlisted")
        yield app


def asked(client: Client, method: str, path: str, tag: str | None = None) -> Answer:
    body = {} if method == "POST" else None
    return client.ask(method, path, body, {"If-None-Match": tag} if tag is not None else {})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/resolve/acme/chat"),
        ("POST", "/ofrep/v1/evaluate/flags"),
        ("GET", "/api/admin/ai-models/?provider=acme"),
        ("GET", "/api/admin/ai/dashboard/overview/"),
    ],
)
def test_the_next_question_is_answered_the_new_price(desk: App, method: str, path: str) -> None:
    """304 until then."""
    client = desk.program("read", name="reader")
    before = asked(client, method, path)
    assert b'"3.00"' not in before.body
    assert asked(client, method, path, before.tag).status == 304
    desk.run(desk.container.metadata_refresh().from_file(NEW, "mine.json"))
    after = asked(client, method, path, before.tag)
    assert after.status == 200
    assert b'"3.00"' in after.body
