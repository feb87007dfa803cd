"""Choosing by REST: select, select another, deselect, and the list of what is stored."""

from datetime import timedelta
from typing import Any

import pytest

from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from tests.support.app import DECLARED, App, Client
from tests.support.asgi import Answer

PRICED = {"currency": "USD", "unit": "1M tokens", "prompt": "2.50", "completion": "10.00"}
SELECT = "/ai-models/select-model"
DESELECT = "/ai-models/deselect-model"


def stored(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/ai-models/?{query}")
    assert answer.status == 200
    models: list[dict[str, Any]] = answer.json["models"]
    return models


def steps(app: App, provider: str = "acme", capability: str = "chat") -> list[tuple[int, str | None, str]]:
    """The slot's history: version, model and by whom."""

    async def read() -> list[tuple[int, str | None, str]]:
        async with app.store.unit_of_work() as work:
            history = await work.choices.history(Slot(Slug(provider), CapabilityName(capability)))
        return [(step.version, step.model.model_id if step.model else None, step.chosen_by) for step in history]

    return app.run(read())


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_shape_of_the_contract(sara: Client, slash: str) -> None:
    """What stands stored now, and what was there before: nothing."""
    body = {"provider": "acme", "capability": "chat", "model_id": "large"}
    assert sara.post(SELECT + slash, body).json == {
        "provider": "acme",
        "capability": "chat",
        "model_id": "large",
        "model_name": "Acme Large",
        "is_free": False,
        "pricing": PRICED,
        "is_active": True,
        "in_catalogue": True,
        "lifecycle": None,
        "selected_at": "2026-11-24T12:00:00.000Z",
        "selected_by": "sara",
        "slot_version": 1,
        "previous": None,
    }


def test_another_one_takes_its_place(app: App, sara: Client, nima: Client) -> None:
    """Exactly one is active, the first stays stored, and the answer tells which it was; normal admins choose too."""
    first = sara.select("large").json
    app.clock.forward(timedelta(seconds=1))
    second = nima.select("small").json
    del first["previous"]
    assert second["previous"] == {**first, "is_active": False, "slot_version": 2}
    assert (second["selected_by"], second["slot_version"], second["is_free"]) == ("nima", 2, True)
    assert [(model["model_id"], model["is_active"]) for model in stored(sara)] == [("small", True), ("large", False)]
    assert steps(app) == [(1, "large", "sara"), (2, "small", "nima")]


def test_the_same_again_changes_nothing(app: App, sara: Client, nima: Client) -> None:
    """Who chose it first, and when, stays true; the history has one step."""
    first = sara.select().json
    app.clock.forward(timedelta(minutes=20))
    again = nima.select()
    assert again.status == 200
    del first["previous"]
    assert again.json == {**first, "previous": first}
    assert steps(app) == [(1, "large", "sara")]


def test_another_name_for_the_same_is_a_change(app: App, sara: Client) -> None:
    """The caller's name goes before the list's, which knows better what is free; null is as if it had not been said."""
    ours = sara.select(model_name="Our Own", is_free=True).json
    assert (ours["model_name"], ours["is_free"]) == ("Our Own", False)
    plain = sara.select(model_name=None, is_free=None).json
    assert (plain["model_name"], plain["is_free"]) == ("Acme Large", False)
    assert steps(app) == [(1, "large", "sara"), (2, "large", "sara")]
    assert len(stored(sara)) == 1


def test_a_model_that_no_list_holds(sara: Client) -> None:
    """Allowed, and said to be so; its name is the caller's, else its id, and free as the caller says, else unknown."""
    ultra = sara.select("gpt-4.5", model_name="GPT-4.5 Ultra", is_free=False).json
    assert (ultra["in_catalogue"], ultra["model_name"], ultra["is_free"], ultra["pricing"]) == (False, "GPT-4.5 Ultra", False, None)
    plain = sara.select("gpt-5").json
    assert (plain["in_catalogue"], plain["model_name"], plain["is_free"]) == (False, "gpt-5", None)


@pytest.mark.parametrize(
    ("provider", "capability", "expected"), [("acme", "video", None), ("open", "chat", None), ("acme", "content", False)]
)
def test_where_there_is_no_list_to_ask(sara: Client, provider: str, capability: str, expected: bool | None) -> None:
    """Live lists are not read yet, and who declares nothing has none: null. A static one without models is a list, and does not hold it."""
    assert sara.select("a-model", provider, capability).json["in_catalogue"] is expected


def test_deselecting_empties_the_slot(app: App, sara: Client) -> None:
    """The model stays stored; once more is fine and no step in the history."""
    was = sara.select().json
    del was["previous"]
    assert sara.deselect().json == {"previous": {**was, "is_active": False, "slot_version": 2}}
    for answer in (sara.deselect(), sara.deselect(capability="never-used"), sara.deselect(provider="switched-off")):
        assert (answer.status, answer.json) == (200, {"previous": None})
    assert [model["is_active"] for model in stored(sara)] == [False]
    assert steps(app) == [(1, "large", "sara"), (2, None, "sara")]
    again = sara.select().json
    assert (again["slot_version"], again["previous"]) == (3, None)


@pytest.mark.parametrize("slash", ["", "/"])
def test_deselecting_with_and_without_the_slash(sara: Client, slash: str) -> None:
    """As every path."""
    assert sara.post(DESELECT + slash, {"provider": "acme", "capability": "chat"}).json == {"previous": None}


@pytest.mark.parametrize(
    ("provider", "capability", "status", "code"),
    [
        ("nobody", "chat", 404, "provider-not-found"),
        ("switched-off", "chat", 409, "provider-inactive"),
        ("acme", "image", 409, "capability-not-offered"),
        ("acme", "smell", 409, "capability-not-offered"),
    ],
)
def test_what_cannot_be_selected(sara: Client, provider: str, capability: str, status: int, code: str) -> None:
    """And nothing is stored."""
    answer = sara.select("any", provider, capability)
    assert (answer.status, answer.json["type"]) == (status, f"urn:modeldesk:problem:{code}")
    assert stored(sara) == []


def test_deselecting_at_a_provider_that_is_not_there(sara: Client) -> None:
    """404; a slot of a provider that is there may always be emptied."""
    assert sara.deselect("nobody").status == 404


def test_a_provider_switched_off_keeps_its_choice(app: App, sara: Client) -> None:
    """The slot holds it, and can be emptied; switched on again it is as before."""
    sara.select()
    app.put({**DECLARED[0], "is_active": False})
    assert sara.select("small").status == 409
    assert [model["is_active"] for model in stored(sara, "provider=acme")] == [True]
    app.put(DECLARED[0])
    assert stored(sara, "is_active=true")[0]["model_id"] == "large"
    app.put({**DECLARED[0], "is_active": False})
    assert sara.deselect().json["previous"]["model_id"] == "large"


@pytest.mark.parametrize(
    ("body", "status", "paths"),
    [
        (b"", 400, ["$"]),
        (b"{", 400, ["$"]),
        (b"[]", 422, ["$"]),
        ({"provider": "acme", "capability": "chat"}, 422, ["$"]),
        ({"provider": "acme", "capability": "chat", "model_id": None}, 422, ["$.model_id"]),
        ({"provider": "acme", "capability": "chat", "model_id": " x"}, 422, ["$.model_id"]),
        ({"provider": "acme", "capability": "chat", "model_id": "x" * 201}, 422, ["$.model_id"]),
        ({"provider": "acme", "capability": "chat", "model_id": "a\u202eb"}, 422, ["$.model_id"]),
        ({"provider": "acme", "capability": "chat", "model_id": "x", "model_name": ""}, 422, ["$.model_name"]),
        ({"provider": "acme", "capability": "chat", "model_id": "x", "is_free": 1}, 422, ["$.is_free"]),
        ({"provider": "acme", "capability": "chat", "model_id": "x", "modelname": "y"}, 422, ["$.modelname"]),
        ({"provider": "Acme", "capability": "Chat", "model_id": 5}, 422, ["$.provider", "$.capability", "$.model_id"]),
        (b'{"provider": "acme", "provider": "acme", "capability": "chat", "model_id": "x"}', 422, ["$.provider"]),
        (b'{"provider": "acme", "capability": "chat", "model_id": "x", "is_free": NaN}', 422, ["$.is_free"]),
        (b"[" * 5_000, 400, None),
        ('{"provider": "acme"}'.encode("utf-16"), 400, None),
    ],
)
def test_bodies_that_cannot_be_meant(sara: Client, body: object, status: int, paths: list[str] | None) -> None:
    """Each fault by its path, all at once, and nothing is stored."""
    answer = sara.post(SELECT, body, {"content-type": "application/json"})
    assert answer.status == status
    if paths is not None:
        assert [problem["path"] for problem in answer.json["errors"]] == paths
    assert stored(sara) == []


def test_an_unknown_member_is_asked_about(sara: Client) -> None:
    """What looks like a slip is named."""
    answer = sara.post(DESELECT, {"provider": "acme", "capabilty": "chat", "capability": "chat"})
    assert answer.json["errors"] == [{"path": "$.capabilty", "message": "unknown key 'capabilty'; did you mean 'capability'?"}]


def test_names_of_any_language_and_with_signs_of_markup(sara: Client) -> None:
    """Kept and answered as they are: JSON is not a page."""
    for name in ("مدل فارسی \u200cبا نیم‌فاصله", '"><img src=x onerror=alert(1)>', "it's", "🙂", "\\u0000"):
        assert sara.select("special/model:free@1", model_name=name).json["model_name"] == name


@pytest.mark.parametrize(
    ("query", "expected", "count"),
    [
        ("", ["acme chat small", "acme chat large", "acme content text", "open chat any"], 4),
        ("provider=acme", ["acme chat small", "acme chat large", "acme content text"], 3),
        ("provider=nobody", [], 0),
        ("capability=chat", ["acme chat small", "acme chat large", "open chat any"], 3),
        ("is_active=true", ["acme chat small", "open chat any"], 2),
        ("is_active=false", ["acme chat large", "acme content text"], 2),
        ("provider=acme&capability=chat&is_active=false", ["acme chat large"], 1),
        ("limit=1&offset=1", ["acme chat large"], 4),
        ("is_active=false&limit=1&offset=1", ["acme content text"], 2),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_list_of_stored_models(app: App, sara: Client, query: str, expected: list[str], count: int, slash: str) -> None:
    """By provider in its order, then capability, the active one first; `count` is how many fit in all."""
    for model, provider, capability in (
        ("large", "acme", "chat"),
        ("small", "acme", "chat"),
        ("text", "acme", "content"),
        ("any", "open", "chat"),
    ):
        sara.select(model, provider, capability)
        app.clock.forward(timedelta(seconds=1))
    sara.deselect(capability="content")
    answer = sara.get(f"/ai-models{slash}?{query}").json
    assert [f"{model['provider']} {model['capability']} {model['model_id']}" for model in answer["models"]] == expected
    assert answer["count"] == count


def answers_of(app: App) -> list[Answer]:
    """One story, whichever desk it is told at."""
    sara = app.signed_in()
    return [sara.select(), sara.select("small"), sara.select("small"), sara.deselect(), sara.select("gpt-4.5"), sara.get("/ai-models/")]


def test_both_databases_answer_the_same(stored: App, app: App) -> None:
    """To the byte what the desk in memory answers, and so is the history."""
    assert [answer.body for answer in answers_of(stored)] == [answer.body for answer in answers_of(app)]
    assert steps(stored) == steps(app)
