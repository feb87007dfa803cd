"""Who may call what, written by hand from the contract: for each operation a well-formed request, and who is let through to it.

A new route gets a line in ROWS: its method and path (below /api/admin without that), the request, and one of the groups below.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from attrs import frozen

from tests.support.app import OTHER_PASSWORD, PASSWORD

Names: TypeAlias = frozenset[str]

STRANGERS: Names = frozenset({"anonymous", "ended session", "disabled admin"})
"""Whose cookie, if any, opens nothing: they are nobody, and may do what one does before signing in."""

DEAD_TOKENS: Names = frozenset({"expired token", "token of a demoted admin", "token of a disabled admin"})
ADMINS: Names = frozenset({"normal A", "normal B", "super"})
TOKENS: Names = frozenset({"token resolve", "token read", "token select", "token import", "token admin"})
EVERYBODY = STRANGERS | DEAD_TOKENS | ADMINS | TOKENS

OPEN = STRANGERS | ADMINS
RESOLVE = ADMINS | {"token resolve", "token read", "token admin"}
READ = ADMINS | {"token read", "token admin"}
SELECT = ADMINS | {"token select", "token admin"}
OWN = ADMINS
SHARED_KEYS: Names = frozenset({"super", "token admin"})
PERSONAL_KEYS = ADMINS
IMPORT: Names = frozenset({"super", "token import", "token admin"})
ADMINISTER: Names = frozenset({"super", "token admin"})
ACCOUNTS: Names = frozenset({"super"})


@frozen
class Row:
    """`answers` are the statuses that it may have for who is let through; with `flag` off nobody is. `is_for_service`: the gate lets more
    callers through than the service, to which what is asked for matters.
    """

    path: str
    allowed: Names
    body: object = None
    answers: Sequence[int] = (200,)
    flag: str | None = None
    is_for_service: bool = False


CAPABILITY = "/ai-providers/acme/capabilities/chat/"
KEY, LONG_ENOUGH = "/ai-providers/live/key/", "sk-entered-0123456789"
SHARED, PERSONAL = {"scope": "shared"}, {"scope": "personal"}
SLOT = {"provider": "acme", "capability": "chat"}

DECLARATION = {"version": "1.0.0", "providers": [{"slug": "new", "name": "New"}, {"slug": "acme", "name": "Acme"}]}

ROWS: Mapping[str, Sequence[Row]] = {
    "POST /auth/login": [Row("/auth/login/", OPEN, {"username": "sara", "password": PASSWORD})],
    # There are admins, so that no token opens it any more: the service's own 403, with another code than the gate's.
    "POST /auth/setup": [Row("/auth/setup/", OPEN, {"token": "x", "username": "new", "password": PASSWORD}, (403,))],
    "POST /auth/password": [Row("/auth/password/", OWN, {"current": PASSWORD, "new": OTHER_PASSWORD})],
    "POST /auth/logout": [Row("/auth/logout/", OWN)],
    "GET /auth/me": [Row("/auth/me/", OWN)],
    "GET /sessions": [Row("/sessions/", OWN)],
    "DELETE /sessions": [Row("/sessions/", OWN)],
    "DELETE /sessions/{handle}": [Row("/sessions/nobodys/", OWN, answers=(404,))],
    "GET /admins": [Row("/admins/", ACCOUNTS)],
    "POST /admins": [Row("/admins/", ACCOUNTS, {"username": "new", "password": PASSWORD, "role": "super"})],
    "PATCH /admins/{name}": [Row("/admins/omid/", ACCOUNTS, {"role": "super"})],
    "GET /tokens": [Row("/tokens/", ACCOUNTS)],
    "POST /tokens": [Row("/tokens/", ACCOUNTS, {"name": "new", "scopes": ["admin"]})],
    "DELETE /tokens/{name}": [Row("/tokens/token%20read/", ACCOUNTS)],
    "GET /ai-providers": [Row("/ai-providers/", READ)],
    "GET /ai-providers/{slug}": [Row("/ai-providers/live/", READ)],
    "PATCH /ai-providers/{slug}": [Row("/ai-providers/live/", ADMINISTER, {"sort_order": 7})],
    "POST /ai-providers/import": [
        Row("/ai-providers/import/", IMPORT, DECLARATION),
        Row("/ai-providers/import/?dry_run=true", IMPORT, DECLARATION),
        Row("/ai-providers/import/?force=true&prune=true&deactivate_lost=true", IMPORT, DECLARATION),
    ],
    # A slug like any other, whose address is the import's.
    "GET /ai-providers/import": [Row("/ai-providers/import/", READ, answers=(404,))],
    "PATCH /ai-providers/import": [Row("/ai-providers/import/", ADMINISTER, {"sort_order": 7}, answers=(404,))],
    "GET /ai-providers/{slug}/capabilities/{capability}": [Row(CAPABILITY, READ)],
    "PUT /ai-providers/{slug}/capabilities/{capability}": [Row(CAPABILITY, ADMINISTER, {"supported": True})],
    "DELETE /ai-providers/{slug}/capabilities/{capability}": [Row(CAPABILITY, ADMINISTER)],
    "PUT /ai-providers/{slug}/key": [
        Row(KEY, SHARED_KEYS, {**SHARED, "api_key": LONG_ENOUGH}),
        Row(KEY, PERSONAL_KEYS, {**PERSONAL, "api_key": LONG_ENOUGH}, flag="allow_personal_keys"),
    ],
    "DELETE /ai-providers/{slug}/key": [Row(KEY, SHARED_KEYS, SHARED), Row(KEY, PERSONAL_KEYS, PERSONAL)],
    "POST /ai-providers/{slug}/key/check": [
        Row(f"{KEY}check/", SHARED_KEYS, SHARED),
        # 404 where the admin has none, 409 where the provider allows none.
        Row(f"{KEY}check/", PERSONAL_KEYS, PERSONAL, (200, 404, 409)),
    ],
    "GET /ai-models": [Row("/ai-models/", READ)],
    "GET /ai-models/browse-models": [
        Row("/ai-models/browse-models/?provider=acme&capability=chat", READ),
        # 409 where there is no key that they may spend: which it is, `test_a_refresh` says.
        Row("/ai-models/browse-models/?provider=live&capability=chat&refresh=true", READ, answers=(200, 409)),
        Row("/ai-models/browse-models/?provider=live&capability=chat&refresh=true&accept=true", ADMINISTER, is_for_service=True),
    ],
    "GET /ai-models/changes": [Row("/ai-models/changes/", READ)],
    "GET /ai-models/dependents": [Row("/ai-models/dependents/?provider=acme&capability=chat", READ)],
    "GET /ai-uses": [Row("/ai-uses/", READ)],
    "GET /ai-uses/{name}": [Row("/ai-uses/support-chat/", READ, answers=(404,))],
    "PUT /ai-uses/{name}": [Row("/ai-uses/support-chat/", ADMINISTER, SLOT, answers=(201,))],
    "DELETE /ai-uses/{name}": [Row("/ai-uses/support-chat/", ADMINISTER, answers=(404,))],
    "POST /ai-uses/{name}/rollback": [Row("/ai-uses/support-chat/rollback/", ADMINISTER, answers=(404,))],
    "GET /webhooks": [Row("/webhooks/", ACCOUNTS)],
    "POST /webhooks": [Row("/webhooks/", ACCOUNTS, {"url": "https://receiver.invalid/in"})],
    "GET /webhooks/{webhook}": [Row("/webhooks/wh_1/", ACCOUNTS, answers=(404,))],
    "PATCH /webhooks/{webhook}": [Row("/webhooks/wh_1/", ACCOUNTS, {"is_active": False}, answers=(404,))],
    "DELETE /webhooks/{webhook}": [Row("/webhooks/wh_1/", ACCOUNTS, answers=(404,))],
    "POST /webhooks/{webhook}/secret": [Row("/webhooks/wh_1/secret/", ACCOUNTS, answers=(404,))],
    "POST /webhooks/{webhook}/test": [Row("/webhooks/wh_1/test/", ACCOUNTS, answers=(404,))],
    "GET /webhooks/{webhook}/deliveries": [Row("/webhooks/wh_1/deliveries/", ACCOUNTS, answers=(404,))],
    "POST /ai-models/select-model": [Row("/ai-models/select-model/", SELECT, {**SLOT, "model_id": "large"})],
    "POST /ai-models/deselect-model": [Row("/ai-models/deselect-model/", SELECT, SLOT)],
    # 409 where nothing was chosen yet, which whoever may choose is told.
    "POST /ai-models/rollback": [Row("/ai-models/rollback/", SELECT, SLOT, answers=(409,))],
    "GET /audit": [Row("/audit/", ADMINISTER)],
    "GET /ai/dashboard/overview": [Row("/ai/dashboard/overview/", READ)],
    "GET /ai/doctor": [Row("/ai/doctor/", READ)],
    "POST /ai/dashboard/cache/clear": [Row("/ai/dashboard/cache/clear/", ADMINISTER)],
}

CONSUMER: Mapping[str, Sequence[Row]] = {
    "GET /api/resolve/{use}": [Row("/api/resolve/support-chat", RESOLVE, answers=(404,))],
    "GET /api/resolve/{provider}/{capability}": [Row("/api/resolve/acme/chat/", RESOLVE, answers=(404,))],
    "POST /ofrep/v1/evaluate/flags/{key}": [Row("/ofrep/v1/evaluate/flags/acme.chat", RESOLVE, {})],
    "POST /ofrep/v1/evaluate/flags": [Row("/ofrep/v1/evaluate/flags", RESOLVE, {})],
    # 422: whoever may follow is told that this address is wrong; streams that go on have tests of their own.
    "GET /api/events": [Row("/api/events?nothing=1", RESOLVE, answers=(422,))],
    "GET /v1/models": [Row("/v1/models", RESOLVE)],
    # From this machine, as here: whoever has no session and no token may look, and a credential is judged all the same.
    "GET /metrics": [Row("/metrics", STRANGERS | READ)],
    "GET /v1/models/{model}": [Row("/v1/models/acme/large", RESOLVE, answers=(404,))],
}
"""What products and monitors ask, by its whole path."""

OUTSIDE: Mapping[str, Sequence[Row]] = {
    "GET /": [Row("/", EVERYBODY, answers=(303,))],
    "GET /health/live": [Row("/health/live", EVERYBODY)],
    "GET /health/ready": [Row("/health/ready", EVERYBODY)],
    "GET /schema": [Row("/schema", EVERYBODY)],
    "GET /schema/openapi.json": [Row("/schema/openapi.json", EVERYBODY)],
    "GET /schema/providers.json": [Row("/schema/providers.json", EVERYBODY)],
    "GET /schema/{path}": [Row("/schema/swagger", EVERYBODY, answers=(404,))],
    **{
        f"{method} {route}": [Row(path, EVERYBODY, answers=(404,))]
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        for route, path in (("/v1", "/v1"), ("/v1/{path}", "/v1/chat/completions"))
    },
    "GET /static/schema.css": [Row("/static/schema.css", EVERYBODY)],
}
"""Where nobody is asked who they are."""
