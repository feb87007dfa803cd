"""Vendors' keys over REST: entered, checked and removed, and never seen again."""

import logging
from collections.abc import Iterator

import pytest

from modeldesk.domain.model.keys.provider_key import Verdict
from modeldesk.domain.model.values.texts import Slug
from tests.support.app import API, DECLARED, App, Client
from tests.support.asgi import Answer

KEY, ANOTHER = "sk-0123456789-abcd-WXYZ", "sk-another-key-of-theirs"
SHARED = {"scope": "shared"}
ENTERED = {"scope": "shared", "api_key": KEY}
HOMELESS = {"slug": "homeless", "name": "Homeless", "display_name": "Homeless"}


@pytest.fixture(autouse=True)
def nothing_says_the_key(app: App, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No log line of any level, whatever a test does."""
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.records:
        assert KEY not in record.getMessage()
        assert KEY not in str(record.args)


def put(client: Client, body: object = ENTERED, slug: str = "acme", slash: str = "/") -> Answer:
    answer = client.ask("PUT", f"{API}/ai-providers/{slug}/key{slash}", body)
    assert KEY.encode() not in answer.body
    return answer


def delete(client: Client, body: object = SHARED, slug: str = "acme") -> Answer:
    return client.ask("DELETE", f"{API}/ai-providers/{slug}/key/", body)


def check(client: Client, body: object = SHARED, slug: str = "acme") -> Answer:
    answer = client.post(f"/ai-providers/{slug}/key/check/", body)
    assert KEY.encode() not in answer.body
    return answer


def reported(client: Client) -> object:
    """What a provider's answer says of its keys."""
    return client.get("/ai-providers/acme/").json["key"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_key_is_entered_and_never_answered(app: App, sara: Client, slash: str) -> None:
    """How it ends, when it was entered and by whom is told; it is kept sealed."""
    answer = put(sara, slash=slash)
    assert (answer.status, answer.one("cache-control")) == (200, "no-store")
    assert answer.json == {"provider": "acme", "scope": "shared", "hint": "WXYZ", "set_at": "2026-11-24T12:00:00.000Z", "set_by": "sara"}
    stored = app.run(app.store.current()).shared_key(Slug("acme"))
    assert stored is not None
    assert KEY.encode() not in stored.sealed
    for path in ("/ai-providers/", "/ai-providers/acme/", "/ai/dashboard/overview/", "/auth/me/"):
        assert KEY.encode() not in sara.get(path).body


def test_a_provider_tells_how_its_keys_stand(app: App, sara: Client, nima: Client) -> None:
    """To each who asks their own; how the key ends to super admins alone. What was held before is not unchanged."""
    before = [(client, client.get("/ai-providers/").tag) for client in (sara, nima)]
    put(sara)
    for client, held in before:
        assert client.get("/ai-providers/", {"if-none-match": held}).status == 200
    assert reported(sara) == {"shared": True, "personal": False, "usable": True, "hint": "WXYZ"}
    assert reported(nima) == {"shared": True, "personal": False, "usable": False, "hint": ""}
    app.put({**DECLARED[0], "allow_shared_for_normal_admins": True})
    assert reported(nima) == {"shared": True, "personal": False, "usable": True, "hint": ""}
    app.put({**DECLARED[0], "api_base_url": "https://elsewhere.example"})
    assert reported(sara) == {"shared": True, "personal": False, "usable": False, "hint": "WXYZ"}
    assert [entry["key"] for entry in sara.get("/ai-providers/").json["providers"]][1:] == [
        {"shared": False, "personal": False, "usable": False, "hint": ""}
    ] * 2


def test_a_key_is_removed(sara: Client) -> None:
    """Once; one that is not there is fine."""
    put(sara)
    for removed in (True, False):
        answer = delete(sara)
        assert (answer.status, answer.json) == (200, {"removed": removed})
    assert reported(sara) == {"shared": False, "personal": False, "usable": False, "hint": ""}


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_key_is_checked(app: App, sara: Client, verdict: Verdict) -> None:
    """By the vendor, whose verdict is answered with why and when."""
    put(sara)
    app.vendors.verdict = verdict
    answer = check(sara)
    assert (answer.status, answer.one("cache-control")) == (200, "no-store")
    assert answer.json == {"verdict": verdict.value, "detail": "the vendor knows this key", "checked_at": "2026-11-24T00:00:00.000Z"}
    assert app.vendors.asked == [("acme", KEY)]


def test_a_check_needs_no_body(app: App, sara: Client, nima: Client) -> None:
    """None is the same as an empty object: the shared key, for those who may. Another change of a key names which one."""
    put(sara)
    for body in (None, {}):
        assert check(sara, body).json["verdict"] == "valid"
        assert check(nima, body).status == 403
    assert app.vendors.asked == [("acme", KEY)] * 2
    assert [(answer.status, answer.json["type"].rpartition(":")[2]) for answer in (delete(sara, {}), check(sara, {"scope": "mine"}))] == [
        (422, "request-invalid")
    ] * 2
    assert delete(sara, None).status == 400


def test_the_shared_key_is_for_super_admins(app: App, sara: Client, nima: Client) -> None:
    """A normal one is refused, whether there is a key or not, and nothing happens."""
    put(sara)
    before = app.run(app.store.current()).keys
    for answer in (put(nima, {**ENTERED, "api_key": ANOTHER}), delete(nima), check(nima), delete(nima, slug="nobody")):
        assert (answer.status, answer.json["type"]) == (403, "urn:modeldesk:problem:not-allowed")
    assert app.run(app.store.current()).keys == before
    assert app.vendors.asked == []


def test_without_signing_in_there_are_no_keys(anonymous: Client) -> None:
    """401 to all three."""
    assert [answer.status for answer in (put(anonymous), delete(anonymous), check(anonymous))] == [401] * 3


def test_from_a_page_a_key_needs_the_token(app: App, sara: Client) -> None:
    """As every write by cookie."""
    origin = {"origin": "http://127.0.0.1:8000"}
    for method, path, body in (("PUT", "key/", ENTERED), ("DELETE", "key/", SHARED), ("POST", "key/check/", SHARED)):
        assert sara.ask(method, f"{API}/ai-providers/acme/{path}", body, origin).status == 403
    assert sara.ask("PUT", f"{API}/ai-providers/acme/key/", ENTERED, {**origin, "x-csrf-token": sara.token()}).status == 200


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (lambda sara: put(sara, slug="nobody"), 404, "provider-not-found"),
        (lambda sara: delete(sara, slug="nobody"), 404, "provider-not-found"),
        (lambda sara: check(sara, slug="nobody"), 404, "provider-not-found"),
        (lambda sara: put(sara, slug="homeless"), 409, "live-not-available"),
        (check, 409, "key-missing"),
    ],
)
def test_what_there_is_no_key_of(app: App, sara: Client, answer: object, status: int, code: str) -> None:
    """A provider that is not there, one without an address, and one whose key nobody has entered."""
    app.put(HOMELESS)
    refused = answer(sara)  # type: ignore[operator] # a question
    assert (refused.status, refused.json["type"]) == (status, f"urn:modeldesk:problem:{code}")


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({}, ["$", "$"]),
        ({"api_key": KEY}, ["$"]),
        ({"scope": "shared"}, ["$"]),
        ({"scope": "somebody's", "api_key": KEY}, ["$.scope"]),
        ({"scope": KEY, "api_key": "shared"}, ["$.scope"]),
        ({"scope": 1, "api_key": KEY}, ["$.scope"]),
        ({**ENTERED, "api_key": KEY + " x"}, ["$.api_key"]),
        ({**ENTERED, "api_key": "\u202e" + KEY}, ["$.api_key"]),
        ({**ENTERED, "api_key": [KEY]}, ["$.api_key"]),
        ({**ENTERED, "api_key": {"key": KEY}}, ["$.api_key"]),
        ({**ENTERED, "api_key": None}, ["$.api_key"]),
        ({**ENTERED, "api_key": KEY * 300}, ["$.api_key"]),
        ({**ENTERED, "api_key": ""}, ["$.api_key"]),
        ({**ENTERED, "provider": "acme"}, ["$"]),
        ({**ENTERED, KEY: "acme"}, ["$"]),
        ([KEY], ["$"]),
        (KEY, ["$"]),
    ],
)
def test_a_wrong_body_is_told_without_the_key(sara: Client, body: object, paths: list[str]) -> None:
    """422 with each place; whatever stood there is not quoted, wherever the key was put."""
    answer = put(sara, body)
    assert (answer.status, answer.one("content-type")) == (422, "application/problem+json")
    assert [problem["path"] for problem in answer.json["errors"]] == paths
    assert reported(sara) == {"shared": False, "personal": False, "usable": False, "hint": ""}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"scope": "shared", "api_key": "' + KEY.encode(), 400),
        (b"", 400),
        (None, 400),
        (b'{"api_key": "\xff' + KEY.encode() + b'"}', 400),
    ],
)
def test_a_broken_body_is_told_without_the_key(sara: Client, body: object, status: int) -> None:
    """Also where the break is within the key."""
    assert put(sara, body).status == status


def test_a_body_of_another_type_is_not_read(sara: Client) -> None:
    """415, as for every write."""
    answer = sara.ask("PUT", f"{API}/ai-providers/acme/key/", b'{"scope": "shared"}', {"content-type": "text/plain"})
    assert answer.status == 415


@pytest.mark.parametrize("query", ["?api_key=" + KEY, "?scope=shared"])
def test_a_key_in_the_address_is_refused(sara: Client, query: str) -> None:
    """Addresses end up in logs; what is refused does not say it again."""
    answer = sara.ask("PUT", f"{API}/ai-providers/acme/key/{query}", ENTERED)
    assert answer.status == 422
    assert KEY.encode() not in answer.body


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "key/"), ("POST", "key/"), ("PATCH", "key/"), ("GET", "key/check/"), ("PUT", "key/check/")]
)
def test_keys_cannot_be_read(sara: Client, method: str, path: str) -> None:
    """There is no such method, with a key or without."""
    put(sara)
    answer = sara.ask(method, f"{API}/ai-providers/acme/{path}", ENTERED if method != "GET" else None)
    assert answer.status == 405
    assert KEY.encode() not in answer.body


def test_a_key_is_there_for_the_other_worker_and_after_a_restart(stored: App, other_worker: App) -> None:
    """On both databases: sealed here, opened there."""
    assert put(stored.signed_in()).status == 200
    there = other_worker.signed_in()
    assert reported(there) == {"shared": True, "personal": False, "usable": True, "hint": "WXYZ"}
    assert check(there).json["verdict"] == "valid"
    assert other_worker.vendors.asked == [("acme", KEY)]
