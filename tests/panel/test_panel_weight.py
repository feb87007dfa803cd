"""How much a first visit loads, and what a long list costs: bytes are held, times are printed."""

import time

import pytest

from tests.support.app import App
from tests.support.panel_client import PanelClient, signed_in, text_of

MOST_BYTES = 60 * 1024
GZIP = {"accept-encoding": "gzip"}


def list_of(app: App, count: int) -> None:
    """A provider with a fixed list of so many models, each with a price."""
    models = [
        {
            "id": f"vendor/model-{number:05}",
            "name": f"Model {number}",
            "context_length": 8_000,
            "pricing": {"prompt": number, "completion": "2.5"},
        }
        for number in range(count)
    ]
    app.put({"slug": "long", "name": "Long", "display_name": "Long", "capabilities": {"chat": {"supported": True, "models": models}}})


def test_a_first_visit_is_light(app: App) -> None:
    """The door with all that it loads; and the heaviest page, with fifty models, with all that it loads."""
    list_of(app, 400)
    anonymous, sara = PanelClient(app), signed_in(app, "sara")
    door = anonymous.get("/admin/sign-in", GZIP)
    names = {part.partition('"')[0] for part in text_of(door).split("/admin/static/")[1:]}
    loaded = sum(len(anonymous.get(f"/admin/static/{name}", GZIP).body) for name in names)
    heaviest = sara.get("/admin/providers/long/chat", GZIP)
    print(f"first load: {(loaded + len(door.body)) / 1024:.1f} KB; with fifty models: {(loaded + len(heaviest.body)) / 1024:.1f} KB")
    assert loaded + len(door.body) < MOST_BYTES
    assert loaded + len(heaviest.body) < MOST_BYTES


def test_a_long_list_is_cut_into_pages_by_the_server(app: App, sara: PanelClient) -> None:
    """Fifty a page, whatever page is asked for; one past the end is the last."""
    list_of(app, 5_000)
    for asked, first in [
        ("", "model-00000"),
        ("?page=2", "model-00050"),
        ("?page=100", "model-04950"),
        ("?page=101", "model-04950"),
        ("?page=x", "model-00000"),
    ]:
        page = text_of(sara.get(f"/admin/providers/long/chat{asked}"))
        assert page.count("vendor/model-") == 100, asked  # an id is shown, and stands in the link that chooses it
        assert f"vendor/{first}" in page, asked
    page = text_of(sara.get("/admin/providers/long/chat?search=4321"))
    assert "1 model<" in page


def test_a_part_of_a_page_is_the_list_alone(sara: PanelClient) -> None:
    """For the script: no frame around it, the same rows."""
    part = text_of(sara.get("/admin/providers/acme/chat?search=small", {"x-modeldesk-part": "list"}))
    assert "<html" not in part
    assert "Acme Small" in part
    assert "Acme Large" not in part
    dialog = text_of(sara.get("/admin/providers/acme/chat/select?model=small", {"x-modeldesk-part": "dialog"}))
    assert "<html" not in dialog
    assert 'id="dialog-title"' in dialog


@pytest.mark.nightly
def test_what_a_page_of_400_models_costs(app: App, sara: PanelClient) -> None:
    """Processor time of the server, the first time and after it."""
    list_of(app, 400)
    for reported in ("cold", "again", "again"):
        began = time.process_time()
        assert sara.get("/admin/providers/long/chat", GZIP).status == 200
        print(f"a page of 400 models, {reported}: {(time.process_time() - began) * 1_000:.1f} ms of CPU")
