"""`Idempotency-Key` by REST: a rollback whose answer was lost is repeated, and goes back once."""

import pytest

from tests.support.app import API, App, Client
from tests.support.asgi import Answer

SLOT = {"provider": "acme", "capability": "chat"}
KEY = '"8e03978e-40d5-43e8-bc93-6894a57f9324"'


def roll_back(client: Client, key: str = KEY, **headers: str) -> Answer:
    return client.ask("POST", f"{API}/ai-models/rollback/", SLOT, [("Idempotency-Key", key), *headers.items()])


def filled(client: Client) -> None:
    for model in ("large", "small", "large"):
        assert client.select(model).status == 200


def test_a_rollback_that_is_repeated_goes_back_once(sara: Client) -> None:
    """The key counts without its quotes, too; another key goes back one more."""
    filled(sara)
    first = roll_back(sara)
    assert (first.status, first.json["slot_version"]) == (200, 4)
    assert roll_back(sara).json == roll_back(sara, KEY.strip('"')).json == first.json
    assert roll_back(sara, "another").json["slot_version"] == 5


def test_a_repeated_request_with_if_match_is_no_conflict(sara: Client) -> None:
    """It was right when it was done."""
    filled(sara)
    first = roll_back(sara, **{"If-Match": '"3"'})
    assert roll_back(sara, **{"If-Match": '"3"'}).json == first.json
    assert roll_back(sara, "another", **{"If-Match": '"3"'}).status == 412


def test_a_key_of_another_request_is_refused(sara: Client) -> None:
    """Of another route, another body, another condition."""
    filled(sara)
    roll_back(sara)
    other_route = sara.ask("POST", f"{API}/ai-models/deselect-model/", SLOT, [("Idempotency-Key", KEY)])
    other_body = sara.ask("POST", f"{API}/ai-models/rollback/", {**SLOT, "capability": "image"}, [("Idempotency-Key", KEY)])
    for answer in (other_route, other_body, roll_back(sara, **{"If-Match": '"4"'})):
        assert (answer.status, answer.json["type"].rpartition("/")[2].rpartition(":")[2]) == (422, "idempotency-key-reused")
    assert sara.get("/ai-models/?provider=acme&capability=chat&is_active=true").json["models"][0]["slot_version"] == 4


def test_another_admin_has_keys_of_their_own(app: App, sara: Client) -> None:
    """The same key is another one."""
    filled(sara)
    other = app.signed_in("nima")
    assert (roll_back(sara).json["slot_version"], roll_back(other).json["slot_version"]) == (4, 5)


@pytest.mark.parametrize("key", ["", "two words", "é", "x" * 201, '"'])
def test_an_invalid_key_is_refused(sara: Client, key: str) -> None:
    """With its path, and nothing is done."""
    filled(sara)
    answer = roll_back(sara, key)
    assert (answer.status, answer.json["errors"][0]["path"]) == (422, "$.headers.idempotency-key")
