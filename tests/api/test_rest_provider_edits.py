"""Changing a provider over REST: what may be changed, by whom, and what is told of it."""

import asyncio
from typing import Any

import pytest

from tests.support.app import API, OWN_ORIGIN, PASSWORD, App, Client
from tests.support.asgi import Answer

ALL = {
    "name": "Acme Inc",
    "display_name": "اکمی",
    "description": "one\ntwo",
    "api_base_url": "https://api.acme.example/v2",
    "website": "",
    "logo_url": "https://acme.example/logo.png",
    "documentation_url": "https://acme.example/docs",
    "sort_order": -3,
    "is_active": False,
    "is_recommended": False,
    "allow_personal_keys": False,
    "allow_shared_for_normal_admins": True,
}


def change(client: Client, body: object, slug: str = "acme", **headers: str) -> Answer:
    return client.ask("PATCH", f"{API}/ai-providers/{slug}/", body, headers)


def catalogue(app: App) -> Any:
    """What stands, and how often it was changed."""
    snapshot = app.run(app.store.current())
    return snapshot.generation.catalogue, snapshot.providers


def test_everything_that_may_be_changed(sara: Client) -> None:
    """The provider as it stands from now on, and old and new of each field; nothing else is touched."""
    before = sara.get("/ai-providers/acme/").json
    owners = before.pop("owners")
    answer = change(sara, ALL)
    assert answer.status == 200
    assert answer.json == {**before, **ALL, "version": 2, "changes": {name: [before[name], value] for name, value in ALL.items()}}
    assert sara.get("/ai-providers/acme/").json == {**before, **ALL, "version": 2, "owners": {**owners, **dict.fromkeys(ALL, "admin")}}


def test_each_member_alone(sara: Client) -> None:
    """What is not named stays."""
    for name, value in ALL.items():
        before = sara.get("/ai-providers/acme/").json
        assert change(sara, {name: value}).json["changes"] == {name: [before[name], value]}
        owners = {**before["owners"], name: "admin"}
        assert sara.get("/ai-providers/acme/").json == {**before, name: value, "version": before["version"] + 1, "owners": owners}


def test_a_change_takes_the_version_that_was_seen(app: App, sara: Client) -> None:
    """Whoever was slower gets 412 and changes nothing; without If-Match the last one wins. The answer's ETag is the version for the next one."""
    seen = sara.get("/ai-providers/acme/").json["version"]
    first = change(sara, {"display_name": "First"}, **{"if-match": f'"{seen}"'})
    assert (first.status, first.json["version"], first.tag) == (200, seen + 1, f'"{seen + 1}"')
    before = catalogue(app)
    slower = change(sara, {"display_name": "Second"}, **{"if-match": f'"{seen}"'})
    assert (slower.status, slower.json["type"]) == (412, "urn:modeldesk:problem:provider-changed")
    assert catalogue(app) == before
    assert change(sara, {"display_name": "Second"}, **{"if-match": first.tag}).json["version"] == seen + 2
    assert change(sara, {"display_name": "Third"}, **{"if-match": "*"}).json["version"] == seen + 3
    assert change(sara, {"display_name": "Last"}).json["version"] == seen + 4


def test_an_if_match_that_is_no_version(app: App, sara: Client) -> None:
    """A weak or foreign tag is told so, and nothing is changed."""
    before = catalogue(app)
    for tag in ('W/"1"', '"abc"', '"1", "2"', "-1"):
        answer = change(sara, {"display_name": "Second"}, **{"if-match": tag})
        assert (answer.status, answer.json["errors"]) == (
            422,
            [{"path": "$.headers.if-match", "message": 'must be one version in double quotes, such as "3"'}],
        )
    assert catalogue(app) == before


def test_a_change_of_nothing_keeps_the_version(sara: Client) -> None:
    """So that nobody else is refused for it."""
    assert change(sara, {"sort_order": 1}).json["version"] == 1


@pytest.mark.parametrize("body", [{}, {"sort_order": 1}, {"is_active": True, "display_name": "Acme AI"}])
def test_nothing_to_change(app: App, sara: Client, body: object) -> None:
    """No number is raised, so that what others have read stays good."""
    before, tag = catalogue(app), sara.get("/ai-providers/").tag
    answer = change(sara, body)
    assert (answer.status, answer.json["changes"]) == (200, {})
    assert catalogue(app) == before
    assert sara.get("/ai-providers/", {"if-none-match": tag}).status == 304


@pytest.mark.parametrize(
    ("body", "path", "message"),
    [
        ({"is_actve": False}, "$.is_actve", "unknown key 'is_actve'; did you mean 'is_active'?"),
        ({"slug": "other"}, "$.slug", "unknown key 'slug'"),
        ({"capabilities": {}}, "$.capabilities", "unknown key 'capabilities'"),
        ({"provider_class": "OpenAIProvider"}, "$.provider_class", "unknown key 'provider_class'"),
        ({"key": {"shared": True}}, "$.key", "unknown key 'key'"),
        ({"is_active": 1}, "$.is_active", "must be true or false, not a number"),
        ({"sort_order": 2**31}, "$.sort_order", "a sort order must fit 32 bits"),
        ({"name": ""}, "$.name", "must not be blank"),
        ({"name": "a\u202eb"}, "$.name", "forbidden character U+202E at position 2"),
        ({"website": "javascript:alert(1)"}, "$.website", "http"),
        ({"api_base_url": "https://user:pass@acme.example"}, "$.api_base_url", ""),
        ([], "$", "must be an object, not a list"),
        *(({name: None}, f"$.{name}", "not null") for name in ALL),
    ],
)
def test_what_cannot_be_meant(app: App, sara: Client, body: object, path: str, message: str) -> None:
    """422 with the path and a sentence; null is no value here, and nothing beside it is done."""
    before = catalogue(app)
    for sent in (body, {"description": "beside", **body} if isinstance(body, dict) else body):
        answer = change(sara, sent)
        assert answer.status == 422
        (error,) = answer.json["errors"]
        assert error["path"] == path
        assert message in error["message"]
    assert catalogue(app) == before


def test_a_provider_that_is_not_there(sara: Client) -> None:
    """404, also where nothing would be changed."""
    assert change(sara, {}, "nobody").json["type"] == "urn:modeldesk:problem:provider-not-found"
    assert change(sara, {"is_active": False}, "%2e%2e").status == 404


def test_a_moved_origin_sets_the_keys_aside(sara: Client) -> None:
    """The answer says so, and the key is not used until it is entered again; another path is no other origin."""
    key = {"scope": "shared", "api_key": "sk-0123456789abcdef"}
    assert sara.ask("PUT", f"{API}/ai-providers/acme/key/", key).status == 200
    same = change(sara, {"api_base_url": "https://api.acme.example/v9"}).json
    assert (list(same["changes"]), same["key"]["usable"]) == (["api_base_url"], True)
    moved = change(sara, {"api_base_url": "https://evil.example/v1"}).json
    assert moved["changes"]["shared key"] == ["set", "suspended until it is entered again"]
    assert moved["key"] == {"shared": True, "personal": False, "usable": False, "hint": "cdef"}
    assert change(sara, {"api_base_url": "https://api.acme.example/v1"}).json["key"]["usable"] is False


def test_an_inactive_provider_keeps_its_model(sara: Client) -> None:
    """It stands among the warnings, and is back when the provider is."""
    sara.select("large")
    change(sara, {"is_active": False})
    assert [(notice["code"], notice["provider"]) for notice in sara.get("/ai/dashboard/overview/").json["warnings"]] == [
        ("provider-inactive", "acme")
    ]
    change(sara, {"is_active": True})
    (model,) = sara.get("/ai-models/?is_active=true").json["models"]
    assert model["model_id"] == "large"


def test_for_super_admins_alone(app: App, nima: Client, anonymous: Client) -> None:
    """403 whatever the body says, which is not even read; 401 without signing in."""
    before = catalogue(app)
    for body in ({}, {"is_active": False}, b"{"):
        assert change(nima, body).json["type"] == "urn:modeldesk:problem:not-allowed"
        assert change(anonymous, body).status == 401
    assert change(app.signed_in("sara"), {"is_active": False}, origin=OWN_ORIGIN).status == 403
    assert catalogue(app) == before


def test_a_provider_named_import(app: App, sara: Client) -> None:
    """A slug like any other, though the address of imports is the same."""
    assert sara.get("/ai-providers/import/").status == 404
    app.put({"slug": "import", "name": "Import"} | {"display_name": "Import"})
    assert sara.get("/ai-providers/import").json["slug"] == "import"
    assert change(sara, {"sort_order": 9}, "import").json["changes"] == {"sort_order": [0, 9]}


def test_on_both_databases(stored: App) -> None:
    """What was changed is there for another reader, and who was demoted meanwhile changes nothing."""
    sara, nima = stored.signed_in("sara"), stored.signed_in("nima")
    assert change(sara, ALL).status == 200
    assert {name: nima.get("/ai-providers/acme/").json[name] for name in ALL} == ALL


def test_who_is_demoted_meanwhile_changes_nothing(app: App, sara: Client) -> None:
    """Their session is read, the body is on its way, and then they are no super admin any more: in the end the unit of work refuses."""
    sara.ask("PATCH", f"{API}/admins/nima/", {"role": "super"})
    before = catalogue(app)

    async def story() -> int:
        nima, body_may_come = app.client(), asyncio.Event()
        await nima.asking("POST", f"{API}/auth/login/", {"username": "nima", "password": PASSWORD})
        slow = asyncio.create_task(nima.asking("PATCH", f"{API}/ai-providers/acme/", {"is_active": False}, after=body_may_come))
        await asyncio.sleep(0)
        await sara.asking("PATCH", f"{API}/admins/nima/", {"role": "normal"})
        body_may_come.set()
        return (await slow).status

    assert app.run(story()) in (401, 403)
    assert catalogue(app) == before
