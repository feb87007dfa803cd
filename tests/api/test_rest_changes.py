"""The change log over REST."""

from datetime import timedelta

from tests.support.app import App, Client

LIVE = {
    "slug": "live",
    "name": "Live",
    "display_name": "Live",
    "provider_class": "OpenAICompatibleProvider",
    "api_base_url": "https://live.example/v1",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}


def refresh(app: App, client: Client, *ids: str) -> None:
    """The vendor has this list now, and somebody refreshes it."""
    app.vendors.write("live", ids)
    app.clock.forward(timedelta(minutes=2))
    answer = client.get("/ai-models/browse-models/?provider=live&capability=chat&refresh=true")
    assert answer.status == 200, answer.body


def test_changes_of_two_lists_are_answered_newest_first(app: App, sara: Client, nima: Client) -> None:
    """To every admin, with the facts before and after."""
    app.put(LIVE)
    refresh(app, sara, "gpt-5", "gpt-4o")
    assert sara.get("/ai-models/changes/").json == {"count": 0, "changes": [], "next": None}
    refresh(app, sara, "gpt-5", "gpt-4o", "gpt-6")
    refresh(app, sara, "gpt-5", "gpt-6")
    refresh(app, sara, "gpt-5", "gpt-6")
    answer = nima.get("/ai-models/changes/").json
    assert [(change["kind"], change["model_id"]) for change in answer["changes"]] == [("removed", "gpt-4o"), ("added", "gpt-6")]
    removed, added = answer["changes"]
    assert (added["before"], removed["after"]) == (None, None)
    assert added["after"].keys() == removed["before"].keys() == {"name", "pricing", "context_length", "deprecated_on", "retires_on", "note"}
    assert added.keys() == {"id", "at", "provider", "model_id", "kind", "before", "after"}


def test_the_log_is_filtered_and_read_page_by_page(app: App, sara: Client) -> None:
    """`next` leads on, and is null at the end."""
    app.put(LIVE)
    refresh(app, sara, "a")
    refresh(app, sara, "a", "b", "c")
    first = sara.get("/ai-models/changes/?provider=live&limit=1").json
    assert (first["count"], first["next"]) == (1, first["changes"][0]["id"])
    second = sara.get(f"/ai-models/changes/?limit=5&older_than={first['next']}").json
    assert ([change["model_id"] for change in second["changes"]], second["next"]) == (["b"], None)
    assert sara.get("/ai-models/changes/?provider=acme").json["count"] == 0
    assert sara.get("/ai-models/changes/?since=2036-01-01").json["count"] == 0


def test_wrong_filters_are_refused(sara: Client, anonymous: Client) -> None:
    """By name; an unknown provider is not found."""
    assert sara.get("/ai-models/changes/?provider=nobody").status == 404
    assert sara.get("/ai-models/changes/?since=yesterday").status == 422
    assert sara.get("/ai-models/changes/?kind=added").status == 422
    assert anonymous.get("/ai-models/changes/").status == 401
