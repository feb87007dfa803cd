"""Programs of others, unchanged, ask a real server: OpenFeature's provider and OpenAI's client."""

import json
from pathlib import Path

import httpx
import pytest
from openfeature import api
from openfeature.client import OpenFeatureClient
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

from tests.support.live_server import LiveServer
from tests.support.product_tokens import token_named

CONTEXT = EvaluationContext(targeting_key="shop")


def following(server: LiveServer, token: str) -> OpenFeatureClient:
    """OpenFeature's client over its provider for remote evaluation."""
    api.set_provider(OFREPProvider(server.origin, headers_factory=lambda: {"Authorization": f"Bearer {token}"}))
    return api.get_client()


@pytest.fixture
def flags(server: LiveServer, token: str) -> OpenFeatureClient:
    return following(server, token)


def test_openfeature_follows_a_use(server: LiveServer, flags: OpenFeatureClient) -> None:
    """The string and the object, before and after another model is selected."""
    found = flags.get_string_details("support-chat", "fallback", CONTEXT)
    assert (found.value, found.reason, found.flag_metadata["model_id"]) == ("acme/large", "STATIC", "large")
    whole = flags.get_object_value("support-chat.object", {}, CONTEXT)
    assert (whole["provider"], whole["model_id"], whole["use"]) == ("acme", "large", "support-chat")  # type: ignore[call-overload] # an object
    server.run("models", "select", "acme", "chat", "small")
    assert flags.get_string_value("acme.chat", "fallback") == "small"
    server.run("models", "select", "acme", "chat", "large")


def test_openfeature_keeps_the_default_where_nothing_is_active(server: LiveServer, flags: OpenFeatureClient) -> None:
    """An empty slot and an unknown flag: the product goes on with what it has."""
    server.run("models", "deselect", "acme", "chat")
    empty = flags.get_string_details("support-chat", "mine", CONTEXT)
    assert (empty.value, empty.reason, empty.error_code) == ("mine", "DISABLED", None)
    unknown = flags.get_string_details("nothing", "mine", CONTEXT)
    assert (unknown.value, unknown.error_code) == ("mine", "FLAG_NOT_FOUND")
    assert flags.get_integer_details("support-chat.object", 7).value == 7
    server.run("models", "select", "acme", "chat", "large")


def test_openfeature_pauses_where_it_asks_too_often(server: LiveServer) -> None:
    """429 with Retry-After: the product has its default, and asks nothing for a while."""
    busy = following(server, token_named("busy", server))
    found = [busy.get_string_details("acme.chat", "mine") for _ in range(100)]
    first = next(number for number, one in enumerate(found) if one.error_code is not None)
    assert first >= 25
    assert (found[first].value, found[first].error_message) == ("mine", "Rate limited, retry after: 1")
    assert {one.value for one in found[:first]} == {"large"}
    assert any("paused" in str(one.error_message) for one in found[first:])


def test_openai_lists_active_models(server: LiveServer, token: str) -> None:
    """Its own client reads the list and one model, and recognizes each refusal."""
    import openai  # takes half a second

    with openai.OpenAI(base_url=f"{server.origin}/v1", api_key=token, max_retries=0) as client:
        assert [(model.id, model.owned_by) for model in client.models.list()] == [("acme/large", "acme")]
        assert client.models.retrieve("acme/large").created > 0
        with pytest.raises(openai.NotFoundError) as missing:
            client.models.retrieve("acme/small")
        with pytest.raises(openai.NotFoundError) as proxied:
            client.chat.completions.create(model="acme/large", messages=[{"role": "user", "content": "hello"}])
    assert (missing.value.code, proxied.value.code) == ("model_not_found", "not_a_proxy")
    with (
        openai.OpenAI(base_url=f"{server.origin}/v1", api_key="wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.models.list()


def test_plain_http_follows_by_etag(server: LiveServer, token: str, tmp_path: Path) -> None:
    """304 while nothing changes; the answer can be kept in a file, as a small program would."""
    with httpx.Client(base_url=server.origin, headers={"Authorization": f"Bearer {token}"}) as product:
        first = product.get("/api/resolve/support-chat")
        (tmp_path / "kept.json").write_bytes(first.content)
        again = product.get("/api/resolve/support-chat", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        server.run("models", "select", "acme", "chat", "small")
        changed = product.get("/api/resolve/support-chat", headers={"If-None-Match": first.headers["etag"]})
        assert (changed.status_code, changed.json()["model_id"]) == (200, "small")
    server.run("models", "select", "acme", "chat", "large")
    assert json.loads((tmp_path / "kept.json").read_bytes())["model_id"] == "large"
