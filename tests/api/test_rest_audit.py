"""The audit log over REST, taking a choice back, and `If-Match`."""

import pytest

from tests.support.app import API, App, Client

WHO = {"x-forwarded-for": "203.0.113.9"}


def reported(client: Client, query: str = "") -> list[tuple[object, ...]]:
    answer = client.get(f"/audit/{query}")
    assert answer.status == 200, answer.body
    return [(entry["by"], entry["address"], entry["action"], entry["subject"]) for entry in answer.json["entries"]]


def test_what_was_done_is_told(app: App, sara: Client, nima: Client) -> None:
    """The newest first: who, from where, what; an address that somebody makes up is not believed."""
    assert nima.select("large").status == 200
    assert sara.ask("POST", f"{API}/ai-models/deselect-model/", {"provider": "acme", "capability": "chat"}, WHO).status == 200
    app.client().sign_in("nima", "a wrong password")
    assert reported(sara)[:3] == [
        (None, "127.0.0.1", "sign-in-failed", "nima"),
        ("sara", "127.0.0.1", "model-deselected", "acme/chat"),
        ("nima", "127.0.0.1", "model-selected", "acme/chat"),
    ]
    (entry,) = sara.get("/audit/?action=model-selected").json["entries"]
    assert entry | {"id": 0} == {
        "id": 0,
        "at": "2026-11-24T12:00:00.000Z",
        "by": "nima",
        "token": None,
        "address": "127.0.0.1",
        "action": "model-selected",
        "subject": "acme/chat",
        "before": {"model_id": None},
        "after": {"model_id": "large", "slot_version": 1},
    }


def test_it_is_read_page_by_page(sara: Client) -> None:
    """`next` leads on, and is null at the end."""
    for model in ("large", "small", "large"):
        sara.select(model)
    seen, query = list[object](), "?subject=acme&limit=2"
    first = sara.get(f"/audit/{query}").json
    assert (first["count"], first["next"]) == (2, first["entries"][-1]["id"])
    second = sara.get(f"/audit/{query}&older_than={first['next']}").json
    assert (second["count"], second["next"]) == (1, None)
    seen = [entry["after"]["slot_version"] for entry in (*first["entries"], *second["entries"])]
    assert seen == [3, 2, 1]
    assert reported(sara, "?by=nobody") == []
    assert reported(sara, "?since=2026-11-25") == []


def test_nobody_else_reads_it_and_nobody_writes_it(app: App, nima: Client, sara: Client, anonymous: Client) -> None:
    """There is no way to change it."""
    assert (nima.get("/audit/").status, anonymous.get("/audit/").status) == (403, 401)
    before = app.store.contents
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert sara.ask(method, f"{API}/audit/").status == 405
    assert app.store.contents is before


@pytest.mark.parametrize(
    ("query", "path", "message"),
    [
        ("?action=slect", "$.query.action", "unknown action 'slect'"),
        ("?since=yesterday", "$.query.since", "a time is written as"),
        ("?limit=0", "$.query.limit", ""),
        ("?older_than=-1", "$.query.older_than", ""),
        ("?colour=red", "$.query.colour", "unknown parameter"),
    ],
)
def test_a_wrong_question(sara: Client, query: str, path: str, message: str) -> None:
    """Says what is wrong, and where."""
    answer = sara.get(f"/audit/{query}")
    assert answer.status == 422
    (problem,) = answer.json["errors"]
    assert problem["path"] == path
    assert message in problem["message"]


def test_a_choice_is_taken_back(sara: Client, nima: Client) -> None:
    """Whoever may choose may; the answer says what is in use, what was, and at which version the slot is."""
    sara.select("large")
    sara.select("small")
    slot = {"provider": "acme", "capability": "chat"}
    done = nima.post("/ai-models/rollback/", slot)
    assert done.status == 200
    active, previous = done.json["active"], done.json["previous"]
    assert (active["model_id"], active["is_active"], active["selected_by"], previous["model_id"], previous["is_active"]) == (
        "large",
        True,
        "nima",
        "small",
        False,
    )
    assert done.json["slot_version"] == active["slot_version"] == 3
    assert nima.post("/ai-models/rollback/", slot).json["active"] is None
    nothing = nima.post("/ai-models/rollback/", slot)
    assert (nothing.status, nothing.json["type"]) == (409, "urn:modeldesk:problem:nothing-to-roll-back")
    assert nima.post("/ai-models/rollback/", {"provider": "nosuch", "capability": "chat"}).status == 404


@pytest.mark.parametrize("version", ["1", '"1"', ' "1" '])
def test_somebody_was_faster(sara: Client, nima: Client, version: str) -> None:
    """412 where the slot has moved on; the first one wins."""
    assert sara.select("large").json["slot_version"] == 1
    body = {"provider": "acme", "capability": "chat"}
    chosen = nima.post("/ai-models/select-model/", {**body, "model_id": "small"}, {"if-match": version})
    assert (chosen.status, chosen.json["slot_version"]) == (200, 2)
    for path, sent in (("select-model", {**body, "model_id": "large"}), ("deselect-model", body), ("rollback", body)):
        late = sara.post(f"/ai-models/{path}/", sent, {"if-match": version})
        assert (late.status, late.json["type"]) == (412, "urn:modeldesk:problem:slot-changed")
        assert "version 2, not 1" in late.json["detail"]
    assert sara.post("/ai-models/rollback/", body, {"if-match": "*"}).json["active"]["model_id"] == "large"


@pytest.mark.parametrize("version", ['W/"1"', "one", '"1", "2"', "-1", '""', "9999999999"])
def test_what_is_no_version(app: App, sara: Client, version: str) -> None:
    """Is refused: it was meant to keep something from happening."""
    before = app.store.contents
    answer = sara.post("/ai-models/rollback/", {"provider": "acme", "capability": "chat"}, {"if-match": version})
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "$.headers.if-match")
    assert app.store.contents is before
