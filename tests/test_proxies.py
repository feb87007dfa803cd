"""Caddy and nginx with the shipped files, before a real server: what `docs/how-to/deploy.md` asks of a proxy is what they do."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from modeldesk.entrypoints.api.providers import LARGEST_DECLARATION
from tests.support.cli_folder import PASSWORD
from tests.support.preloaded import modeldesk
from tests.support.proxies import CLIENT, PROXY, Proxy, running
from tests.support.served_desk import serving, until

PROXIES = ["caddy", "nginx"]


@contextmanager
def desk_behind(proxy: Proxy, folder: Path, monkeypatch: pytest.MonkeyPatch, base: str = "") -> Iterator[None]:
    """A server that knows its public address and its proxy; below the path `base`, if that is not empty."""
    monkeypatch.setenv("MODELDESK_PUBLIC_URL", f"{proxy.origin}{base}")
    monkeypatch.setenv("MODELDESK_TRUSTED_PROXIES", PROXY)
    with serving(folder, port=proxy.upstream):
        yield


@pytest.fixture(scope="module", params=PROXIES)
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Path]]:
    """A proxy with a desk behind it, and the desk's folder."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        monkeypatch = stack.enter_context(pytest.MonkeyPatch.context())
        proxy = stack.enter_context(running(request.param, folder))
        stack.enter_context(desk_behind(proxy, folder, monkeypatch))
        command("admin", "create", "sara", "--password-stdin", folder=folder, typed=f"{PASSWORD}\n")
        yield proxy, folder


def command(*words: str, folder: Path, typed: str = "") -> str:
    """What a command prints in the desk's folder."""
    with modeldesk(*words, folder=folder, stdin=-1, stdout=-1, stderr=-1, text=True) as running_command:
        printed, errors = running_command.communicate(typed, timeout=60)
    assert running_command.returncode == 0, errors
    return str(printed)


def asked(connection: HTTPConnection, method: str, path: str, body: bytes | None = None, **headers: str) -> HTTPResponse:
    """An answer; its connection is closed."""
    with closing(connection):
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        return answer


def peers(folder: Path, path: str) -> list[str]:
    """From where the requests of a path came, as the desk's log has it."""
    written = (folder / "log").read_text(encoding="utf-8").rpartition("\n")[0]  # the last line may be written at this moment
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    return [line["peer"] for line in lines if line.get("path") == path]


def test_plain_http_is_sent_to_https(proxied: tuple[Proxy, Path]) -> None:
    """With its path, and by a status that keeps the method."""
    proxy, _ = proxied
    answer = asked(proxy.connect_plain(), "GET", "/admin/?x=1", Host="localhost")
    assert answer.status == 308
    # Caddy was told that its port is the usual one for https.
    assert answer.headers["Location"].replace(f":{proxy.secure}", "") == "https://localhost/admin/?x=1"


def test_the_clients_address_arrives_and_cannot_be_chosen(proxied: tuple[Proxy, Path]) -> None:
    """Failed sign-ins are counted by it."""
    proxy, folder = proxied
    assert asked(proxy.connect(), "GET", "/admin/sign-in", X_Forwarded_For="203.0.113.7").status == 200
    until(lambda: peers(folder, "/admin/sign-in") != [])
    assert peers(folder, "/admin/sign-in") == [CLIENT]


def test_a_sign_in_works_at_the_public_address(proxied: tuple[Proxy, Path]) -> None:
    """Its form comes from there, and its cookie is sent over https alone."""
    proxy, _ = proxied
    body = json.dumps({"username": "sara", "password": PASSWORD}).encode()
    answer = asked(proxy.connect(), "POST", "/api/admin/auth/login", body, Content_Type="application/json", Origin=proxy.origin)
    assert answer.status == 200
    assert "Secure" in answer.headers["Set-Cookie"]


def test_the_longest_import_arrives_and_a_longer_body_does_not(proxied: tuple[Proxy, Path]) -> None:
    """Modeldesk answers the first, which nobody signed; nginx the second, by its length. Caddy counts what arrives."""
    proxy, _ = proxied
    path = "/api/admin/ai-providers/import/"
    inside = asked(proxy.connect(), "POST", path, b" " * LARGEST_DECLARATION, Content_Type="application/json")
    assert (inside.status, "X-Request-ID" in inside.headers) == (401, True)
    if proxy.refuses_by_length:
        with closing(proxy.connect()) as connection:
            connection.putrequest("POST", path)
            connection.putheader("Content-Length", str(65 * 2**20))
            connection.endheaders(b" " * 1000)
            assert connection.getresponse().status == 413


def test_events_arrive_at_once(proxied: tuple[Proxy, Path]) -> None:
    """Neither the beginning of a stream nor an event waits for more."""
    proxy, folder = proxied
    token = command("tokens", "create", "shop", "--scope", "resolve", folder=folder).strip()
    with closing(proxy.connect()) as connection:
        connection.request("GET", "/api/events", headers={"Authorization": f"Bearer {token}"})
        stream = connection.getresponse()
        assert (stream.status, bool(stream.readline())) == (200, True)
        command("models", "select", "anthropic", "chat", "claude-opus-5", folder=folder)
        while b"refetchEvaluation" not in (line := stream.readline()):
            assert line, "the stream ended"


def test_requests_wait_for_a_desk_that_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Caddy, as in `compose.yaml`: a restart is a pause, and no error."""
    with running("caddy", tmp_path) as proxy:
        found: list[int] = []
        waiting = threading.Thread(target=lambda: found.append(asked(proxy.connect(), "GET", "/health/live").status))
        waiting.start()
        time.sleep(0.5)
        assert not found
        with desk_behind(proxy, tmp_path, monkeypatch):
            waiting.join(timeout=60)
        assert found == [200]


@pytest.mark.parametrize("name", ["caddy-path", "nginx-path"])
def test_below_a_path_all_is_the_desks_and_nothing_else(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare path leads to the panel, a sign-in works, its cookie stays below the path, events come at once; other paths are the site's."""
    with running(name, tmp_path) as proxy, desk_behind(proxy, tmp_path, monkeypatch, "/desk"):
        command("admin", "create", "sara", "--password-stdin", folder=tmp_path, typed=f"{PASSWORD}\n")
        bare = asked(proxy.connect(), "GET", "/desk")
        assert bare.status in (303, 307, 308)
        assert bare.headers["Location"].removeprefix(proxy.origin) in ("/desk/", "/desk/admin/")
        assert asked(proxy.connect(), "GET", "/desk/admin/").headers["Location"].startswith("/desk/admin/sign-in")
        body = json.dumps({"username": "sara", "password": PASSWORD}).encode()
        answer = asked(proxy.connect(), "POST", "/desk/api/admin/auth/login", body, Content_Type="application/json", Origin=proxy.origin)
        assert answer.status == 200
        assert "Path=/desk/;" in answer.headers["Set-Cookie"]
        token = command("tokens", "create", "shop", "--scope", "resolve", folder=tmp_path).strip()
        with closing(proxy.connect()) as connection:
            connection.request("GET", "/desk/api/events", headers={"Authorization": f"Bearer {token}"})
            stream = connection.getresponse()
            assert (stream.status, bool(stream.readline())) == (200, True)
        assert "Content-Security-Policy" in asked(proxy.connect(), "GET", "/desk/admin/sign-in").headers
        for path in ("/", "/admin/sign-in", "/desktop"):
            assert "Content-Security-Policy" not in asked(proxy.connect(), "GET", path).headers
