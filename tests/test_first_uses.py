"""What a worker imports when somebody uses it first: packages that most workers never need, and whoever needs them waits for other things, too."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.preloaded import modeldesk

PROGRAM = """
import asyncio, json, os, socket, sys, threading
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.serving import imported_server, opened
imported_server()
from modeldesk.entrypoints import pauses
from modeldesk.entrypoints.server.serving import application
from modeldesk.entrypoints.settings import load_settings
from tests.support.asgi import asked

pauses.LOOK_EVERY = pauses.MEASURED_EVERY = pauses.TRIM_EVERY = pauses.DELIVERIES_EVERY = 0.02
os.environ["MODELDESK_METADATA_URL"] = "off"
USERS = 16
listening = socket.create_server(("127.0.0.1", 0))
receiver = f"127.0.0.1:{listening.getsockname()[1]}"
os.environ["MODELDESK_ALLOWED_HOSTS_OUTBOUND"] = receiver
snapshot, token = run_creating(opened, open_container())
made = application(load_settings(), snapshot.providers)
on_the_loop = set()

class Watch:
    def find_spec(self, name, *_):
        if threading.current_thread() is threading.main_thread():
            on_the_loop.add(name)

def watch(event, given):
    if event == "open" and str(given[0]).endswith(".dat"):  # what Babel knows of a language
        Watch().find_spec(given[0])

sys.meta_path.insert(0, Watch())
sys.addaudithook(watch)

received = asyncio.Event()

async def receive(reader, writer):
    await reader.readuntil(b"\\r\\n\\r\\n")
    writer.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n")
    writer.close()
    received.set()

async def serve():
    await asyncio.start_server(receive, sock=listening)
    async with made.lifespan():
        before = set(sys.modules)
        await asyncio.sleep(0.5)
        while_idle = sorted(set(sys.modules) - before)
        headers = [(b"content-type", b"application/json")]
        async def ask(method, path, body=None):
            written = json.dumps(body).encode() if body is not None else b""
            length = (b"content-length", str(len(written)).encode())
            return await asked(made, method, path, [*headers, length], [{"type": "http.request", "body": written}])
        found = {}
        async def first_use(name, *wanted):
            before = set(sys.modules)
            on_the_loop.clear()
            answers = await asyncio.gather(*(ask(*wanted) for _ in range(USERS)))
            new = set(sys.modules) - before
            found[name] = {
                "answers": sorted({(answer.status, "<table" in answer.body.decode() or answer.json["type"].rpartition(":")[2]) for answer in answers}),
                "packages": sorted({name.partition(".")[0] for name in new} - sys.stdlib_module_names),
                "on the loop": sorted(name for name in on_the_loop if name in new or name.endswith(".dat")),
            }
        await first_use("sign-in", "POST", "/api/admin/auth/login", {"username": "nobody", "password": "of this name"})
        setup = await ask("POST", "/api/admin/auth/setup", {"token": token, "username": "sara", "password": "correct horse battery"})
        headers += [(b"cookie", setup.one("set-cookie").partition(";")[0].encode()), (b"x-csrf-token", setup.json["csrf_token"].encode())]
        await first_use("page", "GET", "/admin/")
        await first_use("outbound", "POST", "/api/admin/webhooks", {"url": "http://receiver.example/"})
        webhook = (await ask("POST", "/api/admin/webhooks", {"url": f"http://{receiver}/"})).json["id"]  # seals a secret
        before = set(sys.modules)
        for page in ("providers", "providers/openai/chat", "import", "audit", "keys", "uses", "webhooks", "nothing"):
            assert (await ask("GET", f"/admin/{page}")).status == (404 if page == "nothing" else 200)
        await ask("POST", f"/api/admin/webhooks/{webhook}/test")
        await asyncio.wait_for(received.wait(), 60)
        return found, sorted(set(sys.modules) - before), while_idle

print(json.dumps(asyncio.run(serve())))
"""

SIGN_IN = {"_argon2_cffi_bindings", "_cffi_backend", "argon2"}
PAGE = {"babel", "jinja2"}
OUTBOUND = {"anyio", "h11", "httpcore2", "httpx2", "idna", "stamina", "tenacity", "truststore"}
"""Of anyio: what connects. The rest of it is Litestar's."""

DIRECTLY = {"argon2", "babel", "httpcore2", "httpx2", "jinja2", "stamina"}
"""Those that our own code imports. The others are their requirements."""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[str], list[str]]:
    """Each use by sixteen at once, what pages and a call import after these, and what is imported before; in one separate process."""
    folder = tmp_path_factory.mktemp("desk")
    home = {"MODELDESK_HOME": str(folder / "home")}
    with modeldesk("import-providers", folder=folder, env=home, stdout=subprocess.DEVNULL) as importing:
        assert importing.wait(timeout=60) == 0
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=home, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    uses, later, while_idle = json.loads(done.stdout.splitlines()[-1])
    return uses, later, while_idle


@pytest.fixture(scope="module")
def uses(seen: tuple[dict[str, Any], list[str], list[str]]) -> dict[str, Any]:
    return seen[0]


def test_the_first_outbound_call_imports_the_libraries_of_http_and_nothing_else(uses: dict[str, Any]) -> None:
    assert set(uses["outbound"]["packages"]) == OUTBOUND | {"modeldesk"}


def test_a_desk_that_has_nothing_to_call_imports_nothing_beside_requests(seen: tuple[dict[str, Any], list[str], list[str]]) -> None:
    """Lists that nobody has read are not refreshed, no webhook waits, and nobody wants newer metadata."""
    assert seen[2] == []


def test_the_first_sign_in_imports_what_hashes_passwords_and_nothing_else(uses: dict[str, Any]) -> None:
    assert set(uses["sign-in"]["packages"]) == SIGN_IN


def test_the_first_page_imports_what_renders_pages_and_nothing_else(uses: dict[str, Any]) -> None:
    assert set(uses["page"]["packages"]) == PAGE | {"modeldesk"}


def test_other_pages_and_calls_import_nothing_more(seen: tuple[dict[str, Any], list[str], list[str]]) -> None:
    """What the libraries import late would hold up the event loop. The tables of international names are read where names are resolved: in a thread."""
    assert {name for name in seen[1] if not name.startswith("encodings.")} <= {"stringprep"}


def test_all_who_need_a_package_first_at_the_same_time_are_answered(uses: dict[str, Any]) -> None:
    """They wait for one import, and none of them sees half of a package."""
    assert uses["sign-in"]["answers"] == [[401, "sign-in-refused"], [429, "too-many-attempts"]]
    assert uses["page"]["answers"] == [[200, True]]
    assert uses["outbound"]["answers"] == [[422, "webhook-address-refused"]]


def test_nobody_else_waits_for_an_import(uses: dict[str, Any]) -> None:
    """A thread imports, while the event loop answers others."""
    assert [name for use in uses.values() for name in use["on the loop"]] == []


def test_a_server_does_not_start_without_what_it_needs_later() -> None:
    """Otherwise the first user would find out. The packages are found, and not imported."""
    program = """
import sys
from modeldesk.entrypoints.cli.serving import imported_server
imported_server()
from modeldesk.entrypoints.optional_packages import hidden
from modeldesk.entrypoints.server.serving import NEEDED_LATER, application
from modeldesk.entrypoints.settings import load_settings
for package in NEEDED_LATER:
    with hidden(package):
        try:
            application(load_settings({}))
        except ModuleNotFoundError as error:
            print(error.name)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert set(done.stdout.split()) == DIRECTLY
