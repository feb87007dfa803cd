"""Keys of one's own over REST: whose they are is never asked, only who asks; and no answer, tag or refusal tells of another's."""

import json
from datetime import timedelta
from typing import Any

import pytest

from modeldesk.domain.model.access.admin import Role
from tests.support.app import PASSWORD, App, Client, live_declared
from tests.support.asgi import Answer
from tests.support.fake_vendors import vendor_models

KEY_OF = {"sara": "sk-of-sara-0123456789AAAA", "nima": "sk-of-nima-0123456789BBBB", None: "sk-shared-0123456789CCCC"}
PATH = "/ai-providers/live/key/"
BROWSE = "/ai-models/browse-models/?provider=live&capability=chat"
LIVE = live_declared("GroqProvider", "chat")


@pytest.fixture
def vendor(app: App) -> App:
    """A house with a vendor that tells each key another list."""
    app.put(LIVE)
    for owner, key in KEY_OF.items():
        app.vendors.lists[f"live {key}"] = vendor_models(f"gpt-of-{owner or 'all'}")
    return app


def ask(client: Client, method: str, path: str, **body: str) -> Answer:
    return client.ask(method, "/api/admin" + path, body)


def enter(client: Client, owner: str | None) -> Answer:
    return ask(client, "PUT", PATH, scope="personal" if owner else "shared", api_key=KEY_OF[owner])


def flags(app: App, **fields: bool) -> None:
    app.put({**LIVE, **fields})


def key_of(client: Client) -> Any:
    reported = client.get("/ai-providers/live/").json["key"]
    (listed,) = [provider["key"] for provider in client.get("/ai-providers/").json["providers"] if provider["slug"] == "live"]
    assert listed == reported
    return reported


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [model["id"] for model in answer.json["models"]] + [model["id"] for model in answer.json.get("excluded", ())]


def test_an_own_key_is_entered_checked_and_removed(vendor: App, nima: Client) -> None:
    """By a normal admin, who is told its last four; it is never answered again, and removing it twice is fine."""
    entered = enter(nima, "nima")
    assert (entered.status, entered.json) == (
        200,
        {"provider": "live", "scope": "personal", "hint": "BBBB", "set_at": "2026-11-24T12:00:00.000Z", "set_by": "nima"},
    )
    assert key_of(nima) == {"shared": False, "personal": True, "usable": True, "hint": "BBBB"}
    assert ask(nima, "POST", PATH + "check/", scope="personal").json["verdict"] == "valid"
    assert [ask(nima, "DELETE", PATH, scope="personal").json for _ in range(2)] == [{"removed": True}, {"removed": False}]
    assert key_of(nima) == {"shared": False, "personal": False, "usable": False, "hint": ""}
    gone = ask(nima, "POST", PATH + "check/", scope="personal")
    assert (gone.status, gone.json["type"]) == (404, "urn:modeldesk:problem:key-not-found")


def test_nobody_is_told_of_anothers_key(vendor: App, sara: Client, nima: Client) -> None:
    """Not even a super admin: what they see, check and remove is as if it were not there; and nobody can name an owner."""
    before = sara.get("/ai-providers/live/")
    enter(nima, "nima")
    assert key_of(sara) == {"shared": False, "personal": False, "usable": False, "hint": ""}
    assert sara.get("/ai-providers/live/", {"If-None-Match": before.tag}).status == 304
    assert ask(sara, "POST", PATH + "check/", scope="personal").status == 404
    assert ask(sara, "DELETE", PATH, scope="personal").json == {"removed": False}
    assert ask(sara, "DELETE", PATH, scope="personal", owner="nima").status == 422
    assert ask(nima, "PUT", PATH, scope="personal", owner="sara", api_key=KEY_OF["nima"]).status == 422
    assert key_of(nima)["personal"] is True
    assert ask(nima, "PUT", PATH, scope="shared", api_key=KEY_OF[None]).status == 403
    assert ask(nima, "DELETE", PATH, scope="shared").status == 403
    assert ask(nima, "POST", PATH + "check/", scope="shared").status == 403


def test_admins_of_one_role_share_no_answer(vendor: App, nima: Client) -> None:
    """What is kept of one's answers is not for another, who asks the same with the same rights."""
    vendor.run(vendor.container.admins().create("omid", PASSWORD, Role.NORMAL))
    omid = vendor.signed_in("omid")
    enter(nima, "nima")
    for _ in range(2):
        assert (key_of(nima)["personal"], key_of(omid)) == (True, {"shared": False, "personal": False, "usable": False, "hint": ""})
        assert (nima.get(BROWSE).status, omid.get(BROWSE).status) == (200, 409)


@pytest.mark.parametrize("more", ["", "&explain=true", "&refresh=true", "&search=gpt"])
def test_each_browses_the_list_of_their_own_key(vendor: App, sara: Client, nima: Client, more: str) -> None:
    """Kept answers and tags never cross: not with the other's tag, not in turns, not for the same query."""
    enter(sara, "sara"), enter(nima, "nima"), enter(sara, None)
    for _ in range(2):
        assert ids(nima.get(BROWSE + more)) == ["gpt-of-nima"]
        assert ids(sara.get(BROWSE + more)) == ["gpt-of-sara"]
        vendor.clock.forward(timedelta(minutes=2))
    tags = [client.get(BROWSE + more.replace("&refresh=true", "")).tag for client in (sara, nima)]
    assert len(set(tags)) == 2
    for client, tag, status in ((nima, tags[0], 200), (sara, tags[1], 200), (sara, tags[0], 304), (nima, tags[1], 304)):
        assert client.get(BROWSE + more.replace("&refresh=true", ""), {"If-None-Match": tag}).status == status


def test_an_own_key_goes_first_and_the_shared_one_where_it_may(vendor: App, sara: Client, nima: Client) -> None:
    """As the flags allow; the tag of the answer before does not outlive the change."""
    enter(sara, None)
    refused = nima.get(BROWSE)
    assert (refused.status, refused.json["type"]) == (409, "urn:modeldesk:problem:key-missing")
    flags(vendor, allow_shared_for_normal_admins=True)
    assert key_of(nima) == {"shared": True, "personal": False, "usable": True, "hint": ""}
    shared = nima.get(BROWSE)
    assert ids(shared) == ["gpt-of-all"]
    enter(nima, "nima")
    own = nima.get(BROWSE, {"If-None-Match": shared.tag})
    assert ids(own) == ["gpt-of-nima"]
    flags(vendor, allow_shared_for_normal_admins=True, allow_personal_keys=False)
    assert key_of(nima) == {"shared": True, "personal": True, "usable": True, "hint": ""}
    assert ids(nima.get(BROWSE, {"If-None-Match": own.tag})) == ["gpt-of-all"]
    flags(vendor, allow_personal_keys=False)
    assert nima.get(BROWSE, {"If-None-Match": own.tag}).status == 409
    assert ask(nima, "PUT", PATH, scope="personal", api_key=KEY_OF["nima"]).status == 403
    assert ask(nima, "POST", PATH + "check/", scope="personal").status == 409


def test_an_own_list_is_no_part_of_the_overview(vendor: App, sara: Client, nima: Client) -> None:
    """Nor of what selected models are said to be in: also for its owner."""
    enter(nima, "nima")
    nima.get(BROWSE)
    nima.select("gpt-of-nima", "live")
    for client in (sara, nima):
        overview = client.get("/ai/dashboard/overview/").json
        (live,) = [provider for provider in overview["providers"] if provider["slug"] == "live"]
        chat = live["capabilities"]["chat"]
        assert (chat["model_count"], chat["fetched_at"], chat["active_model"]["in_catalogue"]) == (None, None, None)
        assert "0123456789" not in json.dumps(overview)


def test_a_normal_admin_refreshes_once_a_minute(vendor: App, sara: Client, nima: Client) -> None:
    """429 with the seconds to wait; nobody is asked meanwhile; taking a shrunk list is for super admins."""
    enter(nima, "nima"), enter(sara, "sara")
    assert nima.get(BROWSE + "&refresh=true").status == 200
    vendor.clock.forward(timedelta(seconds=10))
    asked = len(vendor.vendors.asked)
    soon = nima.get(BROWSE + "&refresh=true")
    assert (soon.status, soon.json["type"], soon.one("retry-after")) == (429, "urn:modeldesk:problem:too-soon", "50")
    assert len(vendor.vendors.asked) == asked
    assert [sara.get(BROWSE + "&refresh=true").status for _ in range(3)] == [200] * 3
    assert nima.get(BROWSE + "&refresh=true&accept=true").status == 403
    assert nima.get(BROWSE).status == 200
    vendor.clock.forward(timedelta(seconds=50))
    assert nima.get(BROWSE + "&refresh=true").status == 200


def test_a_key_that_cannot_be_decrypted_is_told_and_breaks_nothing(vendor: App, sara: Client, nima: Client) -> None:
    """In the provider's answer, to whom it concerns; a shared one in the overview too; browsing with it is a plain refusal."""
    enter(sara, None), enter(nima, "nima")
    vendor.spoil_key("live", "nima")
    assert key_of(nima) == {"shared": True, "personal": True, "usable": False, "hint": "BBBB", "unreadable": ["personal"]}
    assert "unreadable" not in key_of(sara)
    assert [warning["code"] for warning in sara.get("/ai/dashboard/overview/").json["warnings"]] == []
    refused = nima.get(BROWSE)
    assert (refused.status, refused.json["type"]) == (409, "urn:modeldesk:problem:key-unreadable")
    assert ask(nima, "POST", PATH + "check/", scope="personal").status == 409
    vendor.spoil_key("live", None)
    assert key_of(sara) == {"shared": True, "personal": False, "usable": False, "hint": "CCCC", "unreadable": ["shared"]}
    (warning,) = sara.get("/ai/dashboard/overview/").json["warnings"]
    assert (warning["code"], warning["provider"]) == ("key-unreadable", "live")
    assert enter(nima, "nima").status == 200
    assert ids(nima.get(BROWSE)) == ["gpt-of-nima"]


def test_a_switched_off_admins_key_is_not_spent_when_they_come_back_as_they_were(vendor: App, nima: Client) -> None:
    """Switched off, they are nobody; on again, after a new sign-in, the key is theirs as before."""
    enter(nima, "nima")
    accounts = vendor.container.admins()
    vendor.run(accounts.set_active("nima", False))
    assert nima.get(BROWSE).status == 401
    vendor.run(accounts.set_active("nima", True))
    assert ids(vendor.signed_in("nima").get(BROWSE)) == ["gpt-of-nima"]
