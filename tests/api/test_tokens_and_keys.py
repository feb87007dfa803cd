"""API tokens and vendors' keys: a program spends shared ones alone, and only those that its scopes let it spend."""

import pytest

from tests.support.app import API, DECLARED, App, Client
from tests.support.asgi import Answer
from tests.support.fake_vendors import vendor_models

OWN_KEY, SHARED_KEY = "sk-of-sara-0123456789AAAA", "sk-shared-0123456789CCCC"
LIVE = {
    **DECLARED[0],
    "slug": "live",
    "sort_order": 9,
    "provider_class": "GroqProvider",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}
BROWSE = "/ai-models/browse-models/?provider=live&capability=chat"


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["type"].removeprefix("urn:modeldesk:problem:")


@pytest.fixture
def vendor(app: App, sara: Client) -> App:
    """A vendor that tells each key another list; sara's own and the shared one are entered."""
    app.put(LIVE)
    for key, name in ((OWN_KEY, "own"), (SHARED_KEY, "shared")):
        app.vendors.lists[f"live {key}"] = vendor_models(name)
        assert sara.ask("PUT", f"{API}/ai-providers/live/key/", {"scope": name.replace("own", "personal"), "api_key": key}).status == 200
    return app


def test_a_token_spends_shared_keys_alone(vendor: App, sara: Client) -> None:
    """Its admin's own key is neither spent nor told of; and the shared one by a token that is no admin's only where normal admins may."""
    admin, reader = vendor.program("admin"), vendor.program("read", name="reader")
    assert [model["id"] for model in sara.get(BROWSE).json["models"]] == ["own"]
    assert [model["id"] for model in admin.get(BROWSE).json["models"]] == ["shared"]
    assert problem(reader.get(BROWSE)) == (409, "key-missing")
    assert admin.get("/ai-providers/live/").json["key"] == {"shared": True, "personal": False, "usable": True, "hint": SHARED_KEY[-4:]}
    assert reader.get("/ai-providers/live/").json["key"] == {"shared": True, "personal": False, "usable": False, "hint": ""}
    vendor.put({**LIVE, "allow_shared_for_normal_admins": True})
    assert [model["id"] for model in reader.get(BROWSE).json["models"]] == ["shared"]
    assert reader.get("/ai-providers/live/").json["key"] == {"shared": True, "personal": False, "usable": True, "hint": ""}
    assert {key for _, key in vendor.vendors.asked} == {OWN_KEY, SHARED_KEY}


def test_a_token_touches_no_personal_key(vendor: App) -> None:
    """Whatever its scopes: not to enter, to check or to remove it."""
    admin, before = vendor.program("read", "select", "import", "admin"), vendor.run(vendor.store.current()).keys
    for method, path, more in (("PUT", "", {"api_key": "sk-another-0123456789"}), ("DELETE", "", {}), ("POST", "check/", {})):
        answer = admin.ask(method, f"{API}/ai-providers/live/key/{path}", {"scope": "personal", **more})
        assert problem(answer) == (403, "not-allowed")
    assert vendor.run(vendor.store.current()).keys == before
    assert admin.post("/ai-providers/live/key/check/", {"scope": "shared"}).json["verdict"] == "valid"


def test_answers_are_not_shared_between_who_sees_different_things(vendor: App, sara: Client) -> None:
    """The tag of one is not taken from the other, and what is kept for one is not told to the other."""
    vendor.put({**LIVE, "allow_shared_for_normal_admins": True})
    clients = [sara, vendor.program("admin"), vendor.program("read", name="reader")]
    for path in ("/ai-providers/live/", BROWSE):
        for client in clients:
            client.get(path)  # what was read live comes from the cache from here on
        tags = [client.get(path).tag for client in clients]
        assert len(set(tags)) == 3
        for mine, client in enumerate(clients):
            assert [client.get(path, {"if-none-match": tag}).status for tag in tags] == [304 if tag == tags[mine] else 200 for tag in tags]


def test_a_token_refreshes_as_a_normal_admin_does(vendor: App) -> None:
    """Once a minute for a list; with the scope admin as super admins do, and then it may accept what shrank."""
    vendor.put({**LIVE, "allow_shared_for_normal_admins": True})
    reader, admin = vendor.program("read", name="reader"), vendor.program("admin")
    assert reader.get(f"{BROWSE}&refresh=true").status == 200
    assert problem(reader.get(f"{BROWSE}&refresh=true")) == (429, "too-soon")
    assert admin.get(f"{BROWSE}&refresh=true").status == 200
    assert problem(reader.get(f"{BROWSE}&refresh=true&accept=true")) == (403, "not-allowed")
    assert admin.get(f"{BROWSE}&refresh=true&accept=true").status == 200
