"""What a start makes: what every worker needs, all of it before they part, and little else."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.preloaded import modeldesk

PROGRAM = """
import asyncio, json, sys
import attrs
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.serving import imported_server, opened
imported_server()
from sqlalchemy import Connection
from sqlalchemy.sql.compiler import SQLCompiler
from modeldesk.entrypoints import pauses
from modeldesk.entrypoints.api.openapi_schema import Responses, schemas
from modeldesk.entrypoints.server.serving import application
from modeldesk.entrypoints.settings import load_settings
from tests.support.asgi import asked

snapshot, token = run_creating(opened, open_container())
made = application(load_settings(), snapshot.providers)
statements = []
initialised = SQLCompiler.__init__
def compile_and_note(compiler, dialect, statement, *given, **options):
    statements.append(str(type(statement)))
    initialised(compiler, dialect, statement, *given, **options)
SQLCompiler.__init__ = compile_and_note
connections = []
connected = Connection.__init__
def connect_and_note(connection, *given, **options):
    connections.append(str(given))
    connected(connection, *given, **options)
Connection.__init__ = connect_and_note
pauses.DELIVERIES_EVERY = 0.01

def is_of_attrs(kind):
    return attrs.has(kind) and kind.__module__.startswith("modeldesk.")

def has_more_than_a_struct(kind):
    hidden = any(field.name.startswith("_") or not field.init or not field.repr or getattr(field.default, "takes_self", False) for field in attrs.fields(kind))
    return hidden or len(kind.__mro__) > 2 or hasattr(kind, "__attrs_post_init__")

def all_kinds(kind):
    return {kind, *(other for child in type.__subclasses__(kind) for other in all_kinds(child))}

kinds = [kind for kind in all_kinds(object) if is_of_attrs(kind)]
outside = [kind for kind in kinds if not kind.__module__.startswith(("modeldesk.domain.", "modeldesk.entrypoints.commands."))]
described = [handler.responses for route in made.routes for handler in getattr(route, "route_handlers", ()) if isinstance(handler.responses, Responses)]

async def serve():
    async with made.lifespan():
        await asyncio.sleep(0.5)
        assert (await asked(made, "GET", "/health/ready", [], [{"type": "http.request", "body": b""}])).status == 200
        running = sorted({task.get_coro().__qualname__ for task in asyncio.all_tasks()})
        at_start = list(statements), running, len(made.event_emitter.listeners), list(connections)
        async def ask(method, path, body=None, cookie=()):
            written = json.dumps(body).encode() if body is not None else b""
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(written)).encode()), (b"x-csrf-token", csrf), *cookie]
            return await asked(made, method, path, headers, [{"type": "http.request", "body": written}])
        csrf = b""
        setup = await ask("POST", "/api/admin/auth/setup", {"token": token, "username": "sara", "password": "correct horse battery"})
        before = set(sys.modules)
        cookie = [(b"cookie", setup.one("set-cookie").partition(";")[0].encode())]
        csrf = setup.json["csrf_token"].encode()
        slot = {"provider": "openai", "capability": "chat"}
        answers = [
            setup,
            await ask("GET", "/api/admin/ai/dashboard/overview", cookie=cookie),
            await ask("GET", "/api/admin/ai-models/browse-models?provider=openai&capability=chat", cookie=cookie),
            await ask("POST", "/api/admin/ai-models/select-model", {**slot, "model_id": "gpt-5", "model_name": "GPT-5"}, cookie),
            await ask("POST", "/api/admin/ai-providers/import?dry_run=true", {"providers": [{"slug": "a"}]}, cookie),
        ]
        return [answer.status for answer in answers], sorted(set(sys.modules) - before), at_start

from modeldesk.domain.model.catalogue import name_words
patterns = [pattern for table in (name_words.DISTINCTIVE, name_words.LIKELY) for _, pattern in table]
compiled = [pattern.pattern for pattern in [*patterns, name_words.SPOKEN, name_words.FAMILY] if "search" in vars(pattern)]

from litestar.openapi.spec import Operation
from modeldesk.entrypoints.panel.languages import languages
spoken = [language.code for language in languages().all if "read" in vars(language.translations)]
operations = [str(kind) for kind in Operation.__subclasses__()]
described = sum("_described" in vars(responses) for responses in described), len(described), schemas.cache_info().currsize
statuses, imported, at_start = asyncio.run(serve())
print(json.dumps({"described": described, "compiled": compiled, "spoken": spoken, "operations": operations, "statements": at_start, "statuses": statuses, "imported": imported,
    "plain": sorted(f"{kind.__module__}.{kind.__qualname__}".removeprefix("modeldesk.") for kind in outside if not has_more_than_a_struct(kind))}))
"""

EVOLVED = {
    "adapters.cache.keyed_lock._Waiting",
    "adapters.persistence.operations.DatabaseStatus",
    "entrypoints.optional_packages._Hidden",
    "entrypoints.setting_sources.GivenSettings",
}
"""Few records outside of the domain that are read as attrs classes."""


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A start and some requests, in one separate process."""
    folder = tmp_path_factory.mktemp("desk")
    home = {"MODELDESK_HOME": str(folder / "home")}
    with modeldesk("import-providers", folder=folder, env=home, stdout=subprocess.DEVNULL) as importing:
        assert importing.wait(timeout=60) == 0
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=home,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_a_worker_imports_nothing_while_it_serves(start: dict[str, Any]) -> None:
    """Reads, a selection and an import, by somebody who is signed in: the first of them waits for no module, and each module is in memory once. What else there is: test_first_uses.py."""
    assert start["statuses"] == [200, 200, 200, 200, 422]
    assert [name for name in start["imported"] if not name.startswith("encodings.")] == []


def test_a_worker_compiles_no_statement_when_it_starts(start: dict[str, Any]) -> None:
    """Nor while it has nothing to do but to say that it is ready: what it asks the database is compiled before the workers part."""
    assert start["statements"][0] == []


def test_a_worker_makes_no_connection_of_sqlalchemy_when_it_starts(start: dict[str, Any]) -> None:
    """What is compiled is executed by the driver alone. SQLAlchemy's pool and its events are a megabyte, of which each worker would have a copy."""
    assert start["statements"][3] == []


def test_a_worker_runs_no_task_for_events_that_nobody_emits(start: dict[str, Any]) -> None:
    """Litestar's own emitter is a group of tasks, a queue and half a megabyte of each worker. It is wanted again with the first listener."""
    _, tasks, listeners, _ = start["statements"]
    assert set(tasks) == {"serve", "repeating.<locals>.repeat"}
    assert listeners == 0


def test_a_start_describes_no_answer(start: dict[str, Any]) -> None:
    """That is for whoever requests the OpenAPI document."""
    described, routes, schemas = start["described"]
    assert described == schemas == 0
    assert routes > 40


def test_a_start_makes_no_class_for_what_a_route_asks(start: dict[str, Any]) -> None:
    """A class of each takes two kilobytes, and only that document needs them."""
    assert start["operations"] == []


def test_a_start_reads_no_language(start: dict[str, Any]) -> None:
    """A worker that writes in one copies nearly all of it in any case."""
    assert start["spoken"] == []


def test_a_start_compiles_no_pattern_of_names(start: dict[str, Any]) -> None:
    """The first list of a vendor needs them."""
    assert start["compiled"] == []


def test_records_outside_of_the_domain_are_structs(start: dict[str, Any]) -> None:
    """attrs compiles methods for each class at each start: half a millisecond, and 22 KiB. What a Struct cannot do remains: fields that are
    private, hidden or made by the class."""
    assert set(start["plain"]) == EVOLVED
