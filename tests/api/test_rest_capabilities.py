"""Editing the capabilities of a provider over REST: what is stored, what is refused, and what happens to active models."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.app import API, App, Client
from tests.support.asgi import Answer

CHAT = f"{API}/ai-providers/acme/capabilities/chat/"
LARGE = {"id": "large", "name": "Acme Large", "pricing": {"prompt": "2.50", "completion": "10.00"}, "context_length": 200_000}
MEMBERS = ("supported", "has_dynamic_models", "description", "models", "include", "exclude")


def put(client: Client, body: object, path: str = CHAT, **headers: str) -> Answer:
    return client.ask("PUT", path, body, headers)


def code(answer: Answer) -> str:
    return str(answer.json["type"]).rpartition(":")[2]


def shown(client: Client, path: str = CHAT) -> Any:
    answer = client.ask("GET", path)
    assert answer.status == 200, answer.body
    return answer.json


def editable(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name: answer[name] for name in MEMBERS if name in answer}


def catalogue(app: App) -> Any:
    snapshot = app.run(app.store.current())
    return snapshot.generation.catalogue, snapshot.providers


def active(client: Client) -> list[tuple[str, str]]:
    return [(model["capability"], model["model_id"]) for model in client.get("/ai-models/?is_active=true").json["models"]]


def test_a_capability_is_shown_as_it_is_declared(sara: Client, nima: Client) -> None:
    """Everybody with the right to read sees it; a model declared by its id alone has no other member."""
    assert shown(sara) == {
        "provider": "acme",
        "capability": "chat",
        "version": 1,
        "supported": True,
        "has_dynamic_models": False,
        "description": "talks",
        "models": [LARGE | {"pricing": {"currency": "USD", "unit": "1M tokens", **LARGE["pricing"]}}, {"id": "small"}, {"id": "tiny"},
                   {"id": "large"}],
    }  # fmt: skip
    assert shown(nima, f"{API}/ai-providers/acme/capabilities/image")["supported"] is False
    first = sara.ask("GET", CHAT)
    assert sara.ask("GET", CHAT, headers={"if-none-match": first.tag}).status == 304


def test_what_is_sent_back_as_it_was_read_changes_nothing(app: App, sara: Client) -> None:
    """For every capability, with the whole body or its editable members alone, and with patterns; the version stays the same."""
    put(
        sara,
        {"supported": True, "has_dynamic_models": True, "include": ["a*"], "exclude": ["*-old"]},
        f"{API}/ai-providers/acme/capabilities/ocr",
    )
    before = catalogue(app)
    for name in sara.get("/ai-providers/acme/").json["capabilities"]:
        path = f"{API}/ai-providers/acme/capabilities/{name}/"
        for body in (shown(sara, path), editable(shown(sara, path))):
            answer = put(sara, body, path)
            assert (answer.status, answer.json["changes"], answer.tag) == (200, {}, '"2"')
    assert catalogue(app) == before


def test_models_are_added_changed_removed_and_put_in_order(sara: Client) -> None:
    """The list is stored as it was sent; the answer names the differing models, and other capabilities stay."""
    others = {name: part for name, part in sara.get("/ai-providers/acme/").json["capabilities"].items() if name != "chat"}
    body = {"supported": True, "description": "talks", "models": ["tiny", {"id": "large", "name": "Large"}, "fresh"]}
    answer = put(sara, body)
    assert answer.status == 200
    assert [model["id"] for model in answer.json["models"]] == ["tiny", "large", "fresh"]
    path = "capabilities.chat.models"
    assert set(answer.json["changes"]) == {
        *(f"{path}[small]", f"{path}[large (2)]", f"{path}[fresh]"),
        *(f"{path}[large].{name}" for name in ("name", "pricing", "context_length")),
        f"{path}.order",
    }
    assert answer.json["changes"][f"{path}.order"] == [["large", "tiny"], ["tiny", "large"]]
    assert answer.json["changes"][f"{path}[large].pricing"][1] is None
    assert editable(shown(sara)) == {**body, "has_dynamic_models": False, "models": [{"id": "tiny"}, body["models"][1], {"id": "fresh"}]}
    assert {name: part for name, part in sara.get("/ai-providers/acme/").json["capabilities"].items() if name != "chat"} == others
    browsed = sara.get("/ai-models/browse-models/?provider=acme&capability=chat").json["models"]
    assert [model["id"] for model in browsed] == ["tiny", "large", "fresh"]


def test_the_audit_log_holds_the_edit(sara: Client) -> None:
    """Field by field, of one model that model alone."""
    body = editable(shown(sara))
    body["models"][1] = {"id": "small", "name": "Small"}
    put(sara, body)
    (entry,) = sara.get("/audit/?action=provider-updated").json["entries"]
    name = "capabilities.chat.models[small].name"
    assert (entry["by"], entry["subject"], entry["before"], entry["after"]) == ("sara", "acme", {name: None}, {name: "Small"})


def test_a_capability_is_created_and_removed(sara: Client) -> None:
    """A new capability is 201. After its removal it is 404, for another DELETE, too."""
    path = f"{API}/ai-providers/acme/capabilities/ocr"
    made = put(sara, {"supported": True, "models": ["reader"]}, path)
    assert (made.status, made.json["version"], made.tag, made.json["deselected"]) == (201, 2, '"2"', [])
    assert put(sara, {"supported": True}, path).status == 200
    gone = sara.ask("DELETE", path)
    assert (gone.status, gone.json) == (200, {"provider": "acme", "capability": "ocr", "version": 4, "deselected": []})
    assert gone.tag == '"4"'
    for method in ("GET", "DELETE"):
        answer = sara.ask(method, path)
        assert (answer.status, code(answer)) == (404, "capability-not-found")


@pytest.mark.parametrize("ending", ["DELETE", "PUT"])
def test_an_active_model_is_lost_only_where_that_is_allowed(app: App, sara: Client, ending: str) -> None:
    """409 names the model and how to allow its loss; then the same change deselects it, and the answer names it."""
    sara.select("large")
    before, body = catalogue(app), {"supported": False} if ending == "PUT" else None
    refused = sara.ask(ending, CHAT, body)
    assert (refused.status, code(refused)) == (409, "active-models-affected")
    assert "acme chat: large" in refused.json["detail"]
    assert "deactivate_lost=true" in refused.json["detail"]
    assert (catalogue(app), active(sara)) == (before, [("chat", "large")])
    done = sara.ask(ending, f"{CHAT}?deactivate_lost=true", body)
    assert (done.status, done.json["deselected"]) == (200, [{"capability": "chat", "model_id": "large"}])
    assert active(sara) == []


@pytest.mark.parametrize("ending", ["DELETE", "PUT"])
def test_a_named_model_alone_may_be_deselected(sara: Client, ending: str) -> None:
    """Another model that is active by then stays, and the refusal names it."""
    sara.select("small")
    body = {"supported": False} if ending == "PUT" else None
    for named in ("chat:large", "image:small", "small"):
        refused = sara.ask(ending, f"{CHAT}?deselect={named}", body)
        assert (refused.status, code(refused)) == (409, "active-models-affected")
        assert "acme chat: small" in refused.json["detail"]
    assert active(sara) == [("chat", "small")]
    done = sara.ask(ending, f"{CHAT}?deselect=chat:large&deselect=chat:small", body)
    assert (done.status, done.json["deselected"]) == (200, [{"capability": "chat", "model_id": "small"}])


def test_an_active_model_that_leaves_the_list_stays_active(sara: Client) -> None:
    """As in an import; the list of stored models says that it is not in the catalogue."""
    sara.select("large")
    assert put(sara, {"supported": True, "models": ["small"]}).status == 200
    (model,) = sara.get("/ai-models/?is_active=true").json["models"]
    assert (model["model_id"], model["in_catalogue"]) == ("large", False)


def test_the_last_capability_leaves_its_active_model(sara: Client) -> None:
    """Its provider offers every capability from then on, so nothing is lost, and no permission is needed."""
    sara.select("large")
    for name in ("image", "video", "content", "chat"):
        answer = sara.ask("DELETE", f"{API}/ai-providers/acme/capabilities/{name}")
        assert (answer.status, answer.json["deselected"]) == (200, [])
    assert active(sara) == [("chat", "large")]


def test_the_first_capability_of_a_provider_ends_all_others(sara: Client) -> None:
    """A provider without capabilities offers every one. Its first capability deselects the active models of all others, and the answer names them."""
    sara.ask("POST", f"{API}/ai-models/select-model/", {"provider": "open", "capability": "image", "model_id": "painter"})
    path = f"{API}/ai-providers/open/capabilities/chat"
    assert code(put(sara, {"supported": True}, path)) == "active-models-affected"
    made = put(sara, {"supported": True}, f"{path}?deactivate_lost=true")
    assert (made.status, made.json["deselected"]) == (201, [{"capability": "image", "model_id": "painter"}])


def test_an_edit_takes_the_version_that_was_seen(app: App, sara: Client) -> None:
    """An outdated version, in If-Match or in the body, is 412 and changes nothing. If-Match takes precedence."""
    read = shown(sara)
    first = put(sara, {"supported": True, "models": ["one"]}, **{"if-match": '"1"'})
    assert (first.status, first.tag) == (200, '"2"')
    before = catalogue(app)
    for method, body in (("PUT", {"supported": True}), ("DELETE", None)):
        slower = sara.ask(method, CHAT, body, {"if-match": '"1"'})
        assert (slower.status, code(slower)) == (412, "provider-changed")
    assert code(put(sara, read)) == "provider-changed"
    assert catalogue(app) == before
    assert put(sara, read, **{"if-match": '"2"'}).tag == '"3"'
    assert put(sara, read, **{"if-match": "*"}).status == 200


@pytest.mark.parametrize(
    ("body", "path", "words"),
    [
        ({}, "$", "supported"),
        ({"supported": "yes"}, "$.supported", "true or false"),
        ({"supported": True, "modles": []}, "$.modles", "models"),
        ({"supported": True, "models": ["fine", {"id": "x", "pricing": {"prompt": "-1"}}]}, "$.models[1].pricing", ""),
        ({"supported": True, "models": [{"id": "x", "context_length": 0}]}, "$.models[0].context_length", ""),
        ({"supported": True, "models": [7]}, "$.models[0]", ""),
        ({"supported": True, "include": [""]}, "$.include[0]", ""),
        ({"supported": True, "description": "a\u0007b"}, "$.description", ""),
        ({"supported": True, "version": -1}, "$.version", "a version must not be negative"),
        ({"supported": True, "models": ["a"] * 20_001}, "$.models", "at most 20,000 models"),
        ({"supported": True, "include": ["a*"] * 101}, "$.include", "at most 100 patterns"),
        ({"supported": True, "exclude": ["a*"] * 101}, "$.exclude", "at most 100 patterns"),
    ],
)
def test_what_an_import_would_refuse_is_refused(app: App, sara: Client, body: object, path: str, words: str) -> None:
    """With the path of the member, and nothing is changed."""
    before = catalogue(app)
    answer = put(sara, body)
    assert answer.status == 422
    (problem,) = answer.json["errors"]
    assert problem["path"].startswith(path)
    assert words in problem["message"]
    assert catalogue(app) == before


@pytest.mark.parametrize(("member", "named"), [({"provider": "open"}, "open/chat"), ({"capability": "video"}, "acme/video")])
def test_a_body_of_another_capability_is_refused(app: App, sara: Client, member: dict[str, str], named: str) -> None:
    """The body of one capability is refused at the path of another."""
    before = catalogue(app)
    answer = put(sara, {"supported": True, **member})
    assert (answer.status, code(answer)) == (422, "request-invalid")
    assert answer.json["errors"] == [{"path": f"$.{next(iter(member))}", "message": f"this is the capability '{named}', not acme/chat"}]
    assert catalogue(app) == before


def test_a_provider_gets_at_most_100_capabilities(app: App, sara: Client) -> None:
    """As in the panel. Existing capabilities can still be edited."""
    named = {f"c-{number}": {"supported": True} for number in range(100)}
    app.put({"slug": "wide", "name": "Wide", "display_name": "Wide", "capabilities": named})
    before = catalogue(app)
    refused = put(sara, {"supported": True}, f"{API}/ai-providers/wide/capabilities/chat")
    assert (refused.status, refused.json["detail"]) == (422, "a provider has at most 100 capabilities here; an import takes more")
    assert catalogue(app) == before
    assert put(sara, {"supported": False}, f"{API}/ai-providers/wide/capabilities/c-7").status == 200


def test_a_name_that_no_capability_has(sara: Client) -> None:
    """An invalid name is not stored, and an unknown one is 404 with the nearest name; an unknown provider is 404 for every method."""
    assert put(sara, {"supported": True}, f"{API}/ai-providers/acme/capabilities/Not-A-Name").status == 422
    near = sara.ask("GET", f"{API}/ai-providers/acme/capabilities/chta")
    assert near.json["detail"] == "the provider 'acme' declares no capability 'chta'; did you mean 'chat'?"
    for method, body in (("GET", None), ("PUT", {"supported": True}), ("DELETE", None)):
        answer = sara.ask(method, f"{API}/ai-providers/nobody/capabilities/chat", body)
        assert (answer.status, code(answer)) == (404, "provider-not-found")
        assert sara.ask(method, f"{API}/ai-providers/import/capabilities/chat", body).status == 404


def test_normal_admins_read_and_do_not_edit(app: App, nima: Client) -> None:
    """403, and nothing is changed."""
    before = catalogue(app)
    assert (put(nima, {"supported": True}).status, nima.ask("DELETE", CHAT).status) == (403, 403)
    assert catalogue(app) == before


def test_a_long_list_is_one_request(sara: Client) -> None:
    """5,000 models with prices fit; the answer and the audit entry count them, and name the first."""
    models = [{"id": f"m-{number}", "name": f"M {number}", "pricing": {"prompt": "1.00", "completion": "2.00"}} for number in range(5_000)]
    body = {"supported": True, "models": models}
    assert len(json.dumps(body)) < 1024 * 1024
    answer = put(sara, body)
    assert answer.status == 200
    assert answer.json["changes"]["capabilities.chat.models"][1]["added"]["count"] == 5_000
    (entry,) = sara.get("/audit/?action=provider-updated").json["entries"]
    assert entry["after"]["capabilities.chat.models"]["count"] == 5_000
    assert len(json.dumps(entry)) < 2_000
