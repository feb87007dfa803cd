"""What happened to the neighbours, done to us: those of the incidents in `docs/explanation/incidents.md` that no other test replays as they happened.

The number in a test's name is the incident's there.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.errors import StorageUnavailable
from modeldesk.domain.model.snapshot import Access
from tests.support.app import API, PASSWORD, App, Client

INJECTIONS = (
    "' OR '1'='1",
    "'; DROP TABLE admins; --",
    '" OR ""="',
    "\\'; SELECT pg_sleep(5); --",
    "%27%20OR%201=1",
    "{{7*7}}",
    "${jndi:x}",
)
KEY = "sk-incident-0123456789abcdef"


def test_incident_02_sql_in_what_proves_who_one_is(stored: App) -> None:
    """In the header, the cookie, the name, the password: it is a value, and nobody's."""
    before = stored.run(stored.store.current()).access
    for text in INJECTIONS:
        for headers in ({"authorization": f"Bearer {text}"}, {"cookie": f"admin_session_id={text}"}, {"x-forwarded-for": text}):
            assert stored.client().get("/ai-providers/", headers).status == 401, text
        assert stored.client().sign_in(text, text).status in (401, 422), text
        sara = stored.signed_in()
        for query in (f"?subject={text}", f"?by={text}"):
            assert sara.get(f"/audit/{query.replace(' ', '%20')}").json["entries"] == [], text
        stored.clock.forward(timedelta(minutes=15))  # the refused sign-ins count
    assert set(stored.run(stored.store.current()).access.admins) == set(before.admins)


def test_incident_06_a_password_hash_opens_nothing_and_is_never_shown(app: App, sara: Client) -> None:
    """A stolen hash is no password; no answer holds one."""
    hashed = app.run(app.store.current()).access.admins["sara"].password_hash
    assert app.client().sign_in("sara", hashed).status == 401
    answers = [sara.get(path) for path in ("/admins/", "/auth/me/", "/sessions/", "/audit/", "/ai/dashboard/overview/")]
    assert all(answer.status == 200 and b"argon2" not in answer.body for answer in answers)


class BreakableStore(InMemoryStore):
    """A store whose disk may be gone."""

    is_broken = False

    async def access(self) -> Access:
        if self.is_broken:
            raise StorageUnavailable("a disk that is gone")
        return await super().access()


def test_incident_09_a_check_that_fails_lets_nobody_in() -> None:
    """A desk that cannot be read answers 503 to everybody; there is no identity for want of a better one."""
    store = BreakableStore()
    with App(store) as app:
        sara, anonymous = app.fill().signed_in(), app.client("a" * 43)
        store.is_broken = True
        for path in ("/ai-providers/", "/admins/", "/auth/me/", "/audit/"):
            assert sara.get(path).status == anonymous.get(path).status == 503
        for client in (sara, anonymous):
            assert client.select().status == 503


def test_incident_15_wildcards_in_a_search_are_letters(stored: App) -> None:
    """They find what holds them, and cost no more than other letters."""
    sara = stored.signed_in()
    for text in ("%25", "_", "%25%25%25%25", "a%25b", "[a-z]*", ".*"):
        assert sara.get(f"/ai-models/browse-models/?provider=acme&capability=chat&search={text}").json["count"] == 0
        assert sara.get(f"/audit/?subject={text}").json["count"] == 0


def test_incident_18_a_key_that_was_entered_is_never_answered(app: App, sara: Client) -> None:
    """By no route that there is, to nobody; not even sealed."""
    assert sara.ask("PUT", f"{API}/ai-providers/acme/key/", {"scope": "shared", "api_key": KEY}).status == 200
    sealed = next(iter(app.run(app.store.current()).keys.values()))
    reported = {"slug": "acme", "name": "sara", "handle": "x"}
    asked = 0
    for route in app.litestar.routes:
        path = re.sub(r"{(\w+):str}", lambda found: reported.get(found[1], "x"), route.path)
        answer = sara.ask("GET", f"{path}?provider=acme&capability=chat" if "browse" in path else path)
        asked += answer.status == 200
        seen = answer.body + repr(answer.headers).encode()
        for secret in (KEY, KEY[3:20], sealed.fingerprint, sealed.sealed.hex()):
            assert secret.encode() not in seen, f"{path} tells {secret}"
    assert asked >= 8


def test_incident_19_nothing_secret_is_the_same_in_two_houses(app: App) -> None:
    """No setting and no sample holds a secret that sessions would be made with: ids and tokens are random, each time."""
    with App() as another:
        another.fill()
        ids = [visited.signed_in().cookie for visited in (app, another, app)]
        tokens = [visited.signed_in().token() for visited in (app, another, app)]
    assert len(set(ids)) == len(set(tokens)) == 3
    assert all(len(text or "") >= 43 for text in (*ids, *tokens))


@pytest.mark.parametrize("token", ["", None, "null", "undefined", "0", False, [], {}])
def test_incident_27_an_empty_token_is_none(app: App, token: object) -> None:
    """No token matches a desk that has none, and nothing that stands for nothing matches the one that it has."""
    empty = app.renew(InMemoryStore().contents)
    for _ in range(2):
        answer = empty.client().post("/auth/setup/", {"token": token, "username": "mallory", "password": PASSWORD})
        assert answer.status in (403, 422)
        assert empty.run(empty.store.current()).access.admins == {}
        assert empty.run(empty.container.initial_setup().new_token()) is not None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/ai-models/browse-models/", None),
        ("GET", "/ai-models/browse-models/?provider=acme", None),
        ("GET", "/ai-models/browse-models/?provider=&capability=chat", None),
        ("POST", "/ai-models/select-model/", {"provider": "acme", "capability": "chat"}),
        ("POST", "/ai-models/select-model/", {"provider": "acme", "capability": "chat", "model_id": ""}),
        ("POST", "/ai-models/deselect-model/", {"provider": "acme"}),
        ("POST", "/ai-models/rollback/", {"capability": "chat"}),
        ("PUT", "/ai-providers/acme/key/", {"api_key": KEY}),
        ("DELETE", "/ai-providers/acme/key/", {}),
    ],
)
def test_incident_28_a_filter_that_is_left_out_is_missed(app: App, sara: Client, method: str, path: str, body: object) -> None:
    """It does not mean everything: the question is refused, and nothing is changed."""
    before = app.store.contents
    assert sara.ask(method, API + path, body).status == 422
    assert app.store.contents is before


@pytest.mark.parametrize(
    "sort", ["id;DROP TABLE providers", "(select 1)", "name--", "price,id", "-", "__class__", "pricing.prompt", "name\x00"]
)
def test_incident_33_sorting_takes_names_of_a_list_and_no_others(sara: Client, sort: str) -> None:
    """What is not one of them is refused by name."""
    path = f"/ai-models/browse-models/?provider=acme&capability=chat&sort={sort.replace(' ', '%20').replace(chr(0), '%00').replace(';', '%3B')}"
    answer = sara.get(path)
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "$.query.sort")


def test_incident_38_addresses_are_judged_by_our_own_table() -> None:
    """Not by the properties of Python's module, whose tables changed under those who trusted them."""
    import inspect

    from modeldesk.adapters.outbound import addresses, guard

    code = "\n".join(line for module in (addresses, guard) for line in code_lines(inspect.getsource(module)))
    assert not re.search(r"\.is_(global|private|reserved|link_local|loopback|multicast)\b", code)


def code_lines(source: str) -> Iterator[str]:
    """Without docstrings and comments."""
    import ast

    tree = ast.parse(source)
    for node in ast.walk(tree):
        body: Any = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[0].value.value = ""
    yield from ast.unparse(tree).splitlines()
