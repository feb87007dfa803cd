"""Signing in: what it gives, what it keeps, and what it tells those whom it refuses."""

import asyncio
import hashlib
import sqlite3
from pathlib import Path

import pytest
from attrs import evolve

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.admin import Role
from modeldesk.entrypoints.settings import load_settings
from tests.support.app import API, COOKIE, OTHER_PASSWORD, PASSWORD, App, Client
from tests.support.asgi import Answer
from tests.support.stores import upgraded


def cookie_of(answer: Answer) -> dict[str, str]:
    """The parts of the one cookie that was set, by their lower-case names."""
    (cookie,) = answer.all("set-cookie")
    parts = [part.strip().partition("=") for part in cookie.split(";")]
    return {name if name == COOKIE else name.lower(): value for name, _, value in parts}


def test_signing_in_tells_who_it_is(anonymous: Client) -> None:
    """The answer is that of `me`, and the cookie opens what was closed."""
    assert anonymous.get("/ai-providers/").status == 401
    answer = anonymous.sign_in()
    assert answer.status == 200
    assert answer.json == {"username": "sara", "role": "super", "csrf_token": anonymous.token()}
    assert anonymous.get("/ai-providers/").status == 200


def test_every_sign_in_makes_a_new_id_and_a_new_token(app: App) -> None:
    """Of 256 random bits each, never used twice."""
    clients = [app.signed_in() for _ in range(5)]
    ids = {client.cookie for client in clients}
    tokens = {client.token() for client in clients}
    assert len(ids | tokens) == 10
    assert {len(secret or "") for secret in ids | tokens} == {43}


@pytest.mark.parametrize("chosen", ["x" * 43, "a", "0" * 64, "../../etc/passwd"])
def test_an_id_that_the_client_chose_is_never_adopted(app: App, chosen: str) -> None:
    """Neither by asking with it nor by signing in with it: afterwards it is still nobody."""
    client = app.client(chosen)
    assert client.get("/auth/me/").status == 401
    assert client.cookie == chosen, "a refusal sets no cookie"
    assert client.sign_in().status == 200
    assert client.cookie not in (chosen, None)
    assert app.client(chosen).get("/auth/me/").status == 401
    assert hashlib.sha256(chosen.encode()).hexdigest() not in app.sessions()


def test_an_id_from_before_does_not_live_on(app: App, sara: Client) -> None:
    """Who signs in with a session at hand gets another, and the one at hand ends."""
    before = sara.cookie
    assert sara.sign_in().status == 200
    assert sara.cookie != before
    assert app.client(before).get("/auth/me/").status == 401
    assert len(app.sessions()) == 1


def test_a_refused_sign_in_ends_no_session(app: App, sara: Client) -> None:
    """A slip of the keyboard signs nobody out."""
    assert sara.sign_in(password=OTHER_PASSWORD).status == 401
    assert sara.get("/auth/me/").status == 200


def test_only_the_digest_is_in_the_database(tmp_path: Path) -> None:
    """Neither the id nor the password stands anywhere in the raw files, and what does stand there opens nothing."""
    url = upgraded(tmp_path / "desk.db")
    with App(SqlStore(url)) as app:
        sara = app.fill().signed_in()
        assert sara.cookie is not None
        raw = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.name.startswith("desk.db"))
        digest = hashlib.sha256(sara.cookie.encode()).hexdigest()
        assert digest.encode() in raw
        assert sara.cookie.encode() not in raw
        assert PASSWORD.encode() not in raw
        connection = sqlite3.connect(tmp_path / "desk.db")
        rows = connection.execute("SELECT digest FROM sessions").fetchall()
        hashes = connection.execute("SELECT password_hash FROM admins").fetchall()
        connection.close()
        assert rows == [(digest,)]
        assert all(value.startswith("$argon2id$") for (value,) in hashes)
        assert app.client(digest).get("/auth/me/").status == 401


def test_the_cookie_is_for_this_server_and_no_script(anonymous: Client) -> None:
    """HttpOnly, SameSite=Lax, Path=/, twelve hours, no domain."""
    cookie = cookie_of(anonymous.sign_in())
    assert len(cookie.pop(COOKIE)) == 43
    assert {**cookie, "samesite": cookie["samesite"].lower()} == {"httponly": "", "max-age": "43200", "path": "/", "samesite": "lax"}


@pytest.mark.parametrize(
    ("environment", "host", "secure"),
    [
        ({}, "127.0.0.1", False),
        ({}, "::1", False),
        ({}, "localhost", False),
        ({}, "0.0.0.0", True),
        ({}, "192.0.2.7", True),
        ({}, "desk.example.org", True),
        ({"MODELDESK_PUBLIC_URL": "https://desk.example.org"}, "127.0.0.1", True),
        ({"MODELDESK_PUBLIC_URL": "https://desk.example.org", "MODELDESK_COOKIE_SECURE": "false"}, "127.0.0.1", False),
        ({"MODELDESK_COOKIE_SECURE": "true"}, "127.0.0.1", True),
        ({"MODELDESK_COOKIE_SECURE": "false"}, "0.0.0.0", False),
    ],
)
def test_the_cookie_goes_over_https_alone(tmp_path: Path, environment: dict[str, str], host: str, secure: bool) -> None:
    """But on a loopback bind that nothing else is said of, or where the operator says otherwise."""
    settings = evolve(load_settings(environment, tmp_path), host=host)
    with App(settings=settings) as app:
        cookie = cookie_of(app.fill().client().sign_in())
    assert ("secure" in cookie) is secure


def test_unknown_disabled_and_wrong_are_one_answer(app: App, anonymous: Client) -> None:
    """To the byte, headers too: who asks does not learn which names exist."""
    app.run(app.container.admins().set_active("nima", False))
    answers = {
        anonymous.sign_in(name, password, {"x-request-id": "one"})
        for name, password in (("nobody", PASSWORD), ("nima", PASSWORD), ("sara", OTHER_PASSWORD), ("sara", ""), ("cli", PASSWORD))
    }
    (answer,) = answers
    assert answer.status == 401
    assert answer.json["type"] == "urn:modeldesk:problem:sign-in-refused"
    assert answer.json["detail"] == "name or password is wrong"
    assert answer.all("set-cookie") == []
    assert app.sessions() == {}


def test_two_cookies_that_differ_are_nobody(app: App, sara: Client) -> None:
    """Whoever could plant a second one shall not choose which counts; the same one twice is fine."""
    other = app.signed_in("nima").cookie
    client = app.client()
    for cookies in (
        [("cookie", f"{COOKIE}={sara.cookie}; {COOKIE}={other}")],
        [("cookie", f"{COOKIE}={sara.cookie}"), ("cookie", f"{COOKIE}={other}")],
        [("cookie", f"{COOKIE}=x; {COOKIE}={sara.cookie}")],
        [("cookie", f"{COOKIE}={sara.cookie}; {COOKIE}=")],
    ):
        assert client.get("/auth/me/", cookies).status == 401
    same = [("cookie", f"theme=dark; {COOKIE}={sara.cookie}"), ("cookie", f'{COOKIE}="{sara.cookie}"')]
    assert client.get("/auth/me/", same).json["username"] == "sara"


@pytest.mark.parametrize("value", ["", '""', "x" * 129, "x" * 8_000, "\xff\xfe", "é", "=", "%00", "a b"])
def test_odd_cookies_are_nobody(app: App, value: str) -> None:
    """Answered like no cookie at all."""
    answer = app.client().get("/auth/me/", [("cookie", f"{COOKIE}={value}")])
    assert (answer.status, answer.json["type"]) == (401, "urn:modeldesk:problem:unauthorized")


def test_anonymous_traffic_stores_nothing(app: App, anonymous: Client) -> None:
    """No row of any kind before a sign-in that was tried, whatever is asked; and then the count of its failure, and a line of the trail."""
    before = app.store.contents
    for path in ("/auth/me/", "/ai-providers/", "/ai-models/", "/nothing"):
        answer = anonymous.get(path, {"cookie": f"{COOKIE}=made-up"})
        assert answer.all("set-cookie") == []
    anonymous.select()
    anonymous.post("/auth/setup/", {"token": "x", "username": "omid", "password": PASSWORD})
    anonymous.post("/auth/login/", {"username": "sara"})
    anonymous.ask("GET", "/health/ready")
    anonymous.ask("GET", "/schema")
    assert app.store.contents is before
    anonymous.sign_in(password=OTHER_PASSWORD)
    assert evolve(app.store.contents, attempts={}, audit=before.audit) == before
    assert {count.failures for count in app.store.contents.attempts.values()} == {1}
    assert len(app.store.contents.attempts) == 3, "for the name, for the address, and for the trail"
    assert len(app.store.contents.audit) == len(before.audit) + 1


@pytest.mark.parametrize(
    "path",
    [
        "/auth/me",
        "/ai-providers",
        "/ai-providers/acme",
        "/ai-models",
        "/ai-models/browse-models?provider=acme&capability=chat",
        "/ai/dashboard/overview",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_is_read_without_signing_in(anonymous: Client, method: str, path: str) -> None:
    """Also not what does not change, and not by a tag that fits everything."""
    answer = anonymous.ask(method, API + path, headers={"if-none-match": "*"})
    assert answer.status == 401
    assert answer.one("etag") is None


@pytest.mark.parametrize("path", ["/auth/logout/", "/ai-models/select-model/", "/ai-models/deselect-model/", "/ai/dashboard/cache/clear/"])
def test_nothing_is_written_without_signing_in(anonymous: Client, path: str) -> None:
    """Whatever the body says, even a broken one: it is not read."""
    for body in (None, b"{", {"provider": "acme", "capability": "chat", "model_id": "large"}):
        assert anonymous.post(path, body).status == 401


def test_the_body_of_a_sign_in_is_small(app: App, anonymous: Client) -> None:
    """16 KiB, announced or not: the one body that anybody may send."""
    most = 16 * 1024
    fitting = b'{"username": "sara", "password": "' + PASSWORD.encode() + b'"}'
    assert anonymous.post("/auth/login/", fitting + b" " * (most - len(fitting))).status == 200
    assert anonymous.post("/auth/login/", fitting + b" " * (most - len(fitting) + 1)).status == 413
    unannounced = anonymous.asking("POST", f"{API}/auth/login/", fitting + b" " * most, announced=False)
    assert app.run(unannounced).status == 413
    # A length that is a lie does not let more in.
    assert anonymous.post("/auth/login/", fitting + b" " * most, {"content-length": "10"}).status in (400, 413)


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        (b"", 400, "$"),
        (b"{", 400, "$"),
        (b"\xff\xfe{\x00", 400, "$"),
        ([], 422, "$"),
        ({}, 422, "$"),
        ({"username": "sara"}, 422, "$"),
        ({"username": 5, "password": PASSWORD}, 422, "$.username"),
        ({"username": "sara", "password": None}, 422, "$.password"),
        ({"username": "sara", "password": PASSWORD, "role": "super"}, 422, "$.role"),
        (b'{"username": "sara", "username": "nima", "password": "x"}', 422, "$.username"),
        (b'{"username": "\\ud800", "password": "x"}', 422, "$.username"),
    ],
)
def test_a_sign_in_that_is_none(anonymous: Client, body: object, status: int, path: str) -> None:
    """Named by its path; fields that nobody asked for are refused, not passed over."""
    answer = anonymous.post("/auth/login/", body, {"content-type": "application/json"})
    assert answer.status == status
    assert answer.json["errors"][0]["path"] == path
    assert PASSWORD not in answer.body.decode()


def test_the_accent_may_come_as_a_character_of_its_own(app: App, anonymous: Client) -> None:
    """One keyboard sends é as one character, another as two."""
    app.run(app.container.admins().create("Zo\u00e9", PASSWORD, Role.NORMAL))
    assert anonymous.sign_in("Zoe\u0301").json["username"] == "Zo\u00e9"


def test_a_flood_of_sign_ins_is_sent_away(app: App) -> None:
    """Where too many passwords wait to be checked, the next is told to come again: 503 with Retry-After, never a longer queue."""

    async def flood() -> list[Answer]:
        bodies = [{"username": f"name-{number}", "password": OTHER_PASSWORD} for number in range(60)]
        asking = (app.client().asking("POST", f"{API}/auth/login/", body, peer=f"192.0.2.{number}") for number, body in enumerate(bodies))
        return await asyncio.gather(*asking)

    answers = app.run(flood())
    assert {answer.status for answer in answers} == {401, 503}
    busy = next(answer for answer in answers if answer.status == 503)
    assert (busy.json["type"], busy.one("retry-after")) == ("urn:modeldesk:problem:sign-in-busy", "1")
    assert app.client().sign_in().status == 200
