"""The document of the interface: every route with all that it takes and answers."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema_rs import validator_for

from tests.support.app import API, COOKIE, App
from tests.support.openapi_document import operation

ROUTES = {
    "GET /api/admin/auth/me": "show_me",
    "GET /api/admin/ai-providers": "list_providers",
    "GET /api/admin/ai-providers/{slug}": "show_provider",
    "PATCH /api/admin/ai-providers/{slug}": "change_provider",
    "GET /api/admin/ai-providers/{slug}/capabilities/{capability}": "show_capability",
    "PUT /api/admin/ai-providers/{slug}/capabilities/{capability}": "set_capability",
    "DELETE /api/admin/ai-providers/{slug}/capabilities/{capability}": "remove_capability",
    "POST /api/admin/ai-providers/import": "import_providers",
    "GET /api/admin/ai-models": "list_models",
    "GET /api/admin/ai-models/browse-models": "browse_models",
    "GET /api/admin/ai-models/changes": "list_model_changes",
    "GET /api/admin/ai/dashboard/overview": "show_overview",
    "GET /api/admin/ai/doctor": "check_health",
    "POST /api/admin/auth/login": "login",
    "POST /api/admin/auth/logout": "logout",
    "POST /api/admin/auth/setup": "set_up",
    "POST /api/admin/auth/password": "change_password",
    "GET /api/admin/admins": "list_admins",
    "POST /api/admin/admins": "create_admin",
    "PATCH /api/admin/admins/{name}": "change_admin",
    "GET /api/admin/tokens": "list_tokens",
    "POST /api/admin/tokens": "create_token",
    "DELETE /api/admin/tokens/{name}": "revoke_token",
    "GET /api/admin/sessions": "list_sessions",
    "DELETE /api/admin/sessions": "end_other_sessions",
    "DELETE /api/admin/sessions/{handle}": "end_session",
    "GET /metrics": "metrics",
    "GET /api/admin/ai-models/dependents": "list_dependents",
    "GET /api/admin/ai-uses": "list_uses",
    "GET /api/admin/ai-uses/{name}": "show_use",
    "PUT /api/admin/ai-uses/{name}": "set_use",
    "DELETE /api/admin/ai-uses/{name}": "delete_use",
    "POST /api/admin/ai-uses/{name}/rollback": "roll_back_use",
    "GET /api/admin/webhooks": "list_webhooks",
    "POST /api/admin/webhooks": "add_webhook",
    "GET /api/admin/webhooks/{webhook}": "show_webhook",
    "PATCH /api/admin/webhooks/{webhook}": "change_webhook",
    "DELETE /api/admin/webhooks/{webhook}": "remove_webhook",
    "POST /api/admin/webhooks/{webhook}/secret": "rotate_webhook",
    "POST /api/admin/webhooks/{webhook}/test": "test_webhook",
    "GET /api/admin/webhooks/{webhook}/deliveries": "list_deliveries",
    "POST /ofrep/v1/evaluate/flags/{key}": "evaluate_flag",
    "POST /ofrep/v1/evaluate/flags": "evaluate_flags",
    "GET /api/events": "follow",
    "GET /v1/models": "openai_models",
    "GET /v1/models/{model}": "openai_model",
    "GET /api/resolve/{use}": "resolve_use",
    "GET /api/resolve/{provider}/{capability}": "resolve_slot",
    "POST /api/admin/ai-models/select-model": "select_model",
    "POST /api/admin/ai-models/deselect-model": "deselect_model",
    "POST /api/admin/ai-models/rollback": "roll_back",
    "GET /api/admin/audit": "list_audit_entries",
    "POST /api/admin/ai/dashboard/cache/clear": "clear_cache",
    "PUT /api/admin/ai-providers/{slug}/key": "set_key",
    "DELETE /api/admin/ai-providers/{slug}/key": "delete_key",
    "POST /api/admin/ai-providers/{slug}/key/check": "check_key",
    "GET /health/live": "live",
    "GET /health/ready": "ready",
}
"""Each route with its operation id: clients that are generated from the document call it by that name, so that it stays."""


def test_every_route_is_there(document: Mapping[str, Any]) -> None:
    """Those of the contract that exist, and nothing of ours that is missing there; where GET is, HEAD is too."""
    written = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method in item
        if method in ("get", "post", "put", "patch", "delete")
    }
    assert written == set(ROUTES)
    assert all("head" in item for item in document["paths"].values() if "get" in item)


def test_every_route_keeps_its_operation_id(document: Mapping[str, Any]) -> None:
    """Short, and another one for HEAD; none stands twice."""
    written = {
        f"{method.upper()} {path}": found["operationId"]
        for path, item in document["paths"].items()
        for method, found in item.items()
        if isinstance(found, dict)
    }
    assert {route: name for route, name in written.items() if not route.startswith("HEAD")} == ROUTES
    assert len(set(written.values())) == len(written)


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_body_and_answer_has_an_example(document: Mapping[str, Any], route: str) -> None:
    """At least one, and each as the schema beside it demands."""
    found = operation(document, route)
    contents = [("body", *found.get("requestBody", {}).get("content", {}).values())]
    contents += [(status, *answer.get("content", {}).values()) for status, answer in found["responses"].items()]
    for place, *described in contents:
        for content in described:
            validator = validator_for({**content["schema"], "components": document["components"]})
            assert content["examples"], place
            for example in content["examples"].values():
                assert [str(error) for error in validator.iter_errors(example["value"])] == [], place


def test_the_application_serves_nothing_that_is_not_written_down(app: App, document: Mapping[str, Any]) -> None:
    """But for the page itself and its style, and the answer to calls for a proxy; the panel is for people, and so is what leads to it."""
    served = {route.path.replace(":path}", ":str}") for route in app.litestar.routes if not f"{route.path}/".startswith("/admin/")}
    written = {re.sub(r"{(\w+)}", r"{\1:str}", path) for path in document["paths"]}
    assert {path for path in served - written if not path.startswith("/schema")} == {"/static/schema.css", "/", "/v1", "/v1/{path:str}"}
    assert written <= served


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ("GET /api/admin/ai-providers", {"is_active": False, "limit": False, "offset": False}),
        ("GET /api/admin/ai-providers/{slug}", {"slug": True}),
        ("GET /api/admin/ai-models", {"provider": False, "capability": False, "is_active": False, "limit": False, "offset": False}),
        (
            "GET /api/admin/ai-models/browse-models",
            {
                "provider": True,
                "capability": True,
                **dict.fromkeys(("search", "free", "sort", "limit", "offset", "refresh", "accept", "explain"), False),
            },
        ),
        ("GET /api/admin/ai/dashboard/overview", {}),
        ("POST /api/admin/ai/dashboard/cache/clear", {"provider": False}),
        ("POST /api/admin/ai-models/select-model", {"If-Match": False, "Idempotency-Key": False}),
        ("PATCH /api/admin/ai-providers/{slug}", {"slug": True, "If-Match": False}),
        (
            "PUT /api/admin/ai-providers/{slug}/capabilities/{capability}",
            {"slug": True, "capability": True, "deactivate_lost": False, "deselect": False, "If-Match": False},
        ),
        (
            "POST /api/admin/ai-providers/import",
            dict.fromkeys(("dry_run", "force", "prune", "deactivate_lost", "slug", "digest", "If-Match"), False),
        ),
    ],
)
def test_every_parameter_is_described(document: Mapping[str, Any], route: str, expected: dict[str, bool]) -> None:
    """By its name, whether it must be there, and what it may be; and the very same ones are taken."""
    parameters = operation(document, route).get("parameters", [])
    assert {entry["name"]: bool(entry.get("required")) for entry in parameters} == expected
    assert all("type" in entry["schema"] for entry in parameters)


@pytest.mark.parametrize(
    ("route", "required", "optional"),
    [
        ("POST /api/admin/auth/login", {"username", "password"}, set()),
        ("POST /api/admin/auth/setup", {"token", "username"}, {"password"}),
        ("POST /api/admin/auth/password", {"current", "new"}, set()),
        ("POST /api/admin/admins", {"username", "role"}, {"password"}),
        ("PATCH /api/admin/admins/{name}", set(), {"role", "is_active", "password"}),
        ("POST /api/admin/tokens", {"name", "scopes"}, {"expires_in_days"}),
        (
            "PATCH /api/admin/ai-providers/{slug}",
            set(),
            {
                *("name", "display_name", "description", "api_base_url", "website", "logo_url", "documentation_url", "sort_order"),
                *("is_active", "is_recommended", "allow_personal_keys", "allow_shared_for_normal_admins"),
            },
        ),
        (
            "PUT /api/admin/ai-providers/{slug}/capabilities/{capability}",
            {"supported"},
            {"has_dynamic_models", "description", "models", "include", "exclude", "provider", "capability", "version"},
        ),
        ("POST /api/admin/ai-providers/import", {"version", "providers"}, {"uses"}),
        ("POST /api/admin/ai-models/select-model", {"provider", "capability", "model_id"}, {"model_name", "is_free"}),
        ("POST /api/admin/ai-models/deselect-model", {"provider", "capability"}, set()),
        ("PUT /api/admin/ai-providers/{slug}/key", {"scope", "api_key"}, set()),
        ("DELETE /api/admin/ai-providers/{slug}/key", {"scope"}, set()),
        ("POST /api/admin/ai-providers/{slug}/key/check", set(), {"scope"}),
    ],
)
def test_every_body_is_described(document: Mapping[str, Any], route: str, required: set[str], optional: set[str]) -> None:
    """With what must be in it, and that nothing else may be; only the check of a key needs none."""
    body = operation(document, route)["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    assert body["required"] is (not route.endswith("/key/check"))
    assert set(schema.get("required", ())) == required
    assert set(schema["properties"]) == required | optional
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_answer_is_described(document: Mapping[str, Any], route: str) -> None:
    """The good one, what is unavailable, and problems by the one shape that they all have; who may ask without the cookie, too."""
    entry = operation(document, route)
    assert {"200", "503"} <= set(entry["responses"])
    for status, answer in entry["responses"].items():
        if status not in {"200", "201"}:
            is_of_ours = route.split()[1].startswith("/ofrep/") is route.split()[1].startswith("/v1/")
            assert list(answer["content"]) == ["application/problem+json" if is_of_ours else "application/json"]
            assert answer["description"]
    assert (not entry.get("security")) is (route.split()[1] in (f"{API}/auth/login", f"{API}/auth/setup", "/health/live", "/health/ready"))
    assert entry["summary"]
    assert entry["tags"]
    schemes = document["components"]["securitySchemes"]
    assert schemes[COOKIE]["in"] == "cookie"
    assert (schemes["bearer"]["type"], schemes["bearer"]["scheme"]) == ("http", "bearer")
