"""What a provider offers, as REST shows it."""

import pytest

from tests.support.app import App, Client
from tests.support.asgi import Answer

FREE = {"currency": "USD", "unit": "1M tokens", "prompt": "0.00", "completion": "0.00"}
HOMELESS = {"slug": "homeless", "name": "Homeless", "display_name": "Homeless"}
"""A provider without an address."""

PRICED = {"currency": "USD", "unit": "1M tokens", "prompt": "2.50", "completion": "10.00"}


def browse(client: Client, query: str = "", provider: str = "acme", capability: str = "chat", slash: str = "/") -> Answer:
    return client.get(f"/ai-models/browse-models{slash}?provider={provider}&capability={capability}{query}")


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_shape_of_the_contract(sara: Client, slash: str) -> None:
    """In the order of the declaration, an id that stands twice once, prices as texts, and null where nothing is known: never free."""
    assert browse(sara, slash=slash).json == {
        "provider": "acme",
        "capability": "chat",
        "source": "static",
        "fetched_at": None,
        "count": 3,
        "total": 3,
        "models": [
            {"id": "large", "name": "Acme Large", "is_free": False, "pricing": PRICED, "context_length": 200_000, "is_active": False},
            {"id": "small", "name": "Acme Small", "is_free": True, "pricing": FREE, "context_length": 8_000, "is_active": False},
            {"id": "tiny", "name": "tiny", "is_free": None, "pricing": None, "context_length": None, "is_active": False},
        ],
    }


@pytest.mark.parametrize(
    ("query", "expected", "total"),
    [
        ("&search=LARGE", ["large"], 1),
        ("&search=acme", ["large", "small"], 2),
        ("&search=acme%20small", ["small"], 1),
        ("&search=nothing", [], 0),
        ("&search=" + "a+" * 100, ["large", "small"], 2),
        ("&search=", ["large", "small", "tiny"], 3),
        ("&free=true", ["small"], 1),
        ("&free=false", ["large"], 1),
        ("&sort=id", ["large", "small", "tiny"], 3),
        ("&sort=-id", ["tiny", "small", "large"], 3),
        ("&sort=-name", ["tiny", "small", "large"], 3),
        ("&sort=price", ["small", "large", "tiny"], 3),
        ("&sort=-price", ["large", "small", "tiny"], 3),
        ("&sort=context", ["small", "large", "tiny"], 3),
        ("&sort=-context", ["large", "small", "tiny"], 3),
        ("&limit=2", ["large", "small"], 3),
        ("&limit=2&offset=2", ["tiny"], 3),
        ("&offset=9", [], 3),
        ("&search=acme&sort=price&limit=1", ["small"], 2),
    ],
)
def test_looking_through_the_list(sara: Client, query: str, expected: list[str], total: int) -> None:
    """`count` is what is shown, `total` what fits; what is not known comes last either way."""
    answer = browse(sara, query).json
    assert [model["id"] for model in answer["models"]] == expected
    assert (answer["count"], answer["total"]) == (len(expected), total)


def test_the_model_in_use_is_marked(sara: Client) -> None:
    """At once after a select, and no more after a deselect; a choice in another slot marks nothing here."""

    def marked() -> list[str]:
        return [model["id"] for model in browse(sara).json["models"] if model["is_active"]]

    sara.select("tiny", capability="content")
    assert marked() == []
    sara.select("small")
    assert marked() == ["small"]
    sara.select("of no list")
    assert marked() == []
    sara.select("large")
    sara.deselect()
    assert marked() == []


@pytest.mark.parametrize(("provider", "capability"), [("acme", "content"), ("open", "chat"), ("open", "anything-at-all")])
def test_an_empty_list_is_a_list(sara: Client, provider: str, capability: str) -> None:
    """Static without models, and a provider that declares no capability and takes every one."""
    answer = browse(sara, provider=provider, capability=capability)
    assert (answer.status, answer.json["source"], answer.json["models"], answer.json["total"]) == (200, "static", [], 0)


@pytest.mark.parametrize(
    ("provider", "capability", "status", "code"),
    [
        ("nobody", "chat", 404, "provider-not-found"),
        ("switched-off", "chat", 409, "provider-inactive"),
        ("acme", "image", 409, "capability-not-offered"),
        ("acme", "smell", 409, "capability-not-offered"),
        ("acme", "video", 502, "vendor-failed"),
        ("homeless", "chat", 409, "live-not-available"),
    ],
)
def test_what_cannot_be_browsed(app: App, sara: Client, provider: str, capability: str, status: int, code: str) -> None:
    """Each with its own name for programs."""
    app.put({**HOMELESS, "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}}})
    answer = browse(sara, provider=provider, capability=capability)
    assert (answer.status, answer.json["type"]) == (status, f"urn:modeldesk:problem:{code}")


def test_a_live_list_without_an_address_says_what_can_be_done_instead(app: App, sara: Client) -> None:
    """It cannot be read, but its models can be selected by id."""
    app.put({**HOMELESS, "capabilities": {"video": {"supported": True, "has_dynamic_models": True}}})
    assert "can still be selected by its id" in browse(sara, provider="homeless", capability="video").json["detail"]
    selected = sara.select("veo-9", "homeless", "video")
    assert (selected.status, selected.json["in_catalogue"]) == (200, None)


@pytest.mark.parametrize(
    ("query", "paths"),
    [
        ("", ["$.query", "$.query"]),
        ("provider=acme", ["$.query"]),
        ("provider=&capability=chat", ["$.query.provider"]),
        ("provider=acme&capability=chat&sort=size", None),
        ("provider=acme&capability=chat&limit=0", ["$.query.limit"]),
        ("provider=acme&capability=chat&free=maybe&offset=-1", ["$.query.free", "$.query.offset"]),
    ],
)
def test_a_wrong_question(sara: Client, query: str, paths: list[str] | None) -> None:
    """422 with the path of each fault, all of them at once."""
    answer = sara.get(f"/ai-models/browse-models/?{query}")
    assert answer.status == 422
    if paths is not None:
        assert [problem["path"] for problem in answer.json["errors"]] == paths
    else:
        assert "known: name, price, context, id" in answer.json["detail"]
