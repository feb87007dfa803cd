"""`--format json` prints the body that REST gives to the same question."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest
from attrs import frozen

from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.cli.running import open_container
from tests.support.cli_folder import CLAUDE, COHERE, PASSWORD, Folder, stand_in

QUESTIONS = [
    (["providers", "list"], "/ai-providers/"),
    (["providers", "show", "cohere"], "/ai-providers/cohere/"),
    (["providers", "capability", "anthropic", "chat"], "/ai-providers/anthropic/capabilities/chat/"),
    (["models", "browse", "anthropic", "chat"], "/ai-models/browse-models/?provider=anthropic&capability=chat"),
    (
        ["models", "browse", "anthropic", "chat", "--search", "claude", "--sort", "-price", "--limit", "1", "--not-free"],
        "/ai-models/browse-models/?provider=anthropic&capability=chat&search=claude&sort=-price&limit=1&free=false",
    ),
    (["models", "browse", "anthropic", "chat", "--offset", "1"], "/ai-models/browse-models/?provider=anthropic&capability=chat&offset=1"),
    (["models", "list"], "/ai-models/"),
    (["models", "list", "--active"], "/ai-models/?is_active=true"),
    (["models", "list", "--provider", "cohere", "--capability", "chat"], "/ai-models/?provider=cohere&capability=chat"),
    (["overview"], "/ai/dashboard/overview/"),
    (["uses", "list"], "/ai-uses/"),
    (["tokens", "list"], "/tokens/"),
    (["tokens", "list", "--limit", "1", "--offset", "1"], "/tokens/?limit=1&offset=1"),
]


REFUSED = [
    (["providers", "show", "antropic"], "/ai-providers/antropic/", 404),
    (["providers", "show", "ollama"], "/ai-providers/ollama/", 404),
    (["models", "browse", "antropic", "chat"], "/ai-models/browse-models/?provider=antropic&capability=chat", 404),
    (["models", "browse", "anthropic", "chatt"], "/ai-models/browse-models/?provider=anthropic&capability=chatt", 409),
    (["models", "browse", "anthropic", "video"], "/ai-models/browse-models/?provider=anthropic&capability=video", 409),
]


@asynccontextmanager
async def rest() -> AsyncIterator[httpx.AsyncClient]:
    """The application over the database of the folder in which the test stands, with sara signed in."""
    application = create_app(open_container())
    transport = httpx.ASGITransport(app=application)
    async with application.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        await client.post("/api/admin/auth/login/", json={"username": "sara", "password": PASSWORD})
        yield client


@frozen
class Answered:
    """A folder, and what REST says to each question over its database, which nothing changes any more."""

    folder: Path
    answers: Mapping[str, httpx.Response]


def answered(signed_up: Path, folder: Path, fill: Callable[[Folder], None], paths: Iterable[str]) -> Answered:
    """A folder that `fill` has filled, and the answers: one application serves them all."""

    async def asked() -> dict[str, httpx.Response]:
        async with rest() as client:
            return {path: await client.get(f"/api/admin{path}") for path in paths}

    copytree(signed_up, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        fill(stand_in(folder, patch))
        return Answered(folder, asyncio.run(asked()))


def import_two(folder: Folder) -> None:
    folder.declare(CLAUDE, COHERE)
    folder.type("import-providers")


def import_and_select(folder: Folder) -> None:
    folder.declare({**CLAUDE, "description": "بهترین 🚀", "config": {"timeout": 1.5}, "pricing_info": {"minimum_credit": 5}}, COHERE)
    folder.type("import-providers")
    folder.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    folder.type("models", "select", "anthropic", "chat", "claude-99")
    folder.type("models", "select", "cohere", "chat", "command-r")
    folder.type("providers", "disable", "cohere")
    folder.type("tokens", "create", "nightly", "--scope", "read", "--scope", "select")
    folder.type("tokens", "create", "product", "--scope", "resolve", "--days", "9")


@pytest.fixture(scope="module")
def refused(signed_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Answered:
    return answered(signed_up, tmp_path_factory.mktemp("refused"), import_two, [path for _, path, _ in REFUSED])


@pytest.fixture(scope="module")
def shown(signed_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Answered:
    return answered(signed_up, tmp_path_factory.mktemp("shown"), import_and_select, [path for _, path in QUESTIONS])


@pytest.mark.parametrize(("words", "path", "status"), REFUSED, ids=[" ".join(words) for words, _, _ in REFUSED])
def test_what_is_refused_is_refused_in_the_same_words(
    refused: Answered, monkeypatch: pytest.MonkeyPatch, words: list[str], path: str, status: int
) -> None:
    """With what may have been meant, or what there is."""
    (line,) = stand_in(refused.folder, monkeypatch).refused(*words)
    answer = refused.answers[path]
    assert (answer.status_code, line) == (status, f"Error: {answer.json()['detail']}")
    assert (
        "did you mean 'anthropic'?" in line
        or "did you mean 'chat'? It offers: chat" in line
        or ": anthropic, cohere" in line
        or ": chat" in line
    )


@pytest.mark.parametrize(("words", "path"), QUESTIONS, ids=[" ".join(words) for words, _ in QUESTIONS])
def test_the_json_is_the_body(shown: Answered, monkeypatch: pytest.MonkeyPatch, words: list[str], path: str) -> None:
    """Member for member and in the same order, but for the moment at which an overview was made."""
    assert shown.answers[path].status_code == 200
    body = shown.answers[path].json()
    printed = stand_in(shown.folder, monkeypatch).type(*words, "--format", "json").json
    for answer in (body, printed):
        answer.pop("generated_at", None)
    assert printed == body
    assert list(printed) == list(body)
    assert printed


PLANS = [
    ([], ""),
    (["--force"], "force=true"),
    (["--force", "--prune"], "force=true&prune=true"),
    (["--force", "--deactivate-lost", "--prune"], "force=true&deactivate_lost=true&prune=true"),
    (["--slug", "cohere", "--slug", "new", "--force"], "slug=cohere&slug=new&force=true"),
    (["--slug", "nosuch"], "slug=nosuch"),
]
CHANGED = [
    [CLAUDE, COHERE],
    [{**CLAUDE, "sort_order": 1, "description": "بهترین"}, {**COHERE, "slug": "new"}],
    [
        {**CLAUDE, "capabilities": {"image": {"supported": True}}, "api_base_url": "https://elsewhere.example"},
        {**COHERE, "is_active": False},
    ],
    [{**CLAUDE, "nam": 1}, {**COHERE, "sort_order": "8"}],
    [],
]


async def planned(documents: Iterable[bytes]) -> dict[str, list[tuple[int, Any]]]:
    """The answers of REST to dry runs, by their query. They do not change the database, so one application serves them all."""
    async with rest() as client:

        async def answer(document: bytes, query: str) -> tuple[int, Any]:
            path, headers = f"/api/admin/ai-providers/import/?dry_run=true&{query}", {"content-type": "application/json"}
            given = await client.post(path, content=document, headers=headers)
            return given.status_code, given.json()

        return {query: [await answer(document, query) for document in documents] for _, query in PLANS}


@frozen
class Planned:
    """A folder with an active model, and the answers of REST to each plan of its database."""

    folder: Path
    answers: Mapping[str, list[tuple[int, Any]]]


@pytest.fixture(scope="module")
def plans(signed_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    folder = copytree(signed_up, tmp_path_factory.mktemp("plans"), dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        desk = stand_in(folder, patch)
        import_two(desk)
        desk.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
        documents = [desk.declare(*entries).read_bytes() for entries in CHANGED]
        return Planned(folder, asyncio.run(planned(documents)))


@pytest.mark.parametrize(("options", "query"), PLANS, ids=[query or "none" for _, query in PLANS])
def test_the_plan_of_an_import_is_the_body(folder: Folder, plans: Planned, options: list[str], query: str) -> None:
    """The same document plans the same, and is refused for the same reasons, place by place."""
    copytree(plans.folder, folder.path, dirs_exist_ok=True)
    for entries, (status, body) in zip(CHANGED, plans.answers[query], strict=True):
        folder.declare(*entries)
        printed = folder.type("import-providers", *options, "--dry-run", "--format", "json", exits=0 if status == 200 else 1).json
        if status == 200:
            assert printed == body
        elif body["errors"]:
            # REST has no lines without a declaration, and its parameters are options here.
            places = [{"line": None, "column": None} | error for error in body["errors"]]
            assert printed["errors"] == [error | {"path": error["path"].replace("$.query.", "$.options.")} for error in places]
        else:
            (error,) = printed["errors"]  # REST says behind it what to do over REST
            assert body["detail"].partition("; deactivate_lost=true")[0] == error["message"]
