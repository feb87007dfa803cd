"""What a stranger may send without stopping the server for everybody: everything is measured before work on it begins."""

import logging
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.entrypoints.api import head_bounds
from modeldesk.entrypoints.log_redaction import LogRedactor
from modeldesk.entrypoints.panel.forms import LARGEST_PLAIN_FORM, MOST_FIELDS
from modeldesk.entrypoints.secret_traces import STEPS_PER_CHARACTER, TracePass
from modeldesk.entrypoints.settings import Settings
from tests.support.app import API, PASSWORD, App, Client
from tests.support.asgi import Answer
from tests.support.log_capture import logged
from tests.support.panel_client import signed_in

MARKS = "a" + "\u0315" * 30_000 + "\u0327" * 30_000
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": "http://127.0.0.1:8000"}


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    """Filled, in memory."""
    with App(InMemoryStore(), Settings()) as app:
        yield app.fill()


@pytest.fixture
def stranger(app: App) -> Client:
    return app.client()


@pytest.fixture
def longest_normalized(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of all texts that were normalized."""
    lengths, normalize = [0], unicodedata.normalize

    def noted(form: str, text: str) -> str:
        lengths.append(len(text))
        return normalize(form, text)  # type: ignore[arg-type] # a literal there

    monkeypatch.setattr(unicodedata, "normalize", noted)
    return lengths


def test_a_body_of_many_unknown_members(stranger: Client) -> None:
    """Who is not signed in gets the first few errors alone."""
    answer = stranger.post("/auth/login/", {f"key-{number}": 1 for number in range(900)})
    assert (answer.status, len(answer.json["errors"])) == (422, 20)
    assert answer.json["detail"] == "902 problems; errors lists the first 20"
    assert len(answer.body) < 3_000


def sent_form(client: Client, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> Answer:
    return client.ask("POST", path, urlencode(fields).encode(), FORM)


@pytest.mark.parametrize("field", ["username", "password"])
def test_marks_in_a_sign_in_form(stranger: Client, longest_normalized: list[int], field: str) -> None:
    """60,000 combining marks took seconds to bring in order; now they are counted, refused, and not sent back."""
    for marks, status in ((MARKS, 413), (MARKS[15_000:45_000], 422)):
        answer = sent_form(stranger, "/admin/sign-in", {"username": "sara", "password": PASSWORD, field: marks})
        assert answer.status == status
        assert len(answer.body) < 10_000
    assert max(longest_normalized) < 600


@pytest.mark.parametrize("field", ["username", "password"])
def test_marks_in_a_json_sign_in(stranger: Client, longest_normalized: list[int], field: str) -> None:
    """Within the 16 KiB of such a body too."""
    answer = stranger.post("/auth/login/", {"username": "sara", "password": PASSWORD, field: MARKS[28_600:31_200]})
    assert answer.status == 422
    assert max(longest_normalized) < 600


@pytest.mark.parametrize("path", ["/admin/sign-in", "/admin/language", "/admin/setup", "/admin/admins", "/admin/import"])
def test_a_form_of_countless_fields(stranger: Client, path: str) -> None:
    """413 before one of them is read, whether or not anybody is signed in; nothing of it comes back."""
    answer = sent_form(stranger, path, [(f"f{number}", "") for number in range(MOST_FIELDS + 1)])
    assert answer.status == 413
    assert len(answer.body) < 10_000


def test_a_plain_form_of_megabytes(app: App) -> None:
    """It was decoded in one go, which took a second; files and long texts are sent as multipart."""
    sara = signed_in(app, "sara")
    short, long = (sara.send("/admin/import", {"declaration": "x" * size, "act": "look"}) for size in (1_000, LARGEST_PLAIN_FORM))
    assert (short.status, long.status) == (400, 413)


def test_a_form_of_190000_fields(stranger: Client) -> None:
    """It took seconds, and came back as nine megabytes."""
    answer = stranger.ask("POST", "/admin/admins", b"&".join([b"a="] * 190_000), FORM)
    assert answer.status in (401, 413)
    assert len(answer.body) < 10_000


def test_tokens_that_look_like_the_path(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen headers of 4 KB and a path of 1 KB took seconds in the search for secrets: now it is the head that is refused, or the search is short."""
    steps, spans = list[int](), TracePass.spans

    def counted(passing: TracePass) -> Iterator[tuple[int, int]]:
        yield from spans(passing)
        steps.append(passing.steps)
        assert passing.steps <= STEPS_PER_CHARACTER * len(passing.text)

    monkeypatch.setattr(TracePass, "spans", counted)
    path, token = "/" + "a" * 1_000, ("x-csrf-token", "a" * 4_000)
    redactor = LogRedactor()
    with logged(redactor) as lines:
        assert stranger.ask("GET", path, headers=[token] * 16).status == 431
        assert stranger.ask("GET", path, headers=[token] * 7).status == 404
    assert [line["path"] for line in lines.written if "path" in line] == ["/****", "/****"]
    assert len(steps) == 2


def multipart(*parts: str) -> tuple[bytes, dict[str, str]]:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return body.encode(), {**FORM, "content-type": "multipart/form-data; boundary=b"}


def test_a_form_of_countless_parts(stranger: Client) -> None:
    """The same for forms with files."""
    body, headers = multipart(*(f'Content-Disposition: form-data; name="f{number}"\r\n\r\n' for number in range(MOST_FIELDS + 1)))
    assert stranger.ask("POST", "/admin/sign-in", body, headers).status == 413


@pytest.mark.parametrize("charset", ["punycode", "idna", "utf-7", "hex", "nothing"])
def test_a_part_in_another_charset(stranger: Client, charset: str) -> None:
    """Decoding punycode takes the square of its length, and browsers send UTF-8 alone."""
    head = 'Content-Disposition: form-data; name="username"\r\nContent-Type: text/plain; charset='
    body, headers = multipart(f"{head}{charset}\r\n\r\n{'-ba' * 1_000}")
    assert stranger.ask("POST", "/admin/sign-in", body, headers).status == 400
    body, headers = multipart(f"{head}UTF-8\r\n\r\nsara", f'Content-Disposition: form-data; name="password"\r\n\r\n{PASSWORD}')
    assert stranger.ask("POST", "/admin/sign-in", body, headers).status == 303


HEADS = {
    "path": (f"/{'x' * head_bounds.LONGEST_PATH}", {}, 404),
    "query": (f"/admin/sign-in?next={'x' * head_bounds.LONGEST_QUERY}", {}, 422),
    "parameters": (f"/health/live?{'&' * head_bounds.MOST_PARAMETERS}", {}, 422),
    "header": ("/health/live", {"x-csrf-token": "a" * head_bounds.LARGEST_HEADERS}, 431),
    "headers": (f"{API}/auth/me/", {f"x-{number}": "" for number in range(head_bounds.MOST_HEADERS)}, 431),
}


@pytest.mark.parametrize("case", HEADS)
def test_a_head_that_is_too_large(stranger: Client, case: str, caplog: pytest.LogCaptureFixture) -> None:
    """Address, query and headers are measured before anything reads them; the refusal is short, and the log has a line."""
    path, headers, status = HEADS[case]
    with caplog.at_level(logging.INFO, "modeldesk.access"):
        answer = stranger.ask("GET", path, headers=headers)
    assert answer.status == status
    assert answer.json["status"] == status
    assert answer.one("content-type") == "application/problem+json"
    assert answer.one("x-content-type-options") == "nosniff"
    assert answer.one("cache-control") == "no-store"
    assert answer.one("x-request-id")
    assert len(answer.body) < 500
    assert [record.__dict__["status"] for record in caplog.records] == [status]
    assert stranger.ask("HEAD", path, headers=headers).body == b""


def test_a_head_at_its_bounds(stranger: Client) -> None:
    """What just fits is answered as ever."""
    path = f"/health/live?{'&' * (head_bounds.MOST_PARAMETERS - 1)}"
    assert stranger.ask("GET", path, headers={"x-large": "a" * (head_bounds.LARGEST_HEADERS - 100)}).status == 200
