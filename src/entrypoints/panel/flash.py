"""What was done, told once on the page that comes after it: a name in a short-lived cookie, the words here."""

from collections.abc import Mapping
from datetime import timedelta

from litestar.datastructures import Cookie
from litestar.types import Scope
from markupsafe import Markup

from modeldesk.entrypoints.panel.languages import N_, Language, cookie

COOKIE = "modeldesk_done"
LIFETIME = timedelta(minutes=1)


DONE: Mapping[str, str] = {
    "model-chosen": N_("Done. The model below is now the active one."),
    "choice-unchanged": N_("Nothing changed: this model was already the active one."),
    "choice-undone": N_("The last choice was taken back. What was active before is active again."),
    "emptied-again": N_("The last choice was taken back. No model is active here now, as before it."),
    "first-choice-undone": N_("The first choice was taken back. No model is active here now, as before it."),
    "slot-emptied": N_("Done. No model is active here now."),
    "list-refreshed": N_("The list was read anew."),
    "cache-cleared": N_("Done. Live lists are read anew at the next look."),
    "key-stored": N_("The key is stored, encrypted. It is never shown again."),
    "key-removed": N_("The key was removed."),
    "provider-changed": N_("The provider was changed."),
    "keys-suspended": N_("The provider was changed. Its address moved, so its keys are suspended until they are entered again."),
    "provider-on": N_("The provider is switched on."),
    "provider-off": N_("The provider is switched off. Its active models keep their places."),
    "admin-created": N_("The admin can sign in now."),
    "admin-changed": N_("The admin was changed. Their sessions have ended."),
    "admin-unchanged": N_("Nothing changed."),
    "password-changed": N_("Your password was changed. All your other sessions have ended."),
    "token-revoked": N_("The token was revoked."),
    "session-ended": N_("The session has ended."),
    "sessions-ended": N_("All your other sessions have ended."),
    "imported": N_("The declaration was imported."),
    "signed-out": N_("You are signed out."),
    "type-secret-again": N_("You are signed in again. Passwords and keys are never kept: please type them once more."),
}


def remembered(name: str, *, is_secure: bool) -> Cookie:
    """For the next page. Raises KeyError for a name that has no words."""
    _ = DONE[name]
    return Cookie(
        key=COOKIE, value=name, path="/admin", max_age=int(LIFETIME.total_seconds()), httponly=True, samesite="lax", secure=is_secure
    )


def forgotten() -> Cookie:
    """It was told."""
    return Cookie(key=COOKIE, value="", path="/admin", max_age=0, httponly=True, samesite="lax")


def told_in(scope: Scope, language: Language) -> Markup | None:
    """What was done just before this request, in words."""
    message = DONE.get(cookie(scope, COOKIE) or "")
    return language.gettext(message) if message is not None else None
