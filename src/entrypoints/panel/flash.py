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
    "model-chosen": N_("The model was selected and is now active."),
    "choice-unchanged": N_("Nothing changed: this model was already active."),
    "choice-undone": N_("Rolled back. The previous model is active again."),
    "emptied-again": N_("Rolled back. No model is active here now, as before the last change."),
    "first-choice-undone": N_("Rolled back the first selection. No model is active here now."),
    "slot-emptied": N_("Deselected. No model is active here now."),
    "list-refreshed": N_("The list was refreshed."),
    "cache-cleared": N_("The cache was cleared. Each live list is fetched again when it is next opened."),
    "key-stored": N_("The key was stored encrypted. It is never shown again."),
    "key-removed": N_("The key was removed."),
    "provider-changed": N_("The provider was updated."),
    "keys-suspended": N_("The provider was updated. Its API address changed, so its keys are suspended until they are entered again."),
    "provider-on": N_("The provider was enabled."),
    "provider-off": N_("The provider was disabled. Its active models stay selected."),
    "admin-created": N_("The admin was created and can sign in."),
    "admin-changed": N_("The admin was updated. Their sessions were ended."),
    "admin-unchanged": N_("Nothing changed."),
    "password-changed": N_("Your password was changed. All your other sessions were ended."),
    "token-revoked": N_("The token was revoked."),
    "session-ended": N_("The session was ended."),
    "sessions-ended": N_("All your other sessions were ended."),
    "imported": N_("The declaration was imported."),
    "signed-out": N_("You are signed out."),
    "type-secret-again": N_("You are signed in again. Passwords and keys are never kept. Please enter them again."),
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
