"""Active models in the shape of OpenAI's list, and what is no list."""

import pytest

from tests.support.app import NOON, App, Client

LARGE = {"id": "acme/large", "object": "model", "created": int(NOON.timestamp()), "owned_by": "acme"}


@pytest.fixture
def product(app: App, sara: Client) -> Client:
    sara.select("large")
    sara.select("large", capability="content")
    sara.select("org/m:free", provider="open")
    return app.program("resolve")


def test_each_active_model_once(app: App, sara: Client, product: Client) -> None:
    """Also one that is active for two capabilities; what was deselected is gone."""
    answer = product.ask("GET", "/v1/models")
    assert (answer.status, answer.json["object"]) == (200, "list")
    assert [entry["id"] for entry in answer.json["data"]] == ["acme/large", "open/org/m:free"]
    assert answer.json["data"][0] == LARGE
    assert product.ask("GET", "/v1/models", headers={"if-none-match": answer.tag}).status == 304
    sara.deselect(provider="open")
    assert [entry["id"] for entry in product.ask("GET", "/v1/models/").json["data"]] == ["acme/large"]


@pytest.mark.parametrize("path", ["acme/large", "acme%2Flarge", "acme/large/"])
def test_one_of_them(product: Client, path: str) -> None:
    """By its id, escaped or not."""
    assert product.ask("GET", f"/v1/models/{path}").json == LARGE


@pytest.mark.parametrize("path", ["acme/small", "large", "nobody/large", "open/org"])
def test_a_model_that_is_not_active_is_missing(product: Client, path: str) -> None:
    """In OpenAI's words."""
    answer = product.ask("GET", f"/v1/models/{path}")
    assert (answer.status, answer.json["error"]["code"], answer.json["error"]["type"]) == (404, "model_not_found", "invalid_request_error")
    assert set(answer.json["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/files"),
        ("DELETE", "/v1/models-x"),
        ("POST", "/v1/embeddings"),
        ("GET", "/v1"),
        ("POST", "/v1/"),
    ],
)
def test_modeldesk_is_no_proxy(app: App, method: str, path: str) -> None:
    """Whoever asks."""
    answer = app.client().ask(method, path, b"x")
    assert (answer.status, answer.json["error"]["code"]) == (404, "not_a_proxy")


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/models"), ("DELETE", "/v1/models/acme/large")])
def test_a_method_that_lists_do_not_take_is_refused_in_the_same_shape(app: App, method: str, path: str) -> None:
    """With those that they take, although no route was found for it."""
    answer = app.client().ask(method, path)
    assert (answer.status, answer.json["error"]["code"]) == (405, "invalid_request")
    assert "GET" in answer.one("allow")


def test_without_a_token_there_is_no_list(app: App) -> None:
    """And OpenAI's clients recognize it."""
    answer = app.client().ask("GET", "/v1/models")
    assert (answer.status, answer.json["error"]["code"]) == (401, "invalid_api_key")
    assert app.program("select").ask("GET", "/v1/models").status == 403
