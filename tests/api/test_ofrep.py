"""OpenFeature's remote evaluation: keys, values, what is unknown, and its own errors."""

from datetime import timedelta

import pytest

from modeldesk.domain.model.providers.provider import Slot
from modeldesk.entrypoints.consumer.flags import FlagKey, flag_key
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App, Client
from tests.support.asgi import Answer

FLAGS = "/ofrep/v1/evaluate/flags"


@pytest.fixture
def product(app: App, sara: Client) -> Client:
    """A product with a token, at a desk where a use points at Acme's chat."""
    sara.ask("PUT", "/api/admin/ai-uses/support-chat/", {"provider": "acme", "capability": "chat", "fallbacks": ["open"]})
    sara.select("large")
    return app.program("resolve")


def evaluated(client: Client, key: str = "", body: object = None) -> Answer:
    return client.ask("POST", f"{FLAGS}/{key}" if key else FLAGS, {} if body is None else body)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("support-chat", ("support-chat", False)),
        ("support-chat.object", ("support-chat", True)),
        ("acme.chat", ("acme/chat", False)),
        ("acme.chat.object", ("acme/chat", True)),
        ("acme.object", ("acme", True)),
        ("acme.object.object", ("acme/object", True)),
        ("a.b.c", None),
        ("a.b.c.object", None),
        ("", None),
        (".object", None),
        ("object", ("object", False)),
        ("Support", None),
        ("acme..object", None),
    ],
)
def test_a_key_names_a_use_or_a_slot(text: str, asked: tuple[str, bool] | None) -> None:
    """Never both: a key of two parts whose last is `object` is the use as an object."""
    found = flag_key(text)
    assert (found and (found.asked.path if isinstance(found.asked, Slot) else found.asked, found.is_object)) == asked
    assert found is None or isinstance(found, FlagKey)


def test_a_use_is_the_provider_and_its_model(product: Client) -> None:
    """As a string, with the version as the variant and facts as flat scalars."""
    answer = evaluated(product, "support-chat", {"context": {"targetingKey": "shop", "plan": "gold"}})
    assert (answer.status, answer.json) == (
        200,
        {
            "key": "support-chat",
            "value": "acme/large",
            "reason": "STATIC",
            "variant": "1",
            "metadata": {
                "provider": "acme",
                "capability": "chat",
                "slot_version": 1,
                "use": "support-chat",
                "use_version": 1,
                "model_id": "large",
                "model_name": "Acme Large",
            },
        },
    )


def test_a_slot_is_the_model_alone(product: Client) -> None:
    """Its id, as a text."""
    assert evaluated(product, "acme.chat").json["value"] == "large"


@pytest.mark.parametrize(("key", "path"), [("support-chat.object", "support-chat"), ("acme.chat.object", "acme/chat")])
def test_an_object_is_the_whole_answer(product: Client, key: str, path: str) -> None:
    """The very one that `/api/resolve` gives."""
    assert evaluated(product, key).json["value"] == product.ask("GET", f"/api/resolve/{path}").json


@pytest.mark.parametrize("key", ["open.chat", "acme.content.object", "switched-off.chat", "acme.image"])
def test_where_nothing_is_active_the_default_holds(product: Client, key: str) -> None:
    """No value, and the version all the same."""
    answer = evaluated(product, key)
    assert (answer.status, answer.json["reason"], answer.json["variant"]) == (200, "DISABLED", "0")
    assert "value" not in answer.json


@pytest.mark.parametrize("key", ["nothing", "nobody.chat", "nobody.chat.object", "a.b.c", "Support", "x" * 300, "%22%3E%3Cimg"])
def test_an_unknown_key_is_told_in_the_protocols_words(product: Client, key: str) -> None:
    """Shortly, however long the key is."""
    answer = evaluated(product, key)
    assert (answer.status, answer.json["errorCode"]) == (404, "FLAG_NOT_FOUND")
    assert answer.json["errorDetails"]
    assert len(answer.body) < 1000


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"context": 1}', b'{"context": {"targetingKey": 1}}', b"[" * 5000, b"\xff"])
def test_a_broken_question_is_told_in_the_protocols_words(product: Client, body: bytes) -> None:
    """With the key where one was asked for."""
    for key in ("support-chat", ""):
        answer = product.ask("POST", f"{FLAGS}/{key}" if key else FLAGS, body)
        assert (answer.status, answer.json["errorCode"]) == (400, "PARSE_ERROR")
        assert ("key" in answer.json) is bool(key)
        assert answer.json["errorDetails"]


def test_who_may_not_ask_is_told_in_the_protocols_words(app: App, product: Client) -> None:
    """Without a token, and with one of another scope."""
    assert app.client().ask("POST", f"{FLAGS}/support-chat", {}).json["errorCode"] == "GENERAL"
    assert (evaluated(app.client()).status, evaluated(app.program("select", name="selects")).status) == (401, 403)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", FLAGS, 405), ("PUT", f"{FLAGS}/support-chat", 405), ("POST", f"{FLAGS}/a/b", 404)]
)
def test_what_no_route_takes_is_told_in_the_protocols_words(product: Client, method: str, path: str, status: int) -> None:
    """The method or the path; the methods that it takes stand in Allow."""
    answer = product.ask(method, path)
    assert (answer.status, set(answer.json)) == (status, {"errorCode", "errorDetails"})
    assert [sorted(value.split(", ")) for value in answer.all("allow")] == ([["OPTIONS", "POST"]] if status == 405 else [])


def test_all_flags_in_one_answer(app: App, sara: Client, product: Client) -> None:
    """Both forms of every use and slot; 304 until something changes."""
    sara.select("m", provider="open", capability="object")
    answer = evaluated(product)
    assert [flag["key"] for flag in answer.json["flags"]] == [
        "support-chat",
        "support-chat.object",
        "acme.chat",
        "acme.chat.object",
        "open.object.object",
    ]
    for flag in answer.json["flags"]:
        assert evaluated(product, flag["key"]).json == flag
    asked = {"if-none-match": answer.tag}
    assert product.ask("POST", FLAGS, {}, asked).status == 304
    sara.select("small")
    changed = product.ask("POST", FLAGS, {}, asked)
    assert (changed.status, changed.json["flags"][0]["value"]) == (200, "acme/small")


def stream_of(answer: Answer) -> str:
    (stream,) = answer.json["eventStreams"]
    return str(stream["endpoint"]["requestUri"])


def test_no_client_keeps_an_address_that_has_ended(app: App, product: Client) -> None:
    """A ticket lives ten minutes; after half of that the tag is another one, and the answer has a new ticket."""
    first = evaluated(product)
    app.clock.now += timedelta(minutes=5)
    again = product.ask("POST", FLAGS, {}, {"if-none-match": first.tag})
    assert again.status == 200
    assert again.json["flags"] == first.json["flags"]
    assert stream_of(again) != stream_of(first)


def test_each_token_has_its_own_ticket(app: App, product: Client) -> None:
    """Also two of the same admin: one that is revoked ends no stream of the other. A session needs none."""
    other = app.program("resolve", name="other")
    assert stream_of(evaluated(product)) != stream_of(evaluated(other))
    assert stream_of(evaluated(product)) == stream_of(evaluated(product))
    assert "eventStreams" not in evaluated(app.signed_in("nima")).json


def test_too_many_are_refused_in_the_protocols_words(sara: Client, app: App) -> None:
    """429 with Retry-After, for one flag and for all; another token is answered meanwhile."""
    with App(settings=Settings(evaluations_per_second=1), store=app.store) as bounded:
        busy, calm = bounded.program("resolve"), bounded.program("resolve", name="calm")
        assert [evaluated(busy, "acme.chat").status for _ in range(6)] == [200] * 5 + [429]
        refused, all_flags = evaluated(busy, "acme.chat"), evaluated(busy)
        assert (refused.status, refused.one("retry-after"), refused.json["errorCode"]) == (429, "1", "GENERAL")
        assert (all_flags.status, all_flags.one("retry-after"), "key" in all_flags.json) == (429, "1", False)
        assert evaluated(calm, "acme.chat").status == 200
        bounded.clock.forward(timedelta(seconds=1))
        assert evaluated(busy, "acme.chat").status == 200
