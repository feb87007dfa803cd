"""Every problem of a request names its place: a member of the body, a parameter, a header, or a part of the address."""

from typing import Any

import pytest

from tests.support.app import API, PASSWORD, App, Client

USE = {"capability": "chat", "provider": "acme"}
CHAT = {"supported": True, "models": ["one"]}
TOKEN = {"name": "nightly", "scopes": ["read"]}
SLOT = {"provider": "acme", "capability": "chat"}


@pytest.mark.parametrize(
    ("method", "path", "body", "place"),
    [
        ("PUT", "/ai-uses/Support%20Chat/", USE, "$.path.name"),
        ("PUT", "/ai-uses/support.chat/", USE, "$.path.name"),
        ("PUT", "/ai-uses/support-chat/", USE | {"fallbacks": ["acme"]}, "$.fallbacks"),
        ("PUT", "/ai-uses/support-chat/", USE | {"capability": "Chat"}, "$.capability"),
        ("PUT", "/ai-providers/acme/capabilities/Chat%20of%20ours/", CHAT, "$.path.capability"),
        ("POST", "/admins/", {"username": "cli", "password": PASSWORD, "role": "normal"}, "$.username"),
        ("POST", "/admins/", {"username": "omid", "password": "short", "role": "normal"}, "$.password"),
        ("PATCH", "/admins/nima/", {"password": "short"}, "$.password"),
        ("POST", "/auth/password/", {"current": PASSWORD, "new": "short"}, "$.new"),
        ("POST", "/tokens/", TOKEN | {"name": "a/b"}, "$.name"),
        ("POST", "/tokens/", TOKEN | {"scopes": []}, "$.scopes"),
        ("POST", "/webhooks/", {"url": "https://127.0.0.1/in"}, "$.url"),
        ("POST", "/ai-providers/import/?slug=nosuch", {"version": "1.0.0", "providers": []}, "$.query.slug"),
        ("GET", "/ai-models/?limit=none", None, "$.query.limit"),
    ],
)
def test_a_wrong_value_has_a_place(sara: Client, method: str, path: str, body: object, place: str) -> None:
    """Also where a rule is asked that is not one of the body's own."""
    answer = sara.ask(method, f"{API}{path}", body)
    assert answer.status == 422, answer.json
    assert [error["path"] for error in answer.json["errors"]] == [place]
    assert answer.json["errors"][0]["message"]


def test_so_has_a_key_of_another_request(sara: Client) -> None:
    """It stands in a header."""
    body: dict[str, Any] = {**SLOT, "model_id": "large"}
    for model, status in (("large", 200), ("small", 422)):
        answer = sara.ask("POST", f"{API}/ai-models/select-model/", body | {"model_id": model}, [("Idempotency-Key", "mine")])
        assert answer.status == status
    assert [error["path"] for error in answer.json["errors"]] == ["$.headers.idempotency-key"]


def test_the_set_up_names_the_member() -> None:
    """Of who holds the token; anybody else learns nothing of the rest."""
    with App() as app:
        given = {"token": app.run(app.container.initial_setup().new_token()), "username": "omid", "password": PASSWORD}
        for member, value in (("username", "cli"), ("password", "short")):
            answer = app.client().post("/auth/setup/", given | {member: value})
            assert [error["path"] for error in answer.json["errors"]] == [f"$.{member}"]
            assert app.client().post("/auth/setup/", given | {member: value, "token": "x" * 43}).status == 403
