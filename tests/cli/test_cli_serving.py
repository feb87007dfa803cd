"""`modeldesk serve`: what happens before it serves. That it then answers is shown in `tests/test_guide.py`."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import Iterator

import pytest
from attrs import evolve

from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.serving import ensure_seeded, opened, proxy_advice, welcome
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.server.listening import another_port
from modeldesk.entrypoints.settings import load_settings
from tests.support.cli_folder import CLAUDE, COHERE, PASSWORD, ROOT, Folder
from tests.support.ports import free_port, is_port_free
from tests.support.preloaded import modeldesk
from tests.support.served_desk import serving, until

HINT = "No admin yet. Create one: modeldesk admin create NAME"


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port at which somebody listens already."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield str(listening.getsockname()[1])


def test_the_first_start_says_all_that_is_needed(folder: Folder) -> None:
    """What was imported, where to go, how to get in; and it serves there, until it is told to end."""
    folder.declare(CLAUDE, COHERE)
    port = free_port()
    process = modeldesk("serve", "--port", str(port), folder=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        reported = [process.stdout.readline().rstrip("\n") for _ in range(9)]
        address = f"http://127.0.0.1:{port}"
        document = f"  API reference  {address}/schema"
        set_up = f"{address}/api/admin/auth/setup/"
        assert reported[:8] == [
            folder.creation,
            f"📦 Imported 2 providers from {folder.path}/providers.json",
            f"Modeldesk serves at {address}",
            f"  panel          {address}/admin/",
            f"  REST           {address}/api/admin/",
            document,
            HINT,
            "Or in a browser, once and within an hour:",
        ]
        link = f"  set-up         {address}/admin/setup?token="
        assert reported[8].startswith(link)
        assert urllib.request.urlopen(f"{address}/health/ready", timeout=30).status == 200  # at the first try: it is said when it is true
        body = {"token": reported[8].removeprefix(link), "username": "sara", "password": PASSWORD}
        request = urllib.request.Request(set_up, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.loads(answer.read())["role"] == "super"
    finally:
        process.terminate()
        out, errors = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "")
    *_, last = [json.loads(line) for line in errors.splitlines()]  # not a terminal, so every line is JSON
    assert (last["event"], last["method"], last["path"], last["status"]) == ("request", "POST", "/api/admin/auth/setup", 200)
    assert body["token"] not in errors
    assert PASSWORD not in errors


@pytest.mark.parametrize("workers", [1, 3])
def test_a_server_that_was_killed_leaves_nobody_at_its_port(folder: Folder, workers: int) -> None:
    """Its workers hear that it is gone, and end: whoever starts it again finds the port free."""
    folder.declare(CLAUDE)
    with serving(folder.path, "--workers", str(workers)) as desk:
        desk.process.kill()
        until(lambda: is_port_free(desk.port))


def test_a_port_that_is_taken_is_told_first(folder: Folder, taken_port: str) -> None:
    """With another one to take, before an address is named at which somebody else answers, and before anything is made."""
    other = another_port(int(taken_port))
    assert folder.refused("serve", "--port", taken_port) == [
        f"Error: port {taken_port} at 127.0.0.1 is in use; take another one: --port {other} (make run PORT={other})"
    ]
    assert list(folder.path.iterdir()) == []


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make here")
@pytest.mark.parametrize(
    ("given", "exported", "options"),
    [
        ([], {}, ["serve"]),
        (["PORT=8001"], {}, ["serve", "--port", "8001"]),
        ([], {"PORT": "8001"}, ["serve", "--port", "8001"]),
        (["PORT=8001", "HOST=::1"], {}, ["serve", "--port", "8001", "--host", "::1"]),
        ([], {"HOST": "the-machine"}, ["serve"]),
    ],
)
def test_make_hands_on_where_to_serve(given: list[str], exported: dict[str, str], options: list[str]) -> None:
    """A host from its command line alone: some shells export one of that name. The tests themselves may be run by a make."""
    kept = {name: value for name, value in os.environ.items() if name not in ("HOST", "PORT", "MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(["make", "--dry-run", "run", *given], cwd=ROOT, env=kept | exported, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].split()[1:] == options


def test_an_address_that_is_not_ours_is_told(folder: Folder) -> None:
    """Not an address of this machine."""
    (reported,) = folder.refused("serve", "--host", "192.0.2.1")
    assert reported.startswith("Error: cannot listen on port 8000 at 192.0.2.1: ")


@pytest.mark.parametrize("options", [["--port", "0"], ["--port", "65536"], ["--port", "x"], ["--workers", "0"]])
def test_what_cannot_be_meant_is_wrong_usage(folder: Folder, options: list[str]) -> None:
    """Nothing is made."""
    assert "Invalid value for" in folder.refused("serve", *options, exits=2)[-1]


def test_a_first_start_with_a_bad_declaration_ends(folder: Folder) -> None:
    """With its errors, and without a provider; nothing is served."""
    folder.declare(CLAUDE, {"slug": "b", "name": 5})
    printed = folder.type("serve", "--port", str(free_port()), exits=1)
    assert printed.lines == [folder.creation]
    assert [line.split(":")[0] for line in printed.errors] == ["$.providers[1].name"]
    assert folder.type("providers", "list", "--format", "json").json["count"] == 0


def test_a_newer_schema_is_not_served(desk: Folder) -> None:
    """As every other command refuses it."""
    desk.execute("UPDATE alembic_version SET version_num = '9999'")
    (reported,) = desk.refused("serve", "--port", str(free_port()))
    assert reported.startswith("Error: the database has schema 9999, newer than")


def test_a_desk_with_providers_is_never_imported_into(desk: Folder) -> None:
    """Whatever the file says by now, also when it is broken; all may be switched off."""
    desk.type("providers", "disable", "cohere")
    desk.type("providers", "disable", "anthropic")
    desk.write("providers.json", "{")
    before = desk.state()
    assert len(run_creating(ensure_seeded, open_container()).providers) == 2
    assert desk.state() == before


def test_instances_that_start_together_import_once(folder: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    """And one of them says so: the others imported nothing."""
    folder.declare(CLAUDE, COHERE)

    async def both(container: Container) -> list[Snapshot]:
        return await asyncio.gather(ensure_seeded(container), ensure_seeded(container))

    assert [len(snapshot.providers) for snapshot in run_creating(both, open_container())] == [2, 2]
    assert capsys.readouterr().out.count("Imported") == 1


def test_the_welcome_names_the_address_to_go_to(desk: Folder) -> None:
    """The public one where it is set, IPv6 in brackets; the hint stands until somebody may sign in."""
    snapshot = run_creating(ensure_seeded, open_container())
    settings = load_settings()
    assert welcome(settings, snapshot)[0] == "Modeldesk serves at http://127.0.0.1:8000"
    assert welcome(evolve(settings, host="::1", port=9), snapshot)[0] == "Modeldesk serves at http://[::1]:9"
    public = welcome(evolve(settings, public_url="https://desk.example.org"), snapshot)
    assert public[1] == "  panel          https://desk.example.org/admin/"
    assert public[2] == "  REST           https://desk.example.org/api/admin/"
    assert public[-1] == HINT
    desk.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD)
    assert HINT not in welcome(settings, run_creating(ensure_seeded, open_container()))


def test_a_server_at_all_addresses_names_those_for_browsers(desk: Folder) -> None:
    """No browser can go to 0.0.0.0. Forms from each of the named ones are accepted, and from no other."""
    settings = evolve(load_settings(), host="0.0.0.0", port=9)
    lines = welcome(settings, run_creating(ensure_seeded, open_container()))
    assert lines[1] == "  panel          http://localhost:9/admin/"
    named = ["http://localhost:9", *lines[4].removeprefix("Browsers may also use: ").split(", ")]
    assert {"http://127.0.0.1:9", f"http://{socket.gethostname().lower()}:9"} <= set(named)
    assert not any("[" in url for url in named)
    assert "http://[::1]:9" in evolve(settings, host="::").own_origins
    assert sorted(named) == list(settings.own_origins)
    assert not any("0.0.0.0" in line for line in lines)


@pytest.mark.parametrize(
    ("host", "given", "told"),
    [
        ("127.0.0.1", {}, []),
        ("0.0.0.0", {"MODELDESK_PUBLIC_URL": "https://desk.example.org", "MODELDESK_TRUSTED_PROXIES": "10.0.0.1"}, []),
        ("0.0.0.0", {"MODELDESK_PUBLIC_URL": "https://desk.example.org"}, ["MODELDESK_TRUSTED_PROXIES is not set"]),
        ("192.0.2.1", {"MODELDESK_TRUSTED_PROXIES": "10.0.0.1"}, ["MODELDESK_PUBLIC_URL is not set"]),
        ("192.0.2.1", {}, ["without TLS", "https only", "deadlines for slow clients", "MODELDESK_TRUSTED_PROXIES"]),
        ("::", {"MODELDESK_COOKIE_SECURE": "false"}, ["without TLS", "so do cookies", "MODELDESK_PUBLIC_URL"]),
    ],
)
def test_a_server_that_others_reach_says_what_a_proxy_must_bring(host: str, given: dict[str, str], told: list[str]) -> None:
    """Nothing on loopback, and nothing where the proxy is named."""
    advice = " ".join(proxy_advice(evolve(load_settings(given), host=host)))
    assert bool(advice) is bool(told)
    assert [words for words in told if words not in advice] == []


def test_the_first_start_tells_a_token_once(desk: Folder) -> None:
    """A new one at each start, which alone is good then; none where there is an admin. Only its digest is in the database."""
    (_, first), (snapshot, second) = run_creating(opened, open_container()), run_creating(opened, open_container())
    assert None is not first != second is not None
    assert welcome(load_settings(), snapshot, second)[-2:] == [
        "Or in a browser, once and within an hour:",
        f"  set-up         http://127.0.0.1:8000/admin/setup?token={second}",
    ]
    assert second not in str(desk.state())
    assert len([line for line in desk.state()[1] if line.startswith('INSERT INTO "set_up_token"')]) == 1
    desk.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD)
    assert 'set_up_token" VALUES' not in str(desk.state())
    assert run_creating(opened, open_container())[1] is None


def test_a_desk_whose_admins_are_all_disabled_has_a_hint_and_no_token(desk: Folder) -> None:
    """The set-up is for a desk that never had an admin: whoever switched them off did not mean to open the door."""
    desk.type("admin", "create", "sara", "--role", "normal", "--password-stdin", typed=PASSWORD)
    desk.type("admin", "disable", "sara")
    snapshot, token = run_creating(opened, open_container())
    assert token is None
    assert welcome(load_settings(), snapshot, token)[-1] == HINT
