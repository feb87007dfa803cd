"""Everything in one place, and dropping the kept lists."""

from typing import Any

import pytest

from tests.support.app import DECLARED, App, Client

OVERVIEW = "/ai/dashboard/overview/"
CLEAR = "/ai/dashboard/cache/clear"


def overview(client: Client) -> dict[str, Any]:
    answer = client.get(OVERVIEW)
    assert answer.status == 200
    seen: dict[str, Any] = answer.json
    return seen


@pytest.mark.parametrize("path", [OVERVIEW, OVERVIEW.rstrip("/")])
def test_the_shape_of_the_contract(app: App, sara: Client, path: str) -> None:
    """Totals, each provider with each capability and what is active there, the cache, and what needs attention."""
    chosen = sara.select().json
    del chosen["previous"]
    generation = app.run(app.store.current()).generation
    unused = {"supported": True, "has_dynamic_models": False, "model_count": 0, "fetched_at": None, "active_model": None}
    assert sara.get(path).json == {
        "generation": generation.catalogue + generation.choices,
        "generated_at": "2026-11-24T12:00:00.000Z",
        "totals": {"providers": 3, "active_providers": 2, "models": 1, "active_models": 1},
        "providers": [
            {
                "slug": "acme",
                "name": "Acme",
                "display_name": "Acme AI",
                "sort_order": 1,
                "is_active": True,
                "is_recommended": True,
                "capabilities": {
                    "chat": {**unused, "model_count": 3, "active_model": chosen},
                    "image": {**unused, "supported": False, "model_count": None},
                    "video": {**unused, "has_dynamic_models": True, "model_count": None},
                    "content": unused,
                },
            },
            {
                "slug": "switched-off",
                "name": "Off",
                "display_name": "Off",
                "sort_order": 2,
                "is_active": False,
                "is_recommended": False,
                "capabilities": {"chat": {**unused, "model_count": 1}},
            },
            {
                "slug": "open",
                "name": "Open",
                "display_name": "Open",
                "sort_order": 3,
                "is_active": True,
                "is_recommended": False,
                "capabilities": {},
            },
        ],
        "cache": {"backend": "memory", "entries": 0},
        "warnings": [],
    }


def test_a_choice_that_nobody_declared_shows(sara: Client) -> None:
    """At a provider that declares nothing, the capability is there while it is in use."""
    sara.select("any", "open", "poetry")
    shown = overview(sara)["providers"][2]["capabilities"]
    assert shown["poetry"]["active_model"]["model_id"] == "any"
    assert (shown["poetry"]["supported"], shown["poetry"]["model_count"]) == (True, None)
    sara.deselect("open", "poetry")
    assert overview(sara)["providers"][2]["capabilities"] == {}


def test_what_needs_attention(app: App, sara: Client) -> None:
    """A model in use that the list does not hold, and one whose provider is switched off; each goes when its cause does."""
    sara.select("gpt-4.5")
    assert [(warning["code"], warning["provider"], warning["capability"]) for warning in overview(sara)["warnings"]] == [
        ("not-in-catalogue", "acme", "chat")
    ]
    sara.select("large")
    app.put({**DECLARED[0], "is_active": False})
    (warning,) = overview(sara)["warnings"]
    assert warning == {
        "code": "provider-inactive",
        "provider": "acme",
        "capability": "chat",
        "message": "large is active, but the provider is disabled",
    }
    app.put(DECLARED[0])
    assert overview(sara)["warnings"] == []


def test_the_totals_count(sara: Client) -> None:
    """Stored models, and slots that hold an active one."""
    for model in ("large", "small", "gpt-4.5"):
        sara.select(model)
    sara.select("text", capability="content")
    sara.deselect(capability="content")
    assert overview(sara)["totals"] == {"providers": 3, "active_providers": 2, "models": 4, "active_models": 1}


def browse(client: Client, provider: str, capability: str) -> None:
    assert client.get(f"/ai-models/browse-models/?provider={provider}&capability={capability}").status == 200


def with_live_lists(app: App) -> App:
    """Two providers whose vendors list their models live; acme is one of them, for video."""
    app.put({**DECLARED[0], "slug": "other", "sort_order": 9})
    for slug in ("acme", "other"):
        app.vendors.write(slug, ["veo-9"])
    return app


def test_the_cache_fills_and_is_cleared(app: App, sara: Client) -> None:
    """Of one provider, or of all; the answer tells how many lists were dropped. A declared list is none of them."""
    with_live_lists(app)

    def fill() -> None:
        for provider, capability in (("acme", "video"), ("acme", "chat"), ("other", "video")):
            browse(sara, provider, capability)

    fill()
    assert overview(sara)["cache"] == {"backend": "memory", "entries": 2}
    assert sara.post(f"{CLEAR}/?provider=acme").json == {"cleared": 1}
    assert overview(sara)["cache"]["entries"] == 1
    fill()
    assert sara.post(CLEAR).json["cleared"] == 2
    assert overview(sara)["cache"]["entries"] == 0
    assert sara.post(CLEAR, {}).json == {"cleared": 0}


def test_clearing_is_for_super_admins(app: App, sara: Client, nima: Client) -> None:
    """A normal one is told so, also before anything else that is wrong, and the lists stay."""
    browse(with_live_lists(app).signed_in("nima"), "acme", "video")
    before = app.run(app.store.current()).generation.catalogue
    for query in ("", "?provider=nobody", "?nonsense=1"):
        answer = nima.post(f"{CLEAR}/{query}")
        assert (answer.status, answer.json["type"]) == (403, "urn:modeldesk:problem:not-allowed")
    assert overview(sara)["cache"]["entries"] == 1
    assert app.run(app.store.current()).generation.catalogue == before


@pytest.mark.parametrize(
    ("query", "body", "status"),
    [
        ("?provider=nobody", None, 404),
        ("?provider=No", None, 422),
        ("?providr=acme", None, 422),
        ("", {"provider": "acme"}, 422),
        ("", b"{", 400),
    ],
)
def test_a_wrong_wish_clears_nothing(app: App, sara: Client, query: str, body: object, status: int) -> None:
    """Also one in the body, which might have been meant."""
    with_live_lists(app)
    browse(sara, "acme", "video")
    assert sara.post(f"{CLEAR}/{query}", body).status == status
    assert overview(sara)["cache"]["entries"] == 1


def test_clearing_reaches_the_other_worker(stored: App, other_worker: App) -> None:
    """Which asks the vendor anew from then on, though it has the list of before."""
    with_live_lists(other_worker)
    here, there = stored.signed_in(), other_worker.signed_in()
    for _ in range(2):
        browse(there, "acme", "video")
    assert len(other_worker.vendors.asked) == 1
    before = other_worker.run(other_worker.store.current()).generation.catalogue
    assert here.post(CLEAR).json == {"cleared": 0}
    assert other_worker.run(other_worker.store.current()).generation.catalogue == before + 1
    browse(there, "acme", "video")
    assert len(other_worker.vendors.asked) == 2
