"""Real answers, and the shapes that the OpenAPI document gives them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId
from tests.support.app import API, DECLARED, App, Client
from tests.support.json_schema import faults
from tests.support.openapi_document import operation

FULLY_TOLD = VendorModel(
    ModelId("gpt-5"),
    "GPT-5",
    Pricing(amounts={"prompt": Decimal(1)}),
    400_000,
    (Modality.TEXT, Modality.IMAGE),
    (Modality.TEXT,),
    "chat",
    date(2025, 8, 7),
    date(2027, 1, 1),
    date(2028, 1, 1),
)


CHOICE = {"provider": "acme", "capability": "chat", "model_id": "large"}


ASKED = [
    ("GET /api/admin/auth/me", "/auth/me", None),
    ("GET /api/admin/ai-providers", "/ai-providers", None),
    ("GET /api/admin/ai-providers/{slug}", "/ai-providers/acme", None),
    ("GET /api/admin/ai-providers/{slug}", "/ai-providers/nobody", None),
    ("PATCH /api/admin/ai-providers/{slug}", "/ai-providers/acme", {"sort_order": 7, "api_base_url": "https://other.example"}),
    ("PATCH /api/admin/ai-providers/{slug}", "/ai-providers/acme", {"sort_order": 1.5}),
    ("PATCH /api/admin/ai-providers/{slug}", "/ai-providers/nobody", {}),
    ("POST /api/admin/ai-providers/import", "/ai-providers/import?dry_run=true&slug=acme", {"version": "1.0.0", "providers": []}),
    ("POST /api/admin/ai-providers/import", "/ai-providers/import", {"version": "1.0.0", "providers": [{"slug": "a"}, {}]}),
    ("POST /api/admin/ai-providers/import", "/ai-providers/import", {"version": "1.0.0", "providers": [{"slug": "a", "name": "A"}]}),
    ("GET /api/admin/ai-models", "/ai-models", None),
    ("GET /api/admin/ai-models", "/ai-models?limit=0", None),
    ("GET /api/admin/ai-models/browse-models", "/ai-models/browse-models?provider=acme&capability=chat", None),
    ("GET /api/admin/ai-models/browse-models", "/ai-models/browse-models?provider=acme&capability=video", None),
    ("GET /api/admin/ai-models/browse-models", "/ai-models/browse-models?provider=live&capability=chat", None),
    ("GET /api/admin/ai-models/browse-models", "/ai-models/browse-models?provider=live&capability=chat&explain=true", None),
    ("GET /api/admin/ai-models/browse-models", "/ai-models/browse-models", None),
    ("POST /api/admin/ai-providers/{slug}/key/check", "/ai-providers/live/key/check", {"scope": "shared"}),
    ("PUT /api/admin/ai-providers/{slug}/key", "/ai-providers/live/key", {"scope": "shared", "api_key": "sk-0123456789abcdefgh"}),
    ("PUT /api/admin/ai-providers/{slug}/key", "/ai-providers/live/key", {"scope": "shared", "api_key": "short"}),
    ("PUT /api/admin/ai-providers/{slug}/key", "/ai-providers/open/key", {"scope": "shared", "api_key": "sk-0123456789abcdefgh"}),
    ("POST /api/admin/ai-providers/{slug}/key/check", "/ai-providers/live/key/check", {"scope": "shared"}),
    ("GET /api/admin/ai-providers/{slug}", "/ai-providers/live", None),
    ("DELETE /api/admin/ai-providers/{slug}/key", "/ai-providers/live/key", {"scope": "shared"}),
    ("DELETE /api/admin/ai-providers/{slug}/key", "/ai-providers/nobody/key", {"scope": "shared"}),
    ("GET /api/admin/ai/dashboard/overview", "/ai/dashboard/overview", None),
    ("POST /api/admin/auth/login", "/auth/login", {"username": "sara", "password": "wrong"}),
    ("POST /api/admin/auth/login", "/auth/login", b" " * 20_000),
    ("POST /api/admin/ai-models/select-model", "/ai-models/select-model", CHOICE),
    ("POST /api/admin/ai-models/select-model", "/ai-models/select-model", {**CHOICE, "model_id": "new"}),
    ("POST /api/admin/ai-models/select-model", "/ai-models/select-model", {**CHOICE, "capability": "image"}),
    ("POST /api/admin/ai-models/select-model", "/ai-models/select-model", {**CHOICE, "provider": "nobody"}),
    ("POST /api/admin/ai-models/select-model", "/ai-models/select-model", b"{"),
    ("POST /api/admin/ai-models/deselect-model", "/ai-models/deselect-model", {"provider": "acme", "capability": "chat"}),
    ("POST /api/admin/ai-models/deselect-model", "/ai-models/deselect-model", {"provider": "nobody", "capability": "chat"}),
    ("POST /api/admin/ai/dashboard/cache/clear", "/ai/dashboard/cache/clear", None),
    ("POST /api/admin/ai/dashboard/cache/clear", "/ai/dashboard/cache/clear?provider=nobody", None),
    ("POST /api/admin/auth/setup", "/auth/setup", {"token": "x", "username": "omid", "password": "correct horse battery"}),
    ("GET /api/admin/admins", "/admins", None),
    ("POST /api/admin/tokens", "/tokens", {"name": "nightly", "scopes": ["read"]}),
    ("POST /api/admin/tokens", "/tokens", {"name": "nightly", "scopes": ["read"]}),
    ("POST /api/admin/tokens", "/tokens", {"name": "nightly", "scopes": []}),
    ("GET /api/admin/tokens", "/tokens", None),
    ("DELETE /api/admin/tokens/{name}", "/tokens/nightly", None),
    ("DELETE /api/admin/tokens/{name}", "/tokens/nightly", None),
    ("POST /api/admin/admins", "/admins", {"username": "omid", "password": "correct horse battery", "role": "normal"}),
    ("POST /api/admin/admins", "/admins", {"username": "omid", "password": "correct horse battery", "role": "normal"}),
    ("PATCH /api/admin/admins/{name}", "/admins/omid", {"role": "super", "is_active": False}),
    ("PATCH /api/admin/admins/{name}", "/admins/nobody", {}),
    ("GET /api/admin/sessions", "/sessions", None),
    ("DELETE /api/admin/sessions/{handle}", "/sessions/x", None),
    ("DELETE /api/admin/sessions", "/sessions", None),
    ("POST /api/admin/auth/password", "/auth/password", {"current": "x", "new": "a very new long one"}),
    ("POST /api/admin/auth/password", "/auth/password", {"current": "correct horse battery", "new": "a very new long one"}),
    ("POST /api/admin/auth/logout", "/auth/logout", {"x": 1}),
    ("POST /api/admin/auth/logout", "/auth/logout", None),
]


def test_real_answers_are_as_described(app: App, document: Mapping[str, Any], sara: Client) -> None:
    """Good ones and problems: no member is missing, none is there that is not written down, and every status is."""
    app.put({**DECLARED[0], "slug": "live", "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}}})
    app.vendors.lists["live"] = VendorList((FULLY_TOLD, VendorModel(ModelId("text-embedding-3-small"))))
    sara.select("gpt-4.5")  # so that the overview warns, and what is stored has no price
    sara.select("text", capability="content")
    for route, path, body in ASKED:
        method = route.partition(" ")[0]
        answer = sara.ask(method, API + path, body)
        described = operation(document, route)["responses"]
        assert str(answer.status) in described, (route, answer.status)
        content = described[str(answer.status)]["content"]
        kind = (answer.one("content-type") or "").partition(";")[0]
        assert kind in content, (route, answer.status)
        assert list(faults(document, content[kind]["schema"], answer.json)) == [], (route, path)


def test_the_check_of_shapes_finds_what_is_wrong(document: Mapping[str, Any], sara: Client) -> None:
    """A member too many, one too few, one of another type, also deep inside."""
    schema = operation(document, "GET /api/admin/ai-providers")["responses"]["200"]["content"]["application/json"]["schema"]
    good = sara.get("/ai-providers").json
    provider, *others = good["providers"]
    few = {name: value for name, value in provider.items() if name != "slug"}
    for wrong in (
        {**provider, "key": None},
        few,
        {**provider, "sort_order": "1"},
        {**provider, "capabilities": {"chat": {"supported": True}}},
    ):
        assert len(list(faults(document, schema, {**good, "providers": [*others, wrong]}))) >= 1
