"""A declaration brought in over REST: the plan, the refusals, and who may."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from modeldesk.domain.model.access.admin import AdminChange, Role
from tests.support.app import API, OWN_ORIGIN, PANEL, App, Client
from tests.support.asgi import Answer
from tests.support.invalid_declarations import BAD_DECLARATIONS, declared

IMPORT = "/ai-providers/import/"
NEW = {"slug": "new", "name": "New", "capabilities": {"chat": {"supported": True, "models": ["one"]}}}
ACME = {"slug": "acme", "name": "Acme", "sort_order": 5, "capabilities": {"image": {"supported": True}}}
MIB = 2**20


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("urn:modeldesk:problem:")


def standing(app: App) -> Any:
    snapshot = app.run(app.store.current())
    return (snapshot.generation.catalogue, snapshot.generation.choices), snapshot.providers, snapshot.choices


def test_providers_come_in(app: App, sara: Client) -> None:
    """Created and skipped, as the command line would; in one change."""
    before = standing(app)[0]
    answer = sara.post(IMPORT, {"version": "1.0.0", "providers": [NEW, ACME]})
    assert answer.status == 200
    digest = answer.json["digest"]
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert answer.json == {
        "created": ["new"],
        "updated": [],
        "unchanged": [],
        "skipped": ["acme"],
        "deactivated": [],
        "changes": {},
        "dry_run": False,
        "digest": digest,
    }
    assert sara.get("/ai-providers/new/").json["display_name"] == "New"
    assert standing(app)[0] == (before[0] + 1, before[1])
    assert sara.post(IMPORT, {"version": "1.0.0", "providers": [NEW, ACME]}).json["skipped"] == ["new", "acme"]
    assert standing(app)[0] == (before[0] + 1, before[1])


def test_a_dry_run_tells_the_same_and_changes_nothing(app: App, sara: Client) -> None:
    """With every option; and then the import does what was told."""
    sara.select("large")
    before, body = standing(app), {"version": "1.0.0", "providers": [NEW, ACME]}
    options = "?force=true&prune=true&deactivate_lost=true"
    planned = sara.post(f"{IMPORT}{options}&dry_run=true", body).json
    assert standing(app) == before
    assert (planned["created"], planned["updated"], planned["deactivated"]) == (["new"], ["acme"], ["open"])
    assert planned["changes"]["open"] == {"is_active": [True, False]}
    assert planned["changes"]["acme"]["sort_order"] == [1, 5]
    done = sara.post(f"{IMPORT}{options}", body).json
    assert (planned.pop("dry_run"), done.pop("dry_run")) == (True, False)
    assert done == planned
    assert sara.get("/ai-models/?is_active=true").json["count"] == 0


@pytest.mark.parametrize("way", ["query", "header"])
def test_the_plan_that_was_seen_is_the_one_that_is_applied(app: App, sara: Client, way: str) -> None:
    """With the digest of the dry run: 412 and nothing written where a provider changed since, 200 for the plan as it is."""
    body, options = {"version": "1.0.0", "providers": [NEW, {**ACME, "capabilities": {}}]}, f"{IMPORT}?force=true"

    def apply(digest: str, more: str = "") -> Answer:
        if way == "query":
            return sara.post(f"{options}&digest={digest}{more}", body)
        return sara.ask("POST", f"{API}{options}{more}", body, {"if-match": f'"{digest}"'})

    dry = sara.post(f"{options}&dry_run=true", body)
    seen = dry.json["digest"]
    assert dry.tag == f'"{seen}"'
    assert sara.ask("PATCH", f"{API}/ai-providers/acme/", {"sort_order": 8}).status == 200
    before = standing(app)
    for more in ("", "&dry_run=true"):
        refused = apply(seen, more)
        assert problem(refused) == (412, "plan-changed")
    assert standing(app) == before
    again = sara.post(f"{options}&dry_run=true", body).json["digest"]
    assert again != seen
    done = apply(again)
    assert (done.status, done.json["digest"], done.json["updated"]) == (200, again, ["acme"])
    assert sara.get("/ai-providers/acme/").json["sort_order"] == 5


@pytest.mark.parametrize(
    ("query", "header", "path"),
    [
        ("", '"3"', "$.headers.if-match"),
        ("", f'W/"{"0" * 64}"', "$.headers.if-match"),
        ("&digest=", None, "$.query.digest"),
        (f"&digest={'1' * 64}", f'"{"0" * 64}"', "$.query.digest"),
        (f"&digest={'1' * 64}&digest={'1' * 64}", None, "$.query.digest"),
    ],
)
def test_a_condition_that_is_no_digest(app: App, sara: Client, query: str, header: str | None, path: str) -> None:
    """Another tag, an empty digest or two of them: 422 that says where, and nothing is imported."""
    before = standing(app)
    body = {"version": "1.0.0", "providers": [NEW]}
    answer = sara.ask("POST", f"{API}{IMPORT}?force=true{query}", body, {"if-match": header} if header else {})
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, path)
    assert standing(app) == before


def test_some_of_the_file(sara: Client) -> None:
    """`slug` may be given again; what is not asked for is not even judged; one that is not there is told with those that are."""
    body = {"version": "1.0.0", "providers": [NEW, {**NEW, "slug": "second"}, {"slug": "bad", "nam": 1}]}
    assert sara.post(f"{IMPORT}?slug=new&slug=second", body).json["created"] == ["new", "second"]
    refused = sara.post(f"{IMPORT}?slug=nosuch&slug=new", body)
    assert problem(refused) == (422, "unknown-names")
    assert refused.json["detail"] == "the declaration has no provider nosuch; it holds: new, second, bad"


def test_models_in_use_are_at_stake(app: App, sara: Client) -> None:
    """409 that names them, dry or not, and nothing is changed, unless they may be lost."""
    sara.select("large")
    before, body = standing(app), {"version": "1.0.0", "providers": [ACME, NEW]}
    for options in ("?force=true", "?force=true&dry_run=true"):
        answer = sara.post(IMPORT + options, body)
        assert problem(answer) == (409, "active-models-affected")
        assert "acme chat: large" in answer.json["detail"]
        assert "deactivate_lost=true" in answer.json["detail"]
    assert standing(app) == before
    assert sara.post(f"{IMPORT}?force=true&deactivate_lost=true", body).json["updated"] == ["acme"]
    assert standing(app)[2] != before[2]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("prune=true&slug=new", "$.query.prune"),
        ("slug=new&prune=true&dry_run=true", "$.query.prune"),
        ("force=yes", "$.query.force"),
        ("force=true&force=true", "$.query.force"),
        ("dryrun=true", "$.query.dryrun"),
        ("slug=Bad%20One", "$.query.slug[0]"),
        ("slug=a&slug=", "$.query.slug[1]"),
        ("file=/etc/passwd", "$.query.file"),
    ],
)
def test_queries_that_cannot_be_meant(app: App, sara: Client, query: str, path: str) -> None:
    """422 by name; a misspelt dry_run is no real run."""
    before = standing(app)
    answer = sara.post(f"{IMPORT}?{query}", {"version": "1.0.0", "providers": [NEW]})
    assert (answer.status, [error["path"] for error in answer.json["errors"]]) == (422, [path])
    assert standing(app) == before


@pytest.mark.parametrize("name", BAD_DECLARATIONS)
def test_a_bad_declaration_changes_nothing(app: App, sara: Client, name: str) -> None:
    """What is wrong with it is told at once, with places; 400 where it cannot be read at all. The command line's own cases."""
    content, expected = BAD_DECLARATIONS[name]
    sara.select("large")
    before = standing(app)
    answers = [sara.post(f"{IMPORT}?{query}", content) for query in ("force=true&prune=true&deactivate_lost=true", "dry_run=true", "")]
    for answer in answers:
        assert answer.one("content-type") == "application/problem+json"
        assert answer.body == answers[0].body
        assert answer.status == (400 if answer.json["type"].endswith(":declaration-broken") else 422)
        assert len(answer.json["errors"]) == len(expected)
        for error, beginning in zip(answer.json["errors"], expected, strict=True):
            assert set(error) == {"path", "message", "line", "column"}
            place = f" (line {error['line']}, column {error['column']})" if error["line"] else ""
            assert f"{error['path']}: {error['message']}{place}".replace("$: ", "Error: ", 1).startswith(
                beginning.replace("$: ", "Error: ", 1)
            )
    assert standing(app) == before


@pytest.mark.parametrize(("body", "is_broken"), [(b"{", True), (b"[", True), (b"[]", False), (b'{"version": "1.0.0"}', False)])
def test_broken_is_not_wrong(sara: Client, body: bytes, is_broken: bool) -> None:
    """400 for what is not JSON, 422 for JSON that is no declaration."""
    assert problem(sara.post(IMPORT, body)) == ((400, "declaration-broken") if is_broken else (422, "declaration-invalid"))


def test_all_that_is_wrong_is_told(sara: Client) -> None:
    """Hundreds of problems too: who wrote it mends it in one go."""
    answer = sara.post(IMPORT, {"version": "1.0.0", "providers": [{"slug": f"p{at}", "nam": 1} for at in range(300)]})
    assert (answer.status, len(answer.json["errors"])) == (422, 600)
    assert answer.json["detail"] == "the declaration has 600 problems; nothing was imported"


def test_how_large_it_may_be(app: App, sara: Client) -> None:
    """Eight MiB, announced or not; more is 413 and changes nothing."""
    before = standing(app)
    large = declared({**NEW, "description": "x" * 9_000, "config": {"more": ["y" * 10_000] * 800}})
    filled = large + b" " * (8 * MIB - len(large))
    too_large = filled + b" " * MIB
    for announced in (True, False):
        assert app.run(sara.asking("POST", API + IMPORT, too_large, announced=announced)).status == 413
    assert standing(app) == before
    for announced in (True, False):
        assert app.run(sara.asking("POST", API + IMPORT, filled, announced=announced)).status == 200


def test_no_capabilities_beside_it(sara: Client, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body has no folder; what lies in the server's own is none of its business."""
    (tmp_path / "capabilities.json").write_text('{"new": {"chat": ["another"]}}')
    (tmp_path / "providers.json").write_bytes(declared(NEW))
    monkeypatch.chdir(tmp_path)
    assert sara.post(IMPORT, declared(NEW)).status == 200
    assert [model["id"] for model in sara.get("/ai-providers/new/").json["capabilities"]["chat"]["models"]] == ["one"]


def test_for_super_admins_alone(app: App, nima: Client, anonymous: Client) -> None:
    """403 and 401 whatever was sent, dry runs too; the body is not even read. A browser needs the token."""
    before = standing(app)
    for query in ("", "?dry_run=true", "?nonsense=1"):
        for body in ({"version": "1.0.0", "providers": [NEW]}, b"{"):
            assert anonymous.post(IMPORT + query, body).status == 401
        assert nima.post(IMPORT + query, {"version": "1.0.0", "providers": [NEW]}).status in (403, 422)
    assert problem(nima.post(IMPORT, b"{")) == (403, "not-allowed")
    sara = app.signed_in("sara")
    for headers in ({"origin": OWN_ORIGIN}, {"sec-fetch-site": "same-origin"}, {"origin": "https://evil.example"}):
        assert sara.post(IMPORT, {"version": "1.0.0", "providers": [NEW]}, headers).status == 403
    assert sara.post(IMPORT, declared(NEW), {"content-type": "text/plain"}).status == 415
    assert standing(app) == before
    token = {"origin": PANEL, "x-csrf-token": sara.token()}
    assert sara.post(IMPORT, {"version": "1.0.0", "providers": [NEW]}, token).status == 200


def demoted(app: App) -> Any:
    return app.container.admins().change("nima", AdminChange(role=Role.NORMAL))


def disabled(app: App) -> Any:
    return app.container.admins().change("nima", AdminChange(is_active=False))


@pytest.mark.parametrize(("ending", "reported"), [(demoted, (401, "unauthorized")), (disabled, (403, "not-allowed"))])
def test_who_is_demoted_while_it_is_read_imports_nothing(app: App, ending: Callable[[App], Any], reported: tuple[int, str]) -> None:
    """Reading it takes its time in a thread; the rights that count are those of the unit of work that writes."""
    app.run(app.container.admins().change("nima", AdminChange(role=Role.SUPER)))
    nima, before = app.signed_in("nima"), standing(app)
    reader = app.container.declarations()
    read = reader.read

    async def story() -> Answer:
        loop, begun, may_go_on = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

        def slow(*given: Any, **named: Any) -> Any:
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(may_go_on.wait(), loop).result(10)
            return read(*given, **named)

        reader.read = slow
        asking = asyncio.create_task(nima.asking("POST", API + IMPORT, {"version": "1.0.0", "providers": [NEW]}))
        await begun.wait()
        assert (await app.client().asking("GET", "/health/live")).status == 200  # nobody waits for the reader
        await ending(app)
        may_go_on.set()
        return await asking

    try:
        assert problem(app.run(story())) == reported
    finally:
        del reader.read
    assert standing(app) == before


def test_on_both_databases(stored: App) -> None:
    """The shipped declaration comes in, and comes out again as unchanged."""
    from tests.support.cli_folder import SHIPPED

    sara = stored.signed_in("sara")
    made = sara.post(f"{IMPORT}?prune=true", SHIPPED).json
    assert made["created"]
    assert sara.post(f"{IMPORT}?force=true", SHIPPED).json["unchanged"] == [entry["slug"] for entry in json.loads(SHIPPED)["providers"]]
