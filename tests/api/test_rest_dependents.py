"""Who depends on a use or a slot, by REST: whatever protocol they asked by."""

import pytest

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from tests.support.app import DECLARED, App, Client
from tests.support.manual_clock import NOON

FLAGS = "/ofrep/v1/evaluate/flags"
PATH = "/ai-models/dependents/"
AT = NOON.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.fixture
def product(app: App, sara: Client) -> Client:
    sara.ask("PUT", "/api/admin/ai-uses/support-chat/", {"provider": "acme", "capability": "chat"})
    sara.select("large")
    return app.program("resolve", name="shop")


def dependents(client: Client, query: str) -> list[tuple[str | None, str | None, str, int]]:
    client.app.run(client.app.container.request_counts().write())
    answer = client.get(PATH + query)
    assert (answer.status, answer.json["count"]) == (200, len(answer.json["dependents"]))
    return [(one["consumer"], one["use"], one["asked_for"], one["requests_24h"]) for one in answer.json["dependents"]]


def test_a_dependent_as_a_whole(sara: Client, product: Client) -> None:
    """Read by the use; a repeated question counts again, also where it is answered with 304."""
    tag = product.ask("GET", "/api/resolve/support-chat").tag
    assert product.ask("GET", "/api/resolve/support-chat", headers={"if-none-match": tag}).status == 304
    assert dependents(sara, "?use=support-chat") == [(None, "support-chat", "use", 2)]
    assert sara.get(f"{PATH}?use=support-chat").json["dependents"] == [
        {
            "token": "shop",
            "consumer": None,
            "use": "support-chat",
            "asked_for": "use",
            "last_seen_at": AT,
            "requests_24h": 2,
            "requests_30d": 2,
        }
    ]


def test_every_protocol_is_counted(sara: Client, product: Client) -> None:
    """A flag names its consumer; a bulk answer and the list of models are everything; a slot that is empty has dependents, too."""
    context = {"context": {"targetingKey": "checkout"}}
    product.ask("GET", "/api/resolve/acme/chat")
    product.ask("POST", f"{FLAGS}/support-chat.object", context)
    product.ask("POST", f"{FLAGS}/acme.chat", {})
    product.ask("POST", FLAGS, context)
    product.ask("GET", "/v1/models")
    assert product.ask("GET", "/api/resolve/acme/content").status == 404
    assert set(dependents(sara, "?provider=acme&capability=chat")) == {
        (None, None, "slot", 2),
        ("checkout", "support-chat", "use", 1),
        ("checkout", None, "everything", 1),
        (None, None, "everything", 1),
    }
    assert (None, None, "slot", 1) in dependents(sara, "?provider=acme&capability=content")


def test_an_answer_that_is_reused_is_counted(sara: Client, product: Client) -> None:
    """As often as it is given."""
    answers = [product.ask("GET", "/api/resolve/support-chat") for _ in range(4)]
    assert {answer.status for answer in answers} == {200}
    assert dependents(sara, "?use=support-chat") == [(None, "support-chat", "use", 4)]


@pytest.mark.parametrize(
    "path", ["/api/resolve/nobody", "/api/resolve/nobody/chat", "/api/resolve/Support", f"{FLAGS}/nobody", f"{FLAGS}/a.b.c"]
)
def test_a_name_that_nobody_has_is_not_counted(app: App, product: Client, path: str) -> None:
    """Nothing depends on it, and callers cannot fill the table with names."""
    assert product.ask("POST" if "flags" in path else "GET", path).status == 404
    app.run(app.container.request_counts().write())
    assert isinstance(app.store, InMemoryStore)
    assert not app.store.contents.dependents


def test_an_admin_who_looks_is_no_dependent(sara: Client, product: Client) -> None:
    """Only programs are."""
    assert sara.ask("GET", "/api/resolve/support-chat").status == 200
    assert dependents(sara, "?use=support-chat") == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "request-invalid"),
        ("?provider=acme", 422, "request-invalid"),
        ("?capability=chat", 422, "request-invalid"),
        ("?use=support-chat&provider=acme&capability=chat", 422, "request-invalid"),
        ("?use=Support", 422, "request-invalid"),
        ("?use=nobody", 404, "use-not-found"),
        ("?provider=nobody&capability=chat", 404, "provider-not-found"),
    ],
)
def test_what_cannot_be_asked(sara: Client, query: str, status: int, code: str) -> None:
    """Either a use or a slot, and one that exists."""
    answer = sara.get(PATH + query)
    assert (answer.status, answer.json["type"]) == (status, f"urn:modeldesk:problem:{code}")


def test_what_was_counted_is_written_at_the_end(sara: Client, product: Client) -> None:
    """Of a server that stops between two writes."""
    store = InMemoryStore(contents=sara.app.store.contents)  # type: ignore[union-attr] # the desk of these tests is in memory
    with App(store) as other:
        product.app = other
        assert product.ask("GET", "/api/resolve/support-chat").status == 200
        assert not store.contents.dependents
    assert len(store.contents.dependents) == 1


def test_a_plan_names_the_programs_that_it_affects(app: App, sara: Client, product: Client) -> None:
    """As the import itself does; one that takes nothing away has no such member."""
    product.ask("GET", "/api/resolve/support-chat")
    app.run(app.container.request_counts().write())
    taken = {**DECLARED[0], "capabilities": {"chat": {"supported": False}}}
    options = "?force=true&deactivate_lost=true"
    harmless = sara.post(
        f"/ai-providers/import/{options}&dry_run=true", {"version": "1.0.0", "providers": [{**DECLARED[0], "sort_order": 9}]}
    )
    assert "dependents" not in harmless.json
    for query in (f"{options}&dry_run=true", options):
        answer = sara.post(f"/ai-providers/import/{query}", {"version": "1.0.0", "providers": [taken]})
        assert [(one["token"], one["use"]) for one in answer.json["dependents"]] == [("shop", "support-chat")]
