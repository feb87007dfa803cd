"""The providers as REST shows them: the contract's shape, its order, pages and filters."""

import pytest

from modeldesk.domain.model.access.admin import Role
from tests.support.app import API, DECLARED, PASSWORD, App, Client
from tests.support.asgi import Answer


def slugs(answer: Answer) -> list[str]:
    assert answer.status == 200
    return [provider["slug"] for provider in answer.json["providers"]]


def test_a_provider_has_the_shape_of_the_contract(sara: Client) -> None:
    """Everything that is declared of it, with what was not said at its default; of its keys how they stand, and here there are none."""
    shown = sara.get("/ai-providers/acme/").json
    owners = shown.pop("owners")
    assert (owners["description"], owners["capabilities.chat"], owners["capabilities.video.models"]) == ("file", "file", "sync")
    assert shown == {
        "slug": "acme",
        "name": "Acme",
        "display_name": "Acme AI",
        "description": "بهترین برای گفتگو",
        "provider_class": "OpenAICompatibleProvider",
        "api_base_url": "https://api.acme.example/v1",
        "website": "https://acme.example",
        "logo_url": "",
        "documentation_url": "",
        "capabilities": {
            "chat": {
                "supported": True,
                "has_dynamic_models": False,
                "description": "talks",
                "models": [
                    {
                        "id": "large",
                        "name": "Acme Large",
                        "pricing": {"currency": "USD", "unit": "1M tokens", "prompt": "2.50", "completion": "10.00"},
                        "context_length": 200_000,
                    },
                    {"id": "small", "name": "small"},
                    {"id": "tiny", "name": "tiny"},
                    {"id": "large", "name": "large"},
                ],
            },
            "image": {"supported": False, "has_dynamic_models": False, "description": "", "models": []},
            "video": {"supported": True, "has_dynamic_models": True, "description": "", "models": []},
            "content": {"supported": True, "has_dynamic_models": False, "description": "", "models": []},
        },
        "config": {"timeout": 60, "house": "rule"},
        "pricing_info": {"type": "pay_per_use", "minimum_credit": 5},
        "sort_order": 1,
        "is_active": True,
        "is_recommended": True,
        "allow_personal_keys": True,
        "allow_shared_for_normal_admins": False,
        "version": 1,
        "key": {"shared": False, "personal": False, "usable": False, "hint": ""},
    }


def test_the_list_holds_the_same_in_order(sara: Client) -> None:
    """By sort order, then slug; each as it is shown alone, but for the owners of its fields."""
    answer = sara.get("/ai-providers/").json
    assert answer["count"] == 3
    alone = [sara.get(f"/ai-providers/{slug}/").json for slug in ("acme", "switched-off", "open")]
    assert answer["providers"] == [{name: value for name, value in shown.items() if name != "owners"} for shown in alone]


@pytest.mark.parametrize(
    ("query", "expected", "count"),
    [
        ("", ["acme", "switched-off", "open"], 3),
        ("is_active=true", ["acme", "open"], 2),
        ("is_active=false", ["switched-off"], 1),
        ("limit=1", ["acme"], 3),
        ("limit=1&offset=1", ["switched-off"], 3),
        ("offset=1", ["switched-off", "open"], 3),
        ("offset=3", [], 3),
        ("offset=999999999999999999", [], 3),
        ("is_active=true&limit=10000&offset=1", ["open"], 2),
    ],
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_pages_and_filters(sara: Client, query: str, expected: list[str], count: int, slash: str) -> None:
    """`count` is how many fit in all, whatever part of them is shown."""
    answer = sara.get(f"/ai-providers{slash}?{query}")
    assert (slugs(answer), answer.json["count"]) == (expected, count)


def test_a_normal_admin_reads_the_same(sara: Client, nima: Client) -> None:
    """Reading needs no more than signing in."""
    for path in ("/ai-providers/", "/ai-providers/acme/"):
        assert nima.get(path).body == sara.get(path).body


@pytest.mark.parametrize("slug", ["nobody", "ACME", "acme%20", "x" * 5_000, "%D8%B3", "a%00b", "..", "%2e%2e", "import", "a%0d%0ab", "%ff"])
def test_a_provider_that_is_not_there(sara: Client, slug: str) -> None:
    """404, whatever stands in its place; what was sent does not get into a header."""
    answer = sara.get(f"/ai-providers/{slug}/")
    assert answer.status == 404
    assert answer.one("content-type") == "application/problem+json"
    assert not any("\n" in value or "\r" in value for _, value in answer.headers)


def test_the_problem_names_who_is_not_there(sara: Client) -> None:
    """For a person and for a program; with who may be meant, or who is there."""
    problem = sara.get("/ai-providers/amce").json
    reported = "there is no provider 'amce'; did you mean 'acme'?"
    assert (problem["type"], problem["detail"]) == ("urn:modeldesk:problem:provider-not-found", reported)
    assert sara.get("/ai-providers/nobody").json["detail"].startswith("there is no provider 'nobody'; known: ")


def test_head_tells_what_get_would(sara: Client) -> None:
    """The same status and headers, and no body."""
    for path in ("/ai-providers/", "/ai-providers/acme", "/ai-models/", "/auth/me", "/ai-providers/nobody"):
        get, head = (sara.ask(method, API + path, headers={"x-request-id": "one"}) for method in ("GET", "HEAD"))
        assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


def test_an_empty_desk_answers_empty_lists() -> None:
    """No provider is no fault."""
    with App() as app:
        app.run(app.container.admins().create("sara", PASSWORD, Role.SUPER))
        sara = app.signed_in()
        assert sara.get("/ai-providers/").json == {"count": 0, "providers": []}
        assert sara.get("/ai-models/").json == {"count": 0, "models": []}
        assert sara.get("/ai/dashboard/overview/").json["totals"] == dict.fromkeys(
            ("providers", "active_providers", "models", "active_models"), 0
        )


def test_both_databases_show_the_same(stored: App, app: App, sara: Client) -> None:
    """To the byte what the desk in memory shows: texts, numbers and their order survive."""
    assert len(DECLARED) == 3
    for path in ("/ai-providers/", "/ai-providers/acme", "/ai-models/browse-models/?provider=acme&capability=chat"):
        assert stored.signed_in().get(path).body == sara.get(path).body
