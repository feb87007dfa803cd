"""Who may open which page of the panel and send which of its forms: for each route requests that are good, and who is let through to them.

A new page gets a line in ROWS: its method and path, a request, and one of the groups below; `test_panel_rights_matrix` finds one without.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from attrs import field, frozen

from modeldesk.entrypoints.panel.statics import static_path
from tests.support.app import OTHER_PASSWORD, PASSWORD

Names: TypeAlias = frozenset[str]

STRANGERS: Names = frozenset({"anonymous", "ended session", "disabled admin", "token admin"})
"""Who is nobody here: a page is for people, and an API token opens none."""

ADMINS: Names = frozenset({"normal", "super"})
SUPER: Names = frozenset({"super"})
EVERYBODY = STRANGERS | ADMINS


@frozen
class Row:
    """`fields` are those of a form, without its token; `answers` the statuses that it may have for who is let through."""

    path: str
    allowed: Names
    fields: Mapping[str, str] = field(factory=dict)
    answers: Sequence[int] = (200,)


DECLARATION = json.dumps({"version": "1.0.0", "providers": [{"slug": "new", "name": "New"}]})
NEW_PASSWORD = {"password": OTHER_PASSWORD, "again": OTHER_PASSWORD}
PREVIEWED = "previewed"
"""Stands for the digest of the plan that a super admin is shown."""

IMPORTED = {"declaration": DECLARATION, "force": "1", "prune": "1", "deactivate_lost": "1"}
EDITED = {"version": "1", "name": "Acme", "display_name": "Acme", "sort_order": "7", "is_active": "1"}
KEY = {"api_key": "sk-entered-0123456789"}
ACME, CHAT, KEYS = "/admin/providers/acme", "/admin/providers/acme/chat", "/admin/keys/acme"
ON, DONE = "/admin/providers/{slug}/{capability}", (303,)

ROWS: Mapping[str, Sequence[Row]] = {
    # The door, which leads on who is in already; there are admins, so that a set-up makes nobody.
    "GET /admin/sign-in": [Row("/admin/sign-in", EVERYBODY, answers=(200, 303))],
    "POST /admin/sign-in": [Row("/admin/sign-in", EVERYBODY, {"username": "sara", "password": PASSWORD}, DONE)],
    "GET /admin/sign-in/with/{provider}": [Row("/admin/sign-in/with/nobody", EVERYBODY, answers=(404,))],
    "GET /admin/sign-in/with/{provider}/callback": [Row("/admin/sign-in/with/nobody/callback?code=x", EVERYBODY, answers=(404,))],
    "GET /admin/sign-out/{provider}": [Row("/admin/sign-out/nobody", EVERYBODY, answers=(404,))],
    "GET /admin/sign-in/link": [Row("/admin/sign-in/link?token=x", EVERYBODY, answers=(403,))],
    "POST /admin/sign-in/link": [Row("/admin/sign-in/link", EVERYBODY, {"token": "x"}, (403,))],
    "GET /admin/setup": [Row("/admin/setup", EVERYBODY, answers=DONE), Row("/admin/setup?token=x", EVERYBODY, answers=(403,))],
    "POST /admin/setup": [Row("/admin/setup", EVERYBODY, {"token": "x", "username": "eve", **NEW_PASSWORD}, (403,))],
    "POST /admin/language": [Row("/admin/language", EVERYBODY, {"language": "fa"}, DONE)],
    "GET /admin/static/{name}": [Row(static_path("panel.css"), EVERYBODY), Row("/admin/static/nothing.css", EVERYBODY, answers=(404,))],
    # Addresses that take forms lead to the page of their form, which asks who it is that comes.
    **{
        f"GET {path}": [Row(path.format(slug="acme", capability="chat", whose="personal"), EVERYBODY, answers=DONE)]
        for path in (
            "/admin/account/password",
            "/admin/account/sessions",
            "/admin/keys/{slug}/{whose}/check",
            "/admin/language",
            f"{ON}/refresh",
            f"{ON}/roll-back",
            "/admin/sign-out",
        )
    },
    # For everybody who is signed in.
    "GET /admin": [Row("/admin/", ADMINS), Row("/admin", ADMINS), Row("/admin/?search=acme", ADMINS)],
    "GET /admin/uses": [Row("/admin/uses", ADMINS)],
    "GET /admin/new-use": [Row("/admin/new-use", SUPER)],
    "POST /admin/new-use": [Row("/admin/new-use", SUPER, {"name": "fresh", "provider": "acme", "capability": "chat"}, DONE)],
    "GET /admin/uses/{name}": [Row("/admin/uses/support-chat", SUPER, answers=(404,))],
    "POST /admin/uses/{name}": [Row("/admin/uses/support-chat", SUPER, {"provider": "acme", "capability": "chat", "version": "1"}, (404,))],
    "GET /admin/uses/{name}/delete": [Row("/admin/uses/support-chat/delete", SUPER, answers=(404,))],
    "POST /admin/uses/{name}/delete": [Row("/admin/uses/support-chat/delete", SUPER, {"version": "1"}, (404,))],
    "GET /admin/uses/{name}/roll-back": [Row("/admin/uses/support-chat/roll-back", EVERYBODY, answers=DONE)],
    "POST /admin/uses/{name}/roll-back": [Row("/admin/uses/support-chat/roll-back", SUPER, {"version": "1"}, (404,))],
    "GET /admin/webhooks": [Row("/admin/webhooks", SUPER)],
    "POST /admin/webhooks": [Row("/admin/webhooks", SUPER, {"url": "https://receiver.invalid/in", "event_model.selected": "1"})],
    "GET /admin/webhooks/{webhook}": [Row("/admin/webhooks/wh_1", SUPER, answers=(404,))],
    "POST /admin/webhooks/{webhook}": [Row("/admin/webhooks/wh_1", SUPER, {"url": "https://receiver.invalid/in"}, (404,))],
    "GET /admin/webhooks/{webhook}/enabled": [Row("/admin/webhooks/wh_1/enabled", EVERYBODY, answers=DONE)],
    "POST /admin/webhooks/{webhook}/enabled": [Row("/admin/webhooks/wh_1/enabled", SUPER, {"is_active": "false"}, (404,))],
    "GET /admin/webhooks/{webhook}/test": [Row("/admin/webhooks/wh_1/test", EVERYBODY, answers=DONE)],
    "POST /admin/webhooks/{webhook}/test": [Row("/admin/webhooks/wh_1/test", SUPER, {}, (404,))],
    "GET /admin/webhooks/{webhook}/rotate": [Row("/admin/webhooks/wh_1/rotate", SUPER, answers=(404,))],
    "POST /admin/webhooks/{webhook}/rotate": [Row("/admin/webhooks/wh_1/rotate", SUPER, {}, (404,))],
    "GET /admin/webhooks/{webhook}/remove": [Row("/admin/webhooks/wh_1/remove", SUPER, answers=(404,))],
    "POST /admin/webhooks/{webhook}/remove": [Row("/admin/webhooks/wh_1/remove", SUPER, {}, (404,))],
    "GET /admin/new-provider": [Row("/admin/new-provider", SUPER)],
    "POST /admin/new-provider": [
        Row("/admin/new-provider", SUPER, {"slug": "added", "name": "Added", "provider_class": "OpenAIProvider"}, DONE)
    ],
    "GET /admin/help": [Row("/admin/help", ADMINS)],
    "GET /admin/providers": [Row("/admin/providers", ADMINS)],
    "GET /admin/providers/{slug}": [Row(ACME, ADMINS), Row("/admin/providers/nobody", ADMINS, answers=(404,))],
    f"GET {ON}": [Row(CHAT, ADMINS), Row(f"{CHAT}?explain=true", ADMINS)],
    f"POST {ON}/refresh": [Row(f"{CHAT}/refresh", ADMINS, answers=DONE), Row(f"{CHAT}/refresh", SUPER, {"accept": "1"}, DONE)],
    f"GET {ON}/select": [Row(f"{CHAT}/select?model=small", ADMINS)],
    f"POST {ON}/select": [Row(f"{CHAT}/select", ADMINS, {"model_id": "small", "version": "0"}, DONE)],
    f"GET {ON}/deselect": [Row(f"{CHAT}/deselect", ADMINS)],
    f"POST {ON}/deselect": [Row(f"{CHAT}/deselect", ADMINS, {"version": "0"}, DONE)],
    # 409 where nothing was chosen yet, which whoever may choose is told.
    f"POST {ON}/roll-back": [Row(f"{CHAT}/roll-back", ADMINS, {"version": "0"}, (409,))],
    "GET /admin/account": [Row("/admin/account", ADMINS)],
    "POST /admin/account/password": [
        Row("/admin/account/password", ADMINS, {"current": PASSWORD, "new": OTHER_PASSWORD, "again": OTHER_PASSWORD}, DONE)
    ],
    "POST /admin/account/sessions": [Row("/admin/account/sessions", ADMINS, {"act": "others"}, DONE)],
    "POST /admin/sign-out": [Row("/admin/sign-out", ADMINS, answers=DONE)],
    "GET /admin/keys": [Row("/admin/keys", ADMINS)],
    "GET /admin/{path}": [Row("/admin/nothing", ADMINS, answers=(404,))],
    # One's own key, and the shared one.
    "GET /admin/keys/{slug}/{whose}": [
        Row(f"{KEYS}/personal", ADMINS),
        Row(f"{KEYS}/shared", SUPER),
        Row(f"{KEYS}/sara", ADMINS, answers=(404,)),
    ],
    "POST /admin/keys/{slug}/{whose}": [Row(f"{KEYS}/personal", ADMINS, KEY, DONE), Row(f"{KEYS}/shared", SUPER, KEY, DONE)],
    "POST /admin/keys/{slug}/{whose}/check": [
        Row(f"{KEYS}/personal/check", ADMINS, answers=(404,)),
        Row(f"{KEYS}/shared/check", SUPER, answers=(409,)),
    ],
    "GET /admin/keys/{slug}/{whose}/remove": [Row(f"{KEYS}/personal/remove", ADMINS), Row(f"{KEYS}/shared/remove", SUPER)],
    "POST /admin/keys/{slug}/{whose}/remove": [
        Row(f"{KEYS}/personal/remove", ADMINS, answers=DONE),
        Row(f"{KEYS}/shared/remove", SUPER, answers=DONE),
    ],
    # For super admins.
    "GET /admin/import": [Row("/admin/import", SUPER)],
    "POST /admin/import": [
        Row("/admin/import", SUPER, {"declaration": DECLARATION, "act": "look"}),
        Row("/admin/import", SUPER, {**IMPORTED, "act": "apply", "digest": PREVIEWED}, DONE),
    ],
    "GET /admin/edit/{slug}": [Row("/admin/edit/acme", SUPER)],
    "POST /admin/edit/{slug}": [Row("/admin/edit/acme", SUPER, EDITED, DONE)],
    "GET /admin/new-capability/{slug}": [Row("/admin/new-capability/acme", SUPER)],
    "POST /admin/new-capability/{slug}": [
        Row("/admin/new-capability/acme", SUPER, {"version": "1", "name": "ocr", "supported": "1"}, DONE)
    ],
    "GET /admin/edit/{slug}/{capability}": [Row("/admin/edit/acme/chat", SUPER), Row("/admin/edit/acme/none", SUPER, answers=(404,))],
    "POST /admin/edit/{slug}/{capability}": [Row("/admin/edit/acme/chat", SUPER, {"version": "1", "supported": "1"}, DONE)],
    "GET /admin/edit/{slug}/{capability}/model": [Row("/admin/edit/acme/chat/model?id=small", SUPER)],
    "POST /admin/edit/{slug}/{capability}/model": [Row("/admin/edit/acme/chat/model", SUPER, {"version": "1", "id": "fresh"}, DONE)],
    "GET /admin/enabled/{slug}": [Row("/admin/enabled/acme", SUPER)],
    "POST /admin/enabled/{slug}": [Row("/admin/enabled/acme", SUPER, {"is_active": "false", "version": "1"}, DONE)],
    "GET /admin/cache/clear": [Row("/admin/cache/clear", SUPER)],
    "POST /admin/cache/clear": [Row("/admin/cache/clear", SUPER, answers=DONE)],
    "GET /admin/admins": [Row("/admin/admins", SUPER)],
    "POST /admin/admins": [Row("/admin/admins", SUPER, {"username": "omid", "role": "super", **NEW_PASSWORD}, DONE)],
    "GET /admin/admins/{name}": [Row("/admin/admins/nima", SUPER), Row("/admin/admins/sara", SUPER)],
    "POST /admin/admins/{name}": [Row("/admin/admins/nima", SUPER, {"act": "role", "role": "super"}, DONE)],
    "GET /admin/tokens": [Row("/admin/tokens", SUPER)],
    "POST /admin/tokens": [Row("/admin/tokens", SUPER, {"token_name": "new", "scope_admin": "1", "days": "9"})],
    "GET /admin/tokens/{name}/revoke": [Row("/admin/tokens/token%20admin/revoke", SUPER)],
    "POST /admin/tokens/{name}/revoke": [Row("/admin/tokens/token%20admin/revoke", SUPER, answers=DONE)],
    "GET /admin/changes": [Row("/admin/changes", ADMINS), Row("/admin/changes?provider=acme", ADMINS)],
    "GET /admin/audit": [Row("/admin/audit", SUPER), Row("/admin/audit?by=sara", SUPER)],
}


def pages_for(allowed: Names) -> list[str]:
    """The pages that open for exactly these."""
    return [
        row.path
        for name, rows in ROWS.items()
        for row in rows
        if name.startswith("GET ") and row.allowed == allowed and row.answers == (200,)
    ]
