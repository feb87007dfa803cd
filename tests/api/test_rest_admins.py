"""Admins over REST: who may see and change them, what is refused, and what ends with a change."""

import asyncio

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, COOKIE, OTHER_PASSWORD, OWN_ORIGIN, PANEL, PASSWORD, App, Client
from tests.support.asgi import Answer

OMID = {"username": "omid", "password": OTHER_PASSWORD, "role": "normal"}


def patch(client: Client, name: str, body: object, **headers: str) -> Answer:
    return client.ask("PATCH", f"{API}/admins/{name}/", body, headers)


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("urn:modeldesk:problem:")


def test_admins_are_made_and_listed(app: App, sara: Client) -> None:
    """By name, with nothing of their passwords; the new one may sign in."""
    made = sara.post("/admins/", OMID)
    assert made.status == 200
    assert made.json == {
        "username": "omid",
        "role": "normal",
        "is_active": True,
        "has_password": True,
        "created_at": "2026-11-24T12:00:00.000Z",
    }
    listed = sara.get("/admins/")
    assert [entry["username"] for entry in listed.json["admins"]] == ["nima", "omid", "sara"]
    assert listed.json["count"] == 3
    assert b"argon2" not in listed.body
    assert listed.one("cache-control") == "no-store"
    assert app.client().sign_in("omid", OTHER_PASSWORD).json["role"] == "normal"


def test_admins_are_listed_page_by_page(sara: Client) -> None:
    """By name; the count is that of all."""
    pages = [sara.get(f"/admins/?limit=1&offset={offset}").json for offset in (0, 1, 2)]
    assert [[entry["username"] for entry in page["admins"]] for page in pages] == [["nima"], ["sara"], []]
    assert {page["count"] for page in pages} == {2}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**OMID, "username": "sara"}, 409, "admin-exists"),
        ({**OMID, "password": "short"}, 422, "request-invalid"),
        ({**OMID, "password": "omid omid 2026"}, 422, "request-invalid"),
        ({**OMID, "username": "cli"}, 422, "request-invalid"),
        ({**OMID, "role": "boss"}, 422, "request-invalid"),
        ({**OMID, "role": None}, 422, "request-invalid"),
        ({**OMID, "is_active": True}, 422, "request-invalid"),
        ({"username": "omid", "password": OTHER_PASSWORD}, 422, "request-invalid"),
        ({"username": "omid", "role": "normal"}, 422, "request-invalid"),
        (b"{", 400, "malformed"),
    ],
)
def test_what_cannot_be_made(app: App, sara: Client, body: object, status: int, code: str) -> None:
    """Nothing is, and the password is not repeated."""
    before = app.run(app.store.access()).admins
    answer = sara.post("/admins/", body)
    assert problem(answer) == (status, code)
    assert OTHER_PASSWORD not in answer.body.decode()
    assert app.run(app.store.access()).admins == before


def test_an_admin_is_changed(app: App, sara: Client, nima: Client) -> None:
    """Each change ends nima's sessions, but for being let in again; what is not named stays."""
    assert patch(sara, "nima", {"role": "super"}).json["role"] == "super"
    assert nima.get("/auth/me/").status == 401
    again = app.signed_in("nima")
    assert again.get("/admins/").status == 200
    assert patch(sara, "nima", {"password": OTHER_PASSWORD}).json["role"] == "super"
    assert again.get("/auth/me/").status == 401
    assert app.client().sign_in("nima").status == 401
    assert patch(sara, "nima", {"is_active": False, "role": "normal"}).json["is_active"] is False
    assert app.client().sign_in("nima", OTHER_PASSWORD).status == 401
    assert patch(sara, "nima", {"is_active": True}).json == {
        "username": "nima",
        "role": "normal",
        "is_active": True,
        "has_password": True,
        "created_at": "2026-11-24T12:00:00.000Z",
    }
    assert app.client().sign_in("nima", OTHER_PASSWORD).status == 200
    assert sara.get("/auth/me/").status == 200
    assert patch(sara, "nima", {}).status == 200


@pytest.mark.parametrize("body", [{"role": "normal"}, {"is_active": False}, {"role": "normal", "password": OTHER_PASSWORD}])
def test_the_last_super_admin_stays_one(app: App, sara: Client, body: object) -> None:
    """409, and nothing of it is done."""
    assert problem(patch(sara, "sara", body)) == (409, "last-super-admin")
    assert sara.get("/auth/me/").json["role"] == "super"
    patch(sara, "nima", {"role": "super"})
    assert patch(sara, "sara", body).status == 200
    assert sara.get("/auth/me/").status == 401


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("nobody", {"role": "super"}, 404, "admin-not-found"),
        ("nima", {"role": "boss"}, 422, "request-invalid"),
        ("nima", {"username": "other"}, 422, "request-invalid"),
        ("nima", {"password_hash": "x"}, 422, "request-invalid"),
        ("nima", {"password": "x" * 12}, 422, "request-invalid"),
        ("nima", {"is_active": "no"}, 422, "request-invalid"),
    ],
)
def test_what_cannot_be_changed(app: App, sara: Client, name: str, body: object, status: int, code: str) -> None:
    """Nothing is."""
    before = app.run(app.store.access())
    assert problem(patch(sara, name, body)) == (status, code)
    assert app.run(app.store.access()) == before


def test_normal_admins_neither_see_nor_change(app: App, nima: Client) -> None:
    """403 whatever the body says, themselves included; the body is not even read."""
    before = app.run(app.store.access())
    for answer in (
        nima.get("/admins/"),
        nima.post("/admins/", OMID),
        nima.post("/admins/", b"{"),
        patch(nima, "nima", {"role": "super"}),
        patch(nima, "sara", b"{"),
        patch(nima, "sara", {"password": OTHER_PASSWORD}),
    ):
        assert problem(answer) == (403, "not-allowed")
    assert app.run(app.store.access()) == before


def test_who_is_demoted_in_the_middle_does_nothing_more(app: App, sara: Client) -> None:
    """A request of theirs that came in before, and whose body comes after it."""
    patch(sara, "nima", {"role": "super"})

    async def story() -> None:
        nima, body_may_come = app.client(), asyncio.Event()
        await nima.asking("POST", f"{API}/auth/login/", {"username": "nima", "password": PASSWORD})
        slow = asyncio.create_task(nima.asking("PATCH", f"{API}/admins/sara/", {"role": "normal"}, after=body_may_come))
        await asyncio.sleep(0)
        await sara.asking("PATCH", f"{API}/admins/nima/", {"role": "normal"})
        body_may_come.set()
        assert (await slow).status == 401

    app.run(story())
    assert sara.get("/auth/me/").json["role"] == "super"


def test_ones_own_password(app: App, nima: Client) -> None:
    """Any admin's: the session goes on under a new id and with a new token, and every other one ends."""
    elsewhere, before, token = app.signed_in("nima"), nima.cookie, nima.token()
    answer = nima.post("/auth/password/", {"current": PASSWORD, "new": OTHER_PASSWORD})
    assert answer.status == 200
    assert answer.json == {"username": "nima", "role": "normal", "csrf_token": nima.token()}
    assert nima.token() != token
    assert nima.cookie not in (None, before)
    (cookie,) = answer.all("set-cookie")
    assert {"httponly", "samesite=lax", "path=/", "max-age=43200"} <= set(cookie.lower().split("; "))
    assert [client.get("/auth/me/").status for client in (app.client(before), elsewhere, nima)] == [401, 401, 200]
    assert [app.client().sign_in("nima", password).status for password in (PASSWORD, OTHER_PASSWORD)] == [401, 200]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"current": OTHER_PASSWORD, "new": OTHER_PASSWORD}, "$.current"),
        ({"current": PASSWORD, "new": "x" * 12}, "$.new"),
        ({"current": PASSWORD, "new": OTHER_PASSWORD, "role": "super"}, "$.role"),
        ({"new": OTHER_PASSWORD}, "$"),
    ],
)
def test_ones_own_password_is_not_changed(app: App, nima: Client, body: object, path: str | None) -> None:
    """422, and the session is as it was: 401 would say that it is over."""
    before = app.run(app.store.access())
    answer = nima.post("/auth/password/", body)
    assert answer.status == 422
    assert [entry["path"] for entry in answer.json["errors"]] == ([path] if path else [])
    assert app.run(app.store.access()) == before


def test_ones_own_password_is_counted(nima: Client) -> None:
    """As at the door: six wrong ones, and the right one has to wait."""
    for _ in range(5):
        assert nima.post("/auth/password/", {"current": OTHER_PASSWORD, "new": OTHER_PASSWORD}).status == 422
    answer = nima.post("/auth/password/", {"current": PASSWORD, "new": OTHER_PASSWORD})
    assert (problem(answer), answer.one("retry-after")) == ((429, "too-many-attempts"), "1")


def test_own_sessions(app: App, sara: Client) -> None:
    """Listed with handles that open nothing, and ended one by one or all the others; those of others are not there."""
    elsewhere, third, nima = app.signed_in(), app.signed_in(), app.signed_in("nima")
    listed = sara.get("/sessions/").json
    assert listed["count"] == 3
    assert [sorted(entry) for entry in listed["sessions"]] == [
        ["address", "created_at", "current", "device", "expires_at", "id", "seen_at"]
    ] * 3
    assert {entry["address"] for entry in listed["sessions"]} == {"127.0.0.1"}
    (current,) = [entry["id"] for entry in listed["sessions"] if entry["current"]]
    assert len(current) == 16
    assert app.client(current).get("/auth/me/").status == 401
    (of_nima,) = [entry["id"] for entry in nima.get("/sessions/").json["sessions"]]
    for handle in (of_nima, "nothing", "..", "%20", "x" * 500):
        assert problem(sara.ask("DELETE", f"{API}/sessions/{handle}/")) == (404, "session-not-found")
    (mine,) = [entry["id"] for entry in third.get("/sessions/").json["sessions"] if entry["current"]]
    assert sara.ask("DELETE", f"{API}/sessions/{mine}/").json == {"ended": 1}
    assert [client.get("/auth/me/").status for client in (sara, elsewhere, third, nima)] == [200, 200, 401, 200]
    assert sara.ask("DELETE", f"{API}/sessions/").json == {"ended": 1}
    assert [client.get("/auth/me/").status for client in (sara, elsewhere, nima)] == [200, 401, 200]
    assert sara.ask("DELETE", f"{API}/sessions/{current}/").status == 200
    assert sara.get("/auth/me/").status == 401


def test_a_browser_needs_the_token_here_too(app: App, sara: Client) -> None:
    """For every write of these routes; without it nothing happens."""
    before = app.run(app.store.access())
    for method, path, body in (
        ("POST", "/admins/", OMID),
        ("PATCH", "/admins/nima/", {"role": "super"}),
        ("POST", "/auth/password/", {"current": PASSWORD, "new": OTHER_PASSWORD}),
        ("DELETE", "/sessions/", None),
        ("DELETE", "/sessions/x/", None),
    ):
        for headers in ({"origin": OWN_ORIGIN}, {"sec-fetch-site": "same-origin"}, {"origin": "https://evil.example"}):
            assert sara.ask(method, API + path, body, headers).status == 403
        assert app.client().ask(method, API + path, body).status == 401
    assert app.run(app.store.access()) == before
    asked = sara.ask("OPTIONS", f"{API}/admins/nima/", headers={"origin": PANEL, "access-control-request-method": "PATCH"})
    assert "PATCH" in (asked.one("access-control-allow-methods") or "")


def test_the_set_up(app: App) -> None:
    """On a desk without admins: once, with a session, and from no page that is not ours."""
    with App() as fresh:
        token = fresh.run(fresh.container.initial_setup().new_token())
        anonymous, body = fresh.client(), {"token": token, "username": "sara", "password": PASSWORD}
        assert problem(anonymous.post("/auth/setup/", {**body, "token": "x" * 43})) == (403, "set-up-refused")
        assert anonymous.post("/auth/setup/", body, {"origin": "https://evil.example"}).status == 403
        assert anonymous.post("/auth/setup/", {**body, "password": "password1234"}).status == 422
        assert anonymous.post("/auth/setup/", {**body, "role": "super"}).status == 422
        assert anonymous.cookie is None
        made = anonymous.post("/auth/setup/", body)
        assert (made.status, made.json["role"]) == (200, "super")
        assert anonymous.get("/admins/").json["count"] == 1
        assert f"{COOKIE}={anonymous.cookie}" in made.all("set-cookie")[0]
        assert problem(fresh.client().post("/auth/setup/", body)) == (403, "set-up-refused")
    refused = {app.client().post("/auth/setup/", {**body, "token": text}).body for text in ("", "x", str(token))}
    assert len(refused) == 1


def test_two_set_ups_at_once(database_url: str) -> None:
    """On both databases, at two workers: one wins, and there is one admin."""
    settings = Settings(database_url=database_url)
    with App(SqlStore(database_url), settings) as here:
        token = here.run(here.container.initial_setup().new_token())
        other = App(SqlStore(database_url), settings, here.clock)

        async def both() -> list[int]:
            bodies = [{"token": token, "username": name, "password": PASSWORD} for name in ("sara", "omid")]
            asking = (app.client().asking("POST", f"{API}/auth/setup/", body) for app, body in zip((here, other), bodies, strict=True))
            answers = await asyncio.gather(*asking)
            await other.store.close()
            return sorted(answer.status for answer in answers)

        assert here.run(both()) == [200, 403]
        other.close()
        assert len(here.run(here.store.current()).access.admins) == 1
