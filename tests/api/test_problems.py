"""Refusals, one shape for all of them: `application/problem+json` with a status of the table, and nothing of our insides."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from dependency_injector import providers as injection

from modeldesk.domain import errors
from modeldesk.domain.errors import ModeldeskError, Problem, Reason
from modeldesk.entrypoints.api.problems import MOST_LISTED, TITLES
from modeldesk.entrypoints.error_status import STATUSES, status_of
from tests.support.app import API, App, Client
from tests.support.asgi import Answer

CONTRACT = {400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 502, 503}
MIB = 1024 * 1024


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """The problem in an answer, whose shape is held to the contract."""
    assert answer.status == status
    assert answer.one("content-type") == "application/problem+json"
    assert answer.one("content-length") in (None, str(len(answer.body)))
    found: dict[str, Any] = answer.json
    named = ["request_id"] if status in (500, 503) else []
    assert list(found) == ["type", "title", "status", "detail", "errors", *named]
    assert not named or found["request_id"] == answer.one("x-request-id")
    assert (found["status"], found["title"]) == (status, TITLES[status])
    assert found["type"].startswith("urn:modeldesk:problem:")
    assert all(list(entry) == ["path", "message"] for entry in found["errors"])
    return found


@pytest.mark.parametrize("path", ["/nothing", API, f"{API}/", f"{API}/nothing", "/api", "/health", "/static/", "/adminx", "/metricsx"])
def test_an_address_that_is_none(anonymous: Client, path: str) -> None:
    """404 for everybody, and what a later version brings does not exist yet."""
    for method in ("GET", "HEAD", "POST", "DELETE", "PROPFIND", "OPTIONS"):
        answer = anonymous.ask(method, path)
        if method == "HEAD":
            assert (answer.status, answer.body) == (404, b"")
        else:
            assert problem(answer, 404)["detail"] == "there is nothing at this address"


def test_the_bare_address_leads_to_the_panel(anonymous: Client) -> None:
    """By GET alone, for everybody; the document of the interface does not know it."""
    for method in ("GET", "HEAD"):
        answer = anonymous.ask(method, "/")
        assert (answer.status, answer.one("location"), answer.body) == (303, "/admin/", b"")
    assert "/" not in anonymous.ask("GET", "/schema/openapi.json").json["paths"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"{API}/ai-providers/", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", f"{API}/ai-providers/acme/", {"GET", "HEAD", "OPTIONS", "PATCH"}),
        ("POST", f"{API}/ai-models", {"GET", "HEAD", "OPTIONS"}),
        ("GET", f"{API}/ai-models/select-model/", {"POST", "OPTIONS"}),
        ("GET", f"{API}/auth/login", {"POST", "OPTIONS"}),
        ("PROPFIND", f"{API}/auth/me/", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/health/live", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/schema", {"GET", "OPTIONS"}),
        ("PUT", "/static/schema.css", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_method_that_an_address_does_not_take(sara: Client, method: str, path: str, allowed: set[str]) -> None:
    """405, and Allow lists those that it takes."""
    answer = sara.ask(method, path)
    problem(answer, 405)
    assert allowed <= set((answer.one("allow") or "").split(", "))


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/ai-providers/acme/capabilities/chat/", {"GET", "HEAD", "PUT", "DELETE"}),
        ("/ai-providers/acme", {"GET", "HEAD", "PATCH"}),
        ("/ai-providers/acme/key/", {"PUT", "DELETE"}),
        ("/admins/", {"GET", "HEAD", "POST"}),
        ("/ai-models/", {"GET", "HEAD"}),
    ],
)
def test_options_lists_every_method_of_an_address(sara: Client, path: str, methods: set[str]) -> None:
    """It lists the methods of all handlers, as the answer 405 does."""
    answered, refused = sara.ask("OPTIONS", f"{API}{path}"), sara.ask("TRACE", f"{API}{path}")
    assert (answered.status, refused.status) == (204, 405)
    for answer in (answered, refused):
        assert set((answer.one("allow") or "").split(", ")) == {*methods, "OPTIONS"}


def test_not_signed_in(anonymous: Client) -> None:
    """401 says where to."""
    found = problem(anonymous.get("/ai-providers/"), 401)
    assert found["type"] == "urn:modeldesk:problem:unauthorized"
    assert "POST /api/admin/auth/login/" in found["detail"]


def test_a_body_that_is_too_large(app: App, sara: Client) -> None:
    """1 MiB, announced or not; at the limit it is read, and judged by what it says."""
    choice = json.dumps({"provider": "acme", "capability": "chat", "model_id": "large"}).encode()
    fits = choice + b" " * (MIB - len(choice))
    assert sara.post("/ai-models/select-model/", fits).status == 200
    for path in ("/ai-models/select-model/", "/ai-models/deselect-model/", "/ai/dashboard/cache/clear/", "/auth/logout/"):
        problem(sara.post(path, fits + b" "), 413)
        problem(app.run(sara.asking("POST", API + path, fits + b" ", announced=False)), 413)
    assert sara.get("/auth/me/").status == 200


def test_a_body_that_is_announced_too_large_is_not_awaited(app: App, sara: Client) -> None:
    """The caller may wait for the refusal before sending it."""
    announced = {"content-length": str(MIB + 1)}
    problem(app.run(sara.asking("POST", f"{API}/ai-models/select-model/", {}, announced, leaves=True)), 413)


def test_a_caller_who_leaves_in_the_middle(app: App, sara: Client, caplog: pytest.LogCaptureFixture) -> None:
    """400 into the void, nothing written, and no alarm in the log."""
    body = {"provider": "acme", "capability": "chat", "model_id": "large"}
    problem(app.run(sara.asking("POST", f"{API}/ai-models/select-model/", body, leaves=True)), 400)
    problem(app.run(app.client().asking("POST", f"{API}/auth/login/", {"username": "sara", "password": "x"}, leaves=True)), 400)
    assert sara.get("/ai-models/").json["count"] == 0
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_broken_json_is_told_with_its_place(sara: Client) -> None:
    """Line and column, for who writes it by hand."""
    found = problem(sara.post("/ai-models/select-model/", b'{\n  "provider": oops}'), 400)
    assert found["type"] == "urn:modeldesk:problem:malformed"
    assert "line 2, column 15" in found["detail"]


def test_thousands_of_faults_are_not_all_told(sara: Client) -> None:
    """The first hundred, and how many there are."""
    body = json.dumps({f"key-{number}": 1 for number in range(5_000)}).encode()
    found = problem(sara.post("/ai-models/deselect-model/", body), 422)
    assert len(found["errors"]) == MOST_LISTED
    assert "first 100" in found["detail"]
    assert len(json.dumps(found)) < 50_000


def every_error() -> Iterator[type[ModeldeskError]]:
    waiting: list[type[ModeldeskError]] = [ModeldeskError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind is not ModeldeskError:
            yield kind


@pytest.mark.parametrize("kind", sorted(set(every_error()), key=lambda kind: kind.__name__), ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_a_status(kind: type[ModeldeskError]) -> None:
    """One of the contract's, by its family; an error that is added without one fails here."""
    status = status_of(kind.__new__(kind))
    assert status in CONTRACT
    assert status in TITLES


def test_the_statuses_of_the_families() -> None:
    """As the contract has them."""
    named = {kind.__name__: status for kind, status in STATUSES.items()}
    assert named == {
        "Invalid": 422,
        "Malformed": 400,
        "DeclarationBroken": 400,
        "NotFound": 404,
        "Conflict": 409,
        "Outdated": 412,
        "SignInRefused": 401,
        "FederatedSignInRefused": 401,
        "TooManyAttempts": 429,
        "NotAllowed": 403,
        "SignedOut": 401,
        "TooSoon": 429,
        "TooManyEvaluations": 429,
        "TooManyStreams": 429,
        "VendorFailed": 502,
        "Unavailable": 503,
    }


def test_every_name_for_programs_is_used_once() -> None:
    """A program that knows the name knows what it means."""
    # By its full name: attrs makes a slotted class anew, and the first one lives on until it is collected.
    codes = {f"{kind.__module__}.{kind.__qualname__}": kind.code for kind in every_error() if "code" in vars(kind)}
    assert len(codes) == len(set(codes.values()))


class BrokenClock:
    """A mistake of ours, with something in it that is nobody's business."""

    def __call__(self) -> datetime:
        raise ZeroDivisionError("secret-inside")


def test_a_mistake_of_ours_tells_nothing_and_is_logged(app: App, sara: Client, caplog: pytest.LogCaptureFixture) -> None:
    """500: the log has the traceback, the answer a sentence; the next request is answered."""
    with app.container.clock.override(injection.Object(BrokenClock())):
        answer = app.client(sara.cookie).get("/auth/me/")
    found = problem(answer, 500)
    assert found["detail"] == "something went wrong here; it was logged"
    assert b"secret" not in answer.body
    assert b"ZeroDivision" not in answer.body
    assert answer.one("x-content-type-options") == "nosniff"
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert record.exc_info is not None
    assert "secret-inside" in str(record.exc_info[1])
    assert sara.cookie not in caplog.text
    assert sara.get("/auth/me/").status == 200


def test_a_line_in_the_log_stays_one_line(app: App, sara: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever stands in the address: nobody writes lines of their own into our log."""
    with app.container.clock.override(injection.Object(BrokenClock())):
        sara.get("/ai-providers/a%e2%80%a8ERROR%20forged")  # a line separator; line ends themselves name nothing, and are 404
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(record.getMessage().splitlines()) == 1


def test_a_declaration_is_refused_with_its_places() -> None:
    """Each problem with its path, line and column."""
    from modeldesk.entrypoints.api.problems import refused

    answer = refused(None, errors.DeclarationInvalid([Problem("$.providers[3].slug", Reason("blank"), 4, 2)]))  # type: ignore[arg-type] # not asked
    assert (answer.status_code, answer.content["errors"]) == (
        422,
        [{"path": "$.providers[3].slug", "message": "must not be blank", "line": 4, "column": 2}],
    )
