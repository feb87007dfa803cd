"""The order of a declared list: the form of a model moves it to another position."""

import re

import pytest

from modeldesk.domain.model.values.texts import CapabilityName, Slug
from tests.support.app import App
from tests.support.panel_client import PanelClient, text_of

MODEL = "/admin/edit/acme/chat/model"


def ids(app: App) -> list[str]:
    capabilities = app.run(app.store.current()).provider(Slug("acme")).capabilities
    return [model.id for model in capabilities[CapabilityName("chat")].models]


def test_the_list_shows_where_each_model_stands(app: App, sara: PanelClient) -> None:
    """Every page of the list shows them; the results of a search do not."""
    models = [f"m-{number:03}" for number in range(1, 131)]
    app.put({"slug": "long", "name": "Long", "display_name": "Long", "capabilities": {"chat": {"supported": True, "models": models}}})

    def places(query: str = "") -> list[str]:
        return re.findall(r'<small class="place">(?:<bdi>)?(\d+)', text_of(sara.get(f"/admin/edit/long/chat{query}")))

    assert places() == [str(number) for number in range(1, 101)]
    assert places("?page=2") == [str(number) for number in range(101, 131)]
    assert places("?search=m-117") == []


@pytest.mark.parametrize(
    ("model", "position", "order"),
    [
        ("tiny", "1", ["tiny", "large", "small", "large"]),
        ("large", "۳", ["small", "tiny", "large", "large"]),
        ("small", "4", ["large", "tiny", "large", "small"]),
        ("small", "900", ["large", "tiny", "large", "small"]),
        ("small", "", ["large", "small", "tiny", "large"]),
        ("small", "2", ["large", "small", "tiny", "large"]),
        ("", "2", ["large", "new", "small", "tiny", "large"]),
    ],
)
def test_a_model_is_put_in_another_place(app: App, sara: PanelClient, model: str, position: str, order: list[str]) -> None:
    """The form shows the position and changes it; the others keep their order. A position past the end is the end."""
    page = text_of(sara.get(f"{MODEL}?id={model}"))
    assert f'name="position" value="{ids(app).index(model) + 1 if model else ""}"' in page
    sara.send(MODEL, {"version": "1", "model": model, "id": model or "new", "unit": "1M tokens", "position": position})
    assert ids(app) == order
