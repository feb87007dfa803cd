"""`--format json` prints the body that REST gives to the same question."""

import asyncio
from typing import Any

import httpx
import pytest

from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.cli.running import open_container
from tests.support.cli_folder import CLAUDE, COHERE, PASSWORD, Folder

QUESTIONS = [
    (["providers", "list"], "/ai-providers/"),
    (["providers", "show", "cohere"], "/ai-providers/cohere/"),
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
]


REFUSED = [
    (["providers", "show", "antropic"], "/ai-providers/antropic/", 404),
    (["providers", "show", "ollama"], "/ai-providers/ollama/", 404),
    (["models", "browse", "antropic", "chat"], "/ai-models/browse-models/?provider=antropic&capability=chat", 404),
    (["models", "browse", "anthropic", "chatt"], "/ai-models/browse-models/?provider=anthropic&capability=chatt", 409),
    (["models", "browse", "anthropic", "video"], "/ai-models/browse-models/?provider=anthropic&capability=video", 409),
]


def answered(path: str, status: int = 200) -> Any:
    """What the application says to sara over the database of the folder in which the test stands."""

    async def asked() -> Any:
        application = create_app(open_container())
        transport = httpx.ASGITransport(app=application)
        async with application.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            await client.post("/api/admin/auth/login/", json={"username": "sara", "password": PASSWORD})
            answer = await client.get(f"/api/admin{path}")
            assert answer.status_code == status, answer.text
            return answer.json()

    return asyncio.run(asked())


@pytest.mark.parametrize(("words", "path", "status"), REFUSED, ids=[" ".join(words) for words, _, _ in REFUSED])
def test_what_is_refused_is_refused_in_the_same_words(sara: Folder, words: list[str], path: str, status: int) -> None:
    """With what may have been meant, or what there is."""
    sara.declare(CLAUDE, COHERE)
    sara.type("import-providers")
    (line,) = sara.refused(*words)
    assert line == f"Error: {answered(path, status)['detail']}"
    assert (
        "did you mean 'anthropic'?" in line
        or "did you mean 'chat'? It offers: chat" in line
        or ": anthropic, cohere" in line
        or ": chat" in line
    )


@pytest.mark.parametrize(("words", "path"), QUESTIONS, ids=[" ".join(words) for words, _ in QUESTIONS])
def test_the_json_is_the_body(sara: Folder, words: list[str], path: str) -> None:
    """Member for member and in the same order, but for the moment at which an overview was made."""
    sara.declare({**CLAUDE, "description": "بهترین 🚀", "config": {"timeout": 1.5}, "pricing_info": {"minimum_credit": 5}}, COHERE)
    sara.type("import-providers")
    sara.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    sara.type("models", "select", "anthropic", "chat", "claude-99")
    sara.type("models", "select", "cohere", "chat", "command-r")
    sara.type("providers", "disable", "cohere")
    body = answered(path)
    printed = sara.type(*words, "--format", "json").json
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


def planned(body: bytes, query: str) -> tuple[int, Any]:
    """What REST says to a dry run over the same database."""

    async def asked() -> tuple[int, Any]:
        application = create_app(open_container())
        transport = httpx.ASGITransport(app=application)
        async with application.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            await client.post("/api/admin/auth/login/", json={"username": "sara", "password": PASSWORD})
            headers = {"content-type": "application/json"}
            answer = await client.post(f"/api/admin/ai-providers/import/?dry_run=true&{query}", content=body, headers=headers)
            return answer.status_code, answer.json()

    return asyncio.run(asked())


@pytest.mark.parametrize(("options", "query"), PLANS, ids=[query or "none" for _, query in PLANS])
def test_the_plan_of_an_import_is_the_body(sara: Folder, options: list[str], query: str) -> None:
    """The same document plans the same, and is refused for the same reasons, place by place."""
    sara.declare(CLAUDE, COHERE)
    sara.type("import-providers")
    sara.type("models", "select", "anthropic", "chat", "claude-3-opus-20240229")
    for entries in CHANGED:
        file = sara.declare(*entries)
        status, body = planned(file.read_bytes(), query)
        printed = sara.type("import-providers", *options, "--dry-run", "--format", "json", exits=0 if status == 200 else 1).json
        if status == 200:
            assert printed == body
        elif body["errors"]:
            assert printed["errors"] == body["errors"]
        else:
            (error,) = printed["errors"]  # REST says behind it what to do over REST
            assert body["detail"].partition("; deactivate_lost=true")[0] == error["message"]
