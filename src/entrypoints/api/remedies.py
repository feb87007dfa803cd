"""What to do about a refusal over REST: paths, methods and fields."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.english import English

OWN: Mapping[str, str] = {
    "storage-unavailable": "the database cannot be used at this moment; the log of the server says why",
    "accept-without-refresh": "goes with refresh=true",
    "not-signed-in": "sign in first (POST /api/admin/auth/login/), or send a token (Authorization: Bearer TOKEN)",
    "authorization-malformed": "Authorization is sent once, and holds: Bearer, a blank, a token",
    "csrf-token-missing": "a write from a browser carries the session's token in X-CSRF-Token; GET /api/admin/auth/me/ answers it",
    "origin-not-allowed": "a page of this origin may not write here; the operator can allow it",
    "password-unused": "passwords are disabled here; without one, a link of the operator signs the new admin in",
    "prune-with-slugs": "compares the whole declaration, so it cannot be combined with slug",
}
"""Sentences that name a parameter, a header or a route, or hide what only the operator may read, in the place of those for all."""

ENTER_KEY = "send it to PUT /api/admin/ai-providers/%(provider)s/key/"
ALLOW_HOST = "the operator can allow %(host)s"
ASK_SUPER = "ask a super admin"

REMEDIES: Mapping[str, str] = {
    "provider-inactive": "PATCH /api/admin/ai-providers/%(provider)s/ with is_active true enables it",
    "active-models-affected": "deactivate_lost=true deselects those models",
    "provider-changed": "GET /api/admin/ai-providers/%(provider)s/ has the current version for If-Match",
    "plan-changed": "dry_run=true answers the current plan and its digest",
    "edits-in-conflict": "an import without a plan file takes the declaration's values",
    "use-changed": "GET /api/admin/ai-uses/%(use)s/ has the current version for If-Match",
    "use-nothing-to-roll-back": "PUT /api/admin/ai-uses/%(use)s/ sets it",
    "too-many-streams": "close some, or ask again in a few seconds",
    "slot-empty": "POST /api/admin/ai-models/select-model/ selects a model",
    "idempotency-key-reused": "a new request takes a new Idempotency-Key",
    "slot-changed": "GET /api/admin/ai-models/ has the current slot_version for If-Match",
    "admin-not-found": "GET /api/admin/admins/ lists them",
    "admin-exists": "take another name",
    "token-not-found": "GET /api/admin/tokens/ lists them",
    "token-exists": "revoke it first, or take another name",
    "session-not-found": "GET /api/admin/sessions/ lists yours",
    "last-super-admin": "create another one with POST /api/admin/admins/",
    "admin-disabled": ASK_SUPER,
    "key-of-disabled-admin": ASK_SUPER,
    "shared-key-super-only": "send a personal key to PUT /api/admin/ai-providers/%(provider)s/key/",
    "key-not-found": ENTER_KEY,
    "key-none": ENTER_KEY,
    "key-none-own": ENTER_KEY,
    "key-is-suspended": ENTER_KEY,
    "key-wanted-by-vendor": ENTER_KEY,
    "key-rejected": "send another one to PUT /api/admin/ai-providers/%(provider)s/key/",
    "key-unreadable": "send it again to PUT /api/admin/ai-providers/%(provider)s/key/, or have the operator bring the master key back",
    "master-key-missing": "the operator brings the master key back; or delete the keys and webhooks that cannot be decrypted, then try again",
    "personal-keys-not-allowed": "the provider's allow_personal_keys decides that",
    "live-not-available": "PATCH /api/admin/ai-providers/%(provider)s/ sets api_base_url",
    "provider-class-not-installed": "the operator installs its package",
    "address-forbidden": ALLOW_HOST,
    "port-forbidden": ALLOW_HOST,
    "http-forbidden": ALLOW_HOST,
    "signed-out-meanwhile": "sign in again with POST /api/admin/auth/login/",
    "set-up-token-invalid": "the operator gets a new one by restarting the server while there is no admin",
    "super-only": ASK_SUPER,
    "super-only-accounts": ASK_SUPER,
    "super-only-webhooks": ASK_SUPER,
    "webhook-not-found": "GET /api/admin/webhooks/ lists them",
    "webhook-address-refused": "send an https address that is public",
    "too-many-webhooks": "remove one with DELETE /api/admin/webhooks/ID/",
    "super-only-shared-key": "send a personal key with scope personal, or ask a super admin",
    "not-for-tokens": "sign in with POST /api/admin/auth/login/",
    "token-scope-missing": "POST /api/admin/tokens/ makes one that has it",
    "personal-key-not-for-tokens": "sign in with POST /api/admin/auth/login/",
    "schema-newer": "the operator runs a newer Modeldesk",
    "schema-older": "the operator upgrades the database",
    "schema-none": "the operator upgrades the database",
    "master-key-wrong": "the operator corrects it",
    "nothing-to-roll-back": "POST /api/admin/ai-models/select-model/ selects one",
}

REST = English(OWN, REMEDIES)
