"""Uses by REST: set, show, list, delete, roll back; and what products resolve."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.app import DECLARED, App, Client
from tests.support.asgi import Answer

USE = {"capability": "chat", "provider": "acme", "description": "for customers", "fallbacks": ["open"]}
NAME, PATH = "support-chat", "/ai-uses/support-chat/"
WHOLE = {"name": NAME, **USE, "version": 1}


def put(client: Client, body: object = USE, path: str = PATH, **headers: str) -> Answer:
    return client.ask("PUT", f"/api/admin{path}", body, {name.replace("_", "-"): value for name, value in headers.items()})


def resolved(client: Client, asked: str = NAME, **headers: str) -> Answer:
    return client.ask("GET", f"/api/resolve/{asked}", headers={name.replace("_", "-"): value for name, value in headers.items()})


def code(answer: Answer) -> str:
    return str(answer.json["type"]).removeprefix("urn:modeldesk:problem:")


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_use_is_created_then_replaced(sara: Client, slash: str) -> None:
    """201, then 200 with what it was before; what the body leaves out is empty."""
    path = PATH.removesuffix("/") + slash
    created = put(sara, path=path)
    assert (created.status, created.json, created.one("etag")) == (201, {**WHOLE, "previous": None}, '"1"')
    changed = put(sara, {"capability": "chat", "provider": "open"}, path)
    assert (changed.status, changed.json) == (
        200,
        {"name": NAME, "capability": "chat", "provider": "open", "description": "", "fallbacks": [], "version": 2, "previous": WHOLE},
    )
    assert sara.get(path).json == {name: value for name, value in changed.json.items() if name != "previous"}
    assert sara.get("/ai-uses/").json == {"count": 1, "uses": [sara.get(path).json]}


def test_who_was_slower_is_told(sara: Client) -> None:
    """By the version that was seen; zero insists on creating."""
    assert put(sara, if_match='"0"').status == 201
    slower = put(sara, if_match='"0"')
    assert (slower.status, code(slower)) == (412, "use-changed")
    assert put(sara, {**USE, "description": ""}, if_match='"1"').status == 200
    assert sara.ask("DELETE", f"/api/admin{PATH}", headers={"if-match": '"1"'}).status == 412
    assert sara.get(PATH).json["version"] == 2


@pytest.mark.parametrize(
    ("body", "status", "reported"),
    [
        ({**USE, "provider": "nobody"}, 404, "provider-not-found"),
        ({**USE, "provider": "switched-off", "fallbacks": []}, 409, "provider-inactive"),
        ({**USE, "capability": "image"}, 409, "capability-not-offered"),
        ({**USE, "fallbacks": ["acme"]}, 422, "request-invalid"),
        ({**USE, "model": "large"}, 422, "request-invalid"),
        ({"provider": "acme"}, 422, "request-invalid"),
        ({**USE, "fallbacks": [1]}, 422, "request-invalid"),
        (b"{", 400, "malformed"),
    ],
)
def test_a_wrong_use_changes_nothing(sara: Client, body: object, status: int, reported: str) -> None:
    """And is told by its code."""
    answer = put(sara, body)
    assert (answer.status, code(answer)) == (status, reported)
    assert sara.get("/ai-uses/").json["count"] == 0


def test_a_name_with_a_dot_is_none(sara: Client) -> None:
    """The keys of products have dots."""
    assert put(sara, path="/ai-uses/support.chat/").status == 422


def test_a_deleted_use_is_unknown_and_comes_back(sara: Client) -> None:
    """404 for products meanwhile; the rollback says what it restored."""
    sara.select()
    put(sara)
    assert sara.ask("DELETE", f"/api/admin{PATH}").json == {"previous": WHOLE}
    gone = resolved(sara)
    assert (gone.status, code(gone)) == (404, "use-not-found")
    assert sara.post(f"{PATH}rollback/").json == {"current": {**WHOLE, "version": 3}, "previous": None, "version": 3}
    assert resolved(sara).json["model_id"] == "large"


def test_the_answer_has_the_shape_of_the_contract(sara: Client) -> None:
    """Everything that a client needs to call the model; for a slot the same, but for the use."""
    put(sara)
    sara.select("large")
    sara.select("m", provider="open")
    answer = resolved(sara).json
    assert answer == {
        "use": NAME,
        "provider": "acme",
        "capability": "chat",
        "model_id": "large",
        "model_name": "Acme Large",
        "provider_class": "OpenAICompatibleProvider",
        "base_url": "https://api.acme.example/v1",
        "context_length": answer["context_length"],
        "pricing": {"currency": "USD", "unit": "1M tokens", "prompt": "2.50", "completion": "10.00"},
        "lifecycle": None,
        "in_catalogue": True,
        "slot_version": 1,
        "use_version": 1,
        "generation": sara.get("/ai/dashboard/overview/").json["generation"],
        "selected_at": "2026-11-24T12:00:00.000Z",
        "fallbacks": [answer["fallbacks"][0]],
    }
    assert (answer["fallbacks"][0]["provider"], answer["fallbacks"][0]["model_id"]) == ("open", "m")
    of_slot = resolved(sara, "acme/chat").json
    assert of_slot == {**answer, "use": None, "use_version": None, "fallbacks": []}
    assert resolved(sara, f"{NAME}?explain=true").json["explain"][0] == "the use 'support-chat' points at 'acme' 'chat'"


def nothing(client: Client, asked: str) -> tuple[int, str]:
    answer = resolved(client, asked)
    return answer.status, code(answer)


def test_nothing_active_is_404_and_never_another_model(app: App, sara: Client) -> None:
    """An empty slot, a disabled provider, a capability that is not offered, a use that fell back to nothing; what is unknown has its own code."""
    put(sara)
    sara.select("m", provider="open")
    assert nothing(sara, NAME) == (404, "nothing-active"), "its fallback is told, and never switched to"
    assert nothing(sara, "acme/image") == (404, "nothing-active")
    assert nothing(sara, "switched-off/chat") == (404, "nothing-active")
    assert nothing(sara, "nobody/chat") == (404, "provider-not-found")
    assert nothing(sara, "nothing") == (404, "use-not-found")
    assert resolved(sara, "acme/no.slug").status == 404
    sara.select("large")
    assert resolved(sara).status == 200
    app.put({**DECLARED[0], "is_active": False})
    assert nothing(sara, NAME) == (404, "nothing-active")


def test_a_product_asks_again_and_gets_nothing_new(app: App, sara: Client) -> None:
    """304 until something changes that the answer shows; a change elsewhere is none."""
    put(sara)
    sara.select("large")
    product = app.program("resolve")
    first = resolved(product)
    assert (first.status, first.tag[:3]) == (200, 'W/"')
    assert resolved(product, if_none_match=first.tag).status == 304
    sara.select("m", provider="open", capability="video")
    assert resolved(product, if_none_match=first.tag).status == 304
    sara.select("small")
    again = resolved(product, if_none_match=first.tag)
    assert (again.status, again.json["model_id"]) == (200, "small")


def test_a_product_may_resolve_and_nothing_else(app: App, sara: Client) -> None:
    """The scope opens these reads; a token that selects has not got it."""
    put(sara)
    sara.select("large")
    product: Any = app.program("resolve")
    assert resolved(product).status == 200
    assert {product.get(path).status for path in ("/ai-uses/", "/ai-providers/", "/ai-models/", "/ai/dashboard/overview/")} == {403}
    assert resolved(app.program("select", name="selecting")).status == 403
    assert resolved(app.client()).status == 401


def test_a_product_learns_when_its_model_ends(app: App, sara: Client) -> None:
    """In the answer and in the headers that the standards have for it; a model without dates has no such header."""
    sara.select("ending")
    answer = resolved(sara, "acme/chat?explain=true")
    lifecycle = answer.json["lifecycle"]
    assert (lifecycle["state"], lifecycle["retires_on"], lifecycle["replacement"]) == ("deprecated", "2026-12-31", "large")
    assert (answer.one("deprecation"), answer.one("sunset")) == ("@1793491200", "Thu, 31 Dec 2026 00:00:00 GMT")
    assert "deprecated" in answer.json["explain"][-1]
    listed = app.program("resolve").ask("GET", "/v1/models").json["data"]
    assert [entry.get("shutdown_date") for entry in listed] == ["2026-12-31"]
    sara.select("large")
    answer = resolved(sara, "acme/chat")
    assert (answer.json["lifecycle"], answer.one("deprecation"), answer.one("sunset")) == (None, None, None)


def test_an_answer_changes_with_the_day(app: App, sara: Client) -> None:
    """A model retires without a write; what is the same on the next day stays 304."""
    sara.select("ending")
    first = resolved(sara, "acme/chat")
    app.clock.now += timedelta(days=1)
    sara.sign_in()
    assert resolved(sara, "acme/chat", if_none_match=first.tag).status == 304
    app.clock.now += timedelta(days=60)
    sara.sign_in()
    later = resolved(sara, "acme/chat", if_none_match=first.tag)
    assert (later.status, later.json["lifecycle"]["state"]) == (200, "retired")
