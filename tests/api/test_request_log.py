"""Every request has an id that stands in its answer and in its lines, and one line that tells how it went."""

import asyncio
import ipaddress
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, cast

import pytest
from attrs import evolve
from dependency_injector import providers as injection
from litestar.types import Message, Receive, Scope, Send

from modeldesk.entrypoints.api.tracing import traced
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, PASSWORD, App, Client
from tests.support.log_capture import Lines, logged


@pytest.fixture
def lines(app: App) -> Iterator[Lines]:
    with logged(app.container.log_redaction(), debug=True) as lines:
        yield lines


def of_requests(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines.written if line["logger"] == "modeldesk.access"]


class BrokenClock:
    def __call__(self) -> datetime:
        raise ZeroDivisionError("broken")


@pytest.mark.parametrize("given", ["a", "A.b_c-9", "x" * 64, "0190c8a2-7f3b-7cc1-98c4-dc0c0c07398f"])
def test_a_good_id_is_taken_over(sara: Client, given: str) -> None:
    """So that whoever stands before us finds their request in our log."""
    assert sara.get("/ai-providers/", {"x-request-id": given}).one("x-request-id") == given


@pytest.mark.parametrize(
    "given",
    [[], [""], ["x" * 65], ["a b"], ["a\nb"], ["é"], ["a/b"], ["<script>"], ["a", "b"], ["a", "a"], ["a\r\nset-cookie: x=1"], ["a\x00"]],
)
def test_any_other_is_made_anew(sara: Client, given: list[str]) -> None:
    """Random, and never the same twice."""
    made = [sara.get("/ai-providers/", [("x-request-id", value) for value in given]).one("x-request-id") for _ in range(2)]
    assert made[0] != made[1]
    assert all(re.fullmatch("[0-9a-f]{32}", text or "") for text in made)


def test_no_two_workers_make_the_same_ids() -> None:
    """Some are made before a worker parts from its parent."""
    program = """
import os, sys
from modeldesk.entrypoints.request_id import new_request_id
new_request_id()
if (pid := os.fork()) == 0:
    print(new_request_id(), flush=True)
    os._exit(0)
os.waitpid(pid, 0)
print(new_request_id())
"""
    made = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
    assert len(made) == len(set(made)) == 2


async def test_the_status_in_a_line_is_a_number() -> None:
    """A handler may give an enum, whose name a terminal would show."""
    seen = list[object]()

    async def gone(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": HTTPStatus.GONE, "headers": []})

    async def send(_: Message) -> None:
        """Nobody reads it."""

    scope: Any = {"type": "http", "method": "GET", "path": "/", "headers": []}
    application = traced(gone, lambda _: "127.0.0.1", lambda headers, _: headers, lambda _, status, __: seen.append(type(status)))
    await application(scope, cast("Receive", None), send)
    assert seen == [int]


def test_one_line_for_each_request(sara: Client, anonymous: Client, lines: Lines) -> None:
    """Whatever came of it; without the query, with who asked and from where."""
    answers = [
        sara.get("/ai-providers/?is_active=true&x=secret-in-the-query"),
        sara.ask("HEAD", f"{API}/ai-providers/"),
        anonymous.get("/auth/me"),
        anonymous.ask("GET", "/nothing/at/all"),
        anonymous.ask("DELETE", "/health/live"),
        sara.get("/ai-providers/", {"if-none-match": "*"}),
        anonymous.ask("POST", "/v1/chat/completions"),
    ]
    reported = of_requests(lines)
    assert [(line["method"], line["path"], line["status"], line.get("admin")) for line in reported] == [
        ("GET", "/api/admin/ai-providers", 422, "sara"),
        ("HEAD", "/api/admin/ai-providers", 200, "sara"),
        ("GET", "/api/admin/auth/me", 401, None),
        ("GET", "/nothing/at/all", 404, None),
        ("DELETE", "/health/live", 405, None),
        ("GET", "/api/admin/ai-providers", 304, "sara"),
        ("POST", "/v1/chat/completions", 404, None),
    ]
    assert [line["request_id"] for line in reported] == [answer.one("x-request-id") for answer in answers]
    assert all(line["peer"] == "127.0.0.1" and line["duration_ms"] >= 0 and line["level"] == "info" for line in reported)
    assert "secret-in-the-query" not in lines.getvalue()


def test_a_health_check_that_finds_nothing_has_no_line(app: App, lines: Lines) -> None:
    """Orchestrators ask all day long. One that finds something, or asks wrongly, has its line."""
    client = app.client()
    paths = ("/health/live", "/health/ready", "/health/live/", "/health/nothing")
    assert [client.ask("GET", path).status for path in paths] == [200, 200, 200, 404]
    assert client.ask("HEAD", "/health/ready").status == 200
    with app.container.store.override(injection.Object(None)):
        assert client.ask("GET", "/health/ready").status == 500
    assert [(line["path"], line["status"]) for line in of_requests(lines)] == [("/health/nothing", 404), ("/health/ready", 500)]


def test_the_id_stands_in_every_line_of_its_request(app: App, sara: Client, lines: Lines) -> None:
    """And in the answer that says that the log knows more; two requests at once keep theirs."""

    async def story() -> list[Any]:
        asking = (app.client(sara.cookie).asking("GET", f"{API}/auth/me/", headers={"x-request-id": name}) for name in ("first", "second"))
        return await asyncio.gather(*asking)

    with app.container.clock.override(injection.Object(BrokenClock())):
        answers = app.run(story())
    assert [(answer.status, answer.json["request_id"]) for answer in answers] == [(500, "first"), (500, "second")]
    errors = [line for line in lines.written if line["level"] == "error"]
    assert [line["request_id"] for line in errors] == ["first", "second"]
    assert all("ZeroDivisionError" in line["exception"] for line in errors)
    assert "request_id" not in sara.get("/ai-providers/nobody").json


def test_work_that_goes_on_behind_an_answer_keeps_the_id(app: App, sara: Client, lines: Lines) -> None:
    """A refresh that a reader began tells whose it was."""
    live = {"slug": "live", "name": "L", "display_name": "L", "api_base_url": "https://live.example"}
    app.put({**live, "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}}})
    app.vendors.write("live", ["one"])
    assert sara.get("/ai-models/browse-models/?provider=live&capability=chat").status == 200
    app.vendors.lists["live"] = ZeroDivisionError("broken")  # type: ignore[assignment] # a mistake of ours, which is logged
    app.clock.forward(timedelta(minutes=20))

    def behind() -> list[str]:
        logged = [line for line in lines.written if line["logger"] == "modeldesk.adapters.concurrency.background"]
        return [line["request_id"] for line in logged if "exception" in line]

    async def story() -> None:
        path = f"{API}/ai-models/browse-models/?provider=live&capability=chat"
        await app.client(sara.cookie).asking("GET", path, headers={"x-request-id": "the-reader"})
        async with asyncio.timeout(60):
            while not behind():
                await asyncio.sleep(0.001)

    app.run(story())
    assert behind() == ["the-reader"]


def test_a_line_stays_one_line(app: App, sara: Client) -> None:
    """Whatever stands in an address or a method, also at a terminal."""
    with logged(app.container.log_redaction(), is_terminal=True) as lines:
        sara.ask("GET", f"{API}/ai-providers/a%0d%0aERROR%20forged%1b%5b31m{'x' * 5_000}")
    assert len(lines.getvalue().splitlines()) == 1
    assert "\x1b[31mx" not in lines.getvalue()
    assert len(lines.getvalue()) < 2_000


def test_the_address_is_the_one_that_is_believed() -> None:
    """As for attempts to sign in."""
    settings = evolve(Settings(), trusted_proxies=(ipaddress.ip_network("10.0.0.0/8"),))
    with App(settings=settings) as app, logged() as lines:
        for peer in ("10.0.0.1", "198.51.100.9"):
            app.run(app.client().asking("GET", "/", headers={"x-forwarded-for": "203.0.113.7"}, peer=peer))
    assert [line["peer"] for line in of_requests(lines)] == ["203.0.113.7", "198.51.100.9"]


class Talking:
    """A mistake of ours that tells all it knows, in a line and in a traceback."""

    def __init__(self, *known: str) -> None:
        self.known = known

    def __call__(self) -> datetime:
        logging.getLogger("chatty").error("I know %s", self.known)
        raise ZeroDivisionError(*self.known)


def test_what_opens_something_is_not_logged(app: App, lines: Lines) -> None:
    """Session, token, and whatever authorizes, from the headers of the request."""
    sara = app.signed_in("sara")
    token, session, bearer = sara.token(), str(sara.cookie), "mdt_0123456789abcdef0123"
    with app.container.clock.override(injection.Object(Talking(token, session, bearer))):
        for authorization in (f"Basic {bearer}", f"basic  {bearer}"):  # with Bearer and a cookie both, nobody is asked
            answer = app.client(session).get("/auth/me/", {"x-csrf-token": token, "authorization": authorization})
            assert answer.status == 500
    assert lines.getvalue().count("I know") == 2
    assert not [text for text in (token, session, bearer) if text in lines.getvalue()]


def test_passwords_and_keys_of_a_body_are_not_logged(app: App, lines: Lines) -> None:
    """As they were sent, and as JSON escapes them; in a body that is refused too."""
    words = [PASSWORD, 'quo"ted"-and-بلند', "sk-key-in-a-body"]
    body = {"username": "sara", "password": words[0], "new": words[1], "api_key": words[2]}
    knows = injection.Object(Talking(*words))
    with app.container.clock.override(knows):
        assert app.client().post("/auth/login/", {"username": "sara", "password": words[0]}).status == 500
    reported = lines.getvalue()
    assert ("I know" in reported, words[0] in reported) == (True, False)
    with logged(app.container.log_redaction()) as of_refusals:

        class Refusing:
            def query(self, *_: object) -> None:
                """Takes any."""

            def body(self, *_: object) -> None:
                Talking(*words)()

        with app.container.request_parser.override(injection.Object(Refusing())):
            for sent in (body, json.dumps(body, ensure_ascii=False).encode()[:-1]):
                assert app.client().post("/auth/login/", sent).status == 500
    reported = of_refusals.getvalue()
    assert reported.count("I know") == 2
    assert not [text for text in (words[0], "-and-", "بلند", words[2]) if text in reported]
