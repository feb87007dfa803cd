"""API tokens over REST: made and shown once, listed, revoked; and what a program that holds one may ask."""

import asyncio
from datetime import timedelta

import pytest

from tests.support.app import API, COOKIE, OWN_ORIGIN, PANEL, PASSWORD, App, Client
from tests.support.asgi import Answer

SCOPES = ["read", "select", "import", "admin"]
NIGHTLY = {"name": "nightly", "scopes": ["read"]}
CHOICE = {"provider": "acme", "capability": "chat", "model_id": "large"}
SELECT = "/ai-models/select-model/"


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("urn:modeldesk:problem:")


def revoke(client: Client, name: str = "nightly") -> Answer:
    return client.ask("DELETE", f"{API}/tokens/{name}/")


def test_tokens_are_listed_page_by_page(sara: Client) -> None:
    """By name; the count is that of all."""
    for name in ("c", "a", "b"):
        sara.post("/tokens/", {**NIGHTLY, "name": name})
    pages = [sara.get(f"/tokens/?limit=2&offset={offset}").json for offset in (0, 2, 4)]
    assert [[entry["name"] for entry in page["tokens"]] for page in pages] == [["a", "b"], ["c"], []]
    assert {page["count"] for page in pages} == {3}
    assert sara.get("/tokens/?limit=0").status == 422


def bearing(app: App, *values: str, cookie: str | None = None, path: str = "/ai-providers/") -> Answer:
    """Asks with these headers of `Authorization`, as they stand."""
    return app.client(cookie).get(path, [("authorization", value) for value in values])


def settled(*houses: App) -> None:
    """What is written down behind an answer is waited for: a house whose loop stands still would keep its turn from the others."""
    for app in houses:
        app.run(app.container.background().close())


def test_a_token_is_made_and_shown_once(app: App, sara: Client) -> None:
    """With all that is told of it later, and its text; no cache keeps it, and no later answer has it."""
    made = sara.post("/tokens/", {"name": "nightly", "scopes": ["select", "read", "read"], "expires_in_days": 7})
    assert (made.status, made.one("cache-control")) == (200, "no-store")
    text = made.json["token"]
    assert text.startswith("mdk_")
    reported = {
        "name": "nightly",
        "owner": "sara",
        "scopes": ["read", "select"],
        "created_at": "2026-11-24T12:00:00.000Z",
        "expires_at": "2026-12-01T12:00:00.000Z",
        "last_used_at": None,
        "hint": text[-4:],
    }
    assert made.json == {**reported, "token": text}
    assert sara.post("/tokens/", {**NIGHTLY, "name": "another"}).json["expires_at"] == "2027-02-22T12:00:00.000Z"
    listed = sara.get("/tokens/")
    assert (listed.json["count"], [entry["name"] for entry in listed.json["tokens"]]) == (2, ["another", "nightly"])
    assert listed.json["tokens"][1] == reported
    assert text.encode() not in listed.body
    assert app.client().ask("GET", f"{API}/ai-providers/", headers={"authorization": f"bEARER  {text}"}).json["count"] == 3


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "nightly"}, 422, "request-invalid"),
        ({**NIGHTLY, "scopes": []}, 422, "request-invalid"),
        ({**NIGHTLY, "scopes": "read"}, 422, "request-invalid"),
        ({**NIGHTLY, "scopes": ["everything"]}, 422, "request-invalid"),
        ({**NIGHTLY, "scopes": None}, 422, "request-invalid"),
        ({**NIGHTLY, "expires_in_days": 0}, 422, "request-invalid"),
        ({**NIGHTLY, "expires_in_days": 367}, 422, "request-invalid"),
        ({**NIGHTLY, "expires_in_days": None}, 422, "request-invalid"),
        ({**NIGHTLY, "owner": "nima"}, 422, "request-invalid"),
        ({**NIGHTLY, "token": "mdk_" + "x" * 43}, 422, "request-invalid"),
        ({**NIGHTLY, "name": ""}, 422, "request-invalid"),
        ({**NIGHTLY, "name": "a/b"}, 422, "request-invalid"),
        ({**NIGHTLY, "name": "Taken"}, 409, "token-exists"),
        ({**NIGHTLY, "name": "TAKEN"}, 409, "token-exists"),
        (b"{", 400, "malformed"),
    ],
)
def test_what_cannot_be_made(app: App, sara: Client, body: object, status: int, code: str) -> None:
    """Nothing is."""
    sara.post("/tokens/", {**NIGHTLY, "name": "taken"})
    before = app.run(app.store.access())
    assert problem(sara.post("/tokens/", body)) == (status, code)
    assert app.run(app.store.access()) == before


def test_a_token_is_revoked(app: App, sara: Client) -> None:
    """By its name, percent-encoded where need be; from then on it opens nothing."""
    program = app.program("read", name="ci: main ü")
    assert program.get("/ai-providers/").status == 200
    assert revoke(sara, "CI%3A%20main%20%C3%BC").json == {"revoked": True}
    assert program.get("/ai-providers/").status == 401
    assert problem(revoke(sara)) == (404, "token-not-found")


def test_the_last_use_is_shown(app: App, sara: Client) -> None:
    """Written behind the answer, and no number is raised for it."""
    program = app.program("read")
    numbers = app.run(app.store.current()).generation
    app.clock.forward(timedelta(minutes=5))
    assert program.get("/ai-providers/").status == 200
    settled(app)
    assert app.run(app.store.token_uses(list(app.run(app.store.access()).tokens))) != {}
    assert sara.get("/tokens/").json["tokens"][0]["last_used_at"] == "2026-11-24T12:05:00.000Z"
    assert app.run(app.store.current()).generation == numbers


@pytest.mark.parametrize("change", [{"role": "normal"}, {"is_active": False}])
def test_a_token_is_no_more_than_who_made_it(stored: App, other_worker: App, change: object) -> None:
    """On every worker, from the next request on."""
    sara, program = stored.signed_in(), stored.program("admin")
    sara.ask("PATCH", f"{API}/admins/nima/", {"role": "super"})
    there = Client(other_worker, bearer=program.bearer)
    assert (program.get("/ai-providers/").status, there.get("/ai-providers/").status) == (200, 200)
    settled(stored, other_worker)
    assert stored.signed_in("nima").ask("PATCH", f"{API}/admins/sara/", change).status == 200
    assert (program.get("/ai-providers/").status, there.get("/ai-providers/").status) == (401, 401)


def test_a_token_that_is_revoked_opens_nothing_at_another_worker(stored: App, other_worker: App) -> None:
    """Nor one that is made here nothing there: it is good at once, and its use is seen."""
    program = stored.program("read")
    there = Client(other_worker, bearer=program.bearer)
    assert there.get("/ai-providers/").status == 200
    settled(other_worker)
    assert stored.signed_in().get("/tokens/").json["tokens"][0]["last_used_at"] is not None
    assert revoke(stored.signed_in()).status == 200
    assert there.get("/ai-providers/").status == 401


def test_what_opens_nothing_gets_one_answer(app: App, sara: Client) -> None:
    """Made up, expired, revoked, of somebody who is a normal admin now: who asks learns nothing of which it is, but how to ask."""
    sara.ask("PATCH", f"{API}/admins/nima/", {"role": "super"})
    of_nima = app.signed_in("nima").post("/tokens/", {**NIGHTLY, "name": "of nima", "scopes": SCOPES}).json["token"]
    sara.ask("PATCH", f"{API}/admins/nima/", {"role": "normal"})
    expired, revoked = app.program("read", name="expired", days=1).bearer, app.program("read").bearer
    revoke(sara)
    app.clock.forward(timedelta(days=1))
    answers = [bearing(app, f"Bearer {text}") for text in (of_nima, expired, revoked, "mdk_" + "x" * 43, "x", "a" * 128)]
    assert {problem(answer) for answer in answers} == {(401, "unauthorized")}
    assert {answer.one("www-authenticate") for answer in answers} == {"Bearer"}
    assert len({answer.body for answer in answers}) == 1


def test_every_refusal_of_an_unknown_caller_says_how_to_ask(app: App) -> None:
    """Also where nothing was sent, and where a password is wrong, and in the shapes of other protocols: HTTP demands it of every 401."""
    anonymous = Client(app)
    for answer in (
        bearing(app),
        anonymous.post("/auth/login/", {"username": "sara", "password": "wrong wrong wrong"}),
        anonymous.ask("GET", "/v1/models"),
        anonymous.ask("POST", "/ofrep/v1/evaluate/flags", {}),
    ):
        assert (answer.status, answer.one("www-authenticate")) == (401, "Bearer")


@pytest.mark.parametrize(
    "values",
    [
        ["Bearer"], ["Bearer "], ["Bearer a b"], ["Bearer: {}"], ["{}"], ["Token {}"], ["Bearer\t{}"], ["Bearer {},Bearer {}"], ["Bearer {}", "Bearer {}"],
        ["Bearer {}", "Bearer x"], ["Bearer é"], [""], ["Bearer " + "x" * 129], ["Digest {}"],
    ],
)  # fmt: skip
def test_a_header_that_cannot_be_read(app: App, values: list[str]) -> None:
    """401 with the form that is meant, with a session's cookie too: nobody is taken for somebody by what they sent besides."""
    sara, text = app.signed_in(), app.program("read").bearer or ""
    for cookie in (None, sara.cookie):
        answer = bearing(app, *(value.replace("{}", text) for value in values), cookie=cookie)
        assert problem(answer) == (401, "unauthorized")
        assert "Authorization is sent once" in answer.json["detail"]
        assert answer.one("www-authenticate") == "Bearer"
        assert text not in answer.body.decode()


@pytest.mark.parametrize("cookie", ["", "x", "of sara", "of nima"])
def test_a_token_and_a_cookie_are_not_sent_together(app: App, cookie: str) -> None:
    """Whichever were taken, somebody would have meant the other; a cookie that opens nothing is one, too."""
    sent = app.signed_in(cookie[3:]).cookie if cookie.startswith("of") else cookie
    for program in (app.program("read"), Client(app, bearer="x")):
        for answer in (bearing(app, f"Bearer {program.bearer}", cookie=sent), Client(app, sent, program.bearer).select()):
            assert problem(answer) == (401, "unauthorized")
            assert "not both" in answer.json["detail"]
        revoke(app.signed_in())
    assert app.client().get("/ai-providers/", {"authorization": "Bearer x", "cookie": "other=1"}).json["detail"].startswith("this token")


def test_what_a_proxy_sends_for_itself_is_not_ours(app: App, sara: Client) -> None:
    """`Basic` before the whole desk: the cookie and the token count as they would without it, and it opens nothing by itself."""
    program = app.program("read")
    assert bearing(app, "Basic c2FyYTp4").status == 401
    assert bearing(app, "Basic c2FyYTp4", cookie=sara.cookie).status == 200
    assert bearing(app, "basic c2FyYTp4", f"Bearer {program.bearer}").status == 200


def test_writing_with_a_token(app: App) -> None:
    """Nothing of a browser is asked for; what a browser of another site says of itself is believed."""
    program = app.program("read", "select")
    assert program.select().json["selected_by"] == "sara"
    assert program.post(SELECT, {**CHOICE, "model_id": "small"}, {"origin": OWN_ORIGIN}).status == 200
    assert program.post(SELECT, CHOICE, {"sec-fetch-site": "same-origin"}).status == 200
    before = app.run(app.store.current())
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}):
        assert program.post(SELECT, {**CHOICE, "model_id": "tiny"}, headers).status == 403
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert program.post(SELECT, {**CHOICE, "model_id": "tiny"}, {"content-type": kind}).status == 415
    assert app.run(app.store.current()) == before


def test_pages_of_other_origins_get_no_leave_to_send_a_token(sara: Client) -> None:
    """A listed origin may use the cookie; a token has no place in a page."""
    asked = sara.ask("OPTIONS", f"{API}{SELECT}", headers={"origin": PANEL, "access-control-request-method": "POST"})
    assert "authorization" not in (asked.one("access-control-allow-headers") or "").lower()


def test_a_token_signs_nobody_in(app: App) -> None:
    """Not even with a password that is right: what began with a token does not become a session."""
    before = app.sessions()
    for program in (app.program(*SCOPES), Client(app, bearer="x")):
        held = app.sessions()
        answer = program.sign_in()
        assert (answer.status, answer.all("set-cookie")) == (403 if program.bearer != "x" else 401, [])
        assert app.sessions() == held
    assert before == {}


def test_a_token_that_is_revoked_while_its_body_comes(app: App, sara: Client) -> None:
    """Nobody writes on with what is dead."""
    program = app.program("select")

    async def story() -> None:
        body_may_come = asyncio.Event()
        slow = asyncio.create_task(program.asking("POST", API + SELECT, CHOICE, after=body_may_come))
        await asyncio.sleep(0)
        assert (await sara.asking("DELETE", f"{API}/tokens/nightly/")).status == 200
        body_may_come.set()
        assert (await slow).status == 401

    app.run(story())
    assert sara.get("/ai-models/").json["count"] == 0


def test_no_log_has_a_token(app: App, caplog: pytest.LogCaptureFixture) -> None:
    """Of any level, whatever is asked with it."""
    caplog.set_level("DEBUG")
    program = app.program("admin")
    assert program.bearer is not None
    program.get("/ai-providers/")
    program.select("x" * 300)
    program.ask("TRACE", f"{API}/ai-providers/")
    app.client().sign_in("sara", PASSWORD, {"authorization": f"Bearer {program.bearer}", "cookie": f"{COOKIE}=x"})
    assert program.bearer not in caplog.text
