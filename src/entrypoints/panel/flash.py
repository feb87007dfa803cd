"""Flash messages: shown once on the next page. A short-lived cookie carries the name of the message; its text is here."""

from collections.abc import Mapping
from datetime import timedelta

from litestar.datastructures import Cookie
from litestar.types import Scope
from markupsafe import Markup

from modeldesk.entrypoints.panel.languages import N_, Language, cookie

COOKIE = "modeldesk_flash"
LIFETIME = timedelta(minutes=1)


MESSAGES: Mapping[str, str] = {
    "model-selected": N_("The model was selected and is now active."),
    "selection-unchanged": N_("Nothing changed: this model was already active."),
    "rolled-back": N_("Rolled back. The previous model is active again."),
    "rolled-back-to-none": N_("Rolled back. No model is active here now, as before the last change."),
    "first-selection-rolled-back": N_("Rolled back the first selection. No model is active here now."),
    "model-deselected": N_("Deselected. No model is active here now."),
    "list-refreshed": N_("The list was refreshed."),
    "cache-cleared": N_("The cache was cleared. Each live list is fetched again when it is next opened."),
    "key-stored": N_("The key was stored encrypted. It is never shown again."),
    "key-removed": N_("The key was removed."),
    "provider-added": N_("The provider was added."),
    "provider-updated": N_("The provider was updated."),
    "keys-suspended": N_("The provider was updated. Its API address changed, so its keys are suspended until they are entered again."),
    "provider-enabled": N_("The provider was enabled."),
    "provider-disabled": N_("The provider was disabled. Its active models stay selected."),
    "use-created": N_("The use was created. Products can ask for it."),
    "use-updated": N_("The use was updated. Products get the new answer with their next question."),
    "use-deleted": N_("The use was deleted. Products that ask for it get no model."),
    "use-rolled-back": N_("Rolled back. The use is as it was before its last change."),
    "admin-created": N_("The admin was created and can sign in."),
    "admin-created-without-password": N_("The admin was created without a password. The form below says how they sign in."),
    "admin-updated": N_("The admin was updated. Their sessions were ended."),
    "nothing-changed": N_("Nothing changed."),
    "password-changed": N_("Your password was changed. All your other sessions were ended."),
    "webhook-updated": N_("The webhook was updated."),
    "webhook-enabled": N_("The webhook was enabled. What is waiting is sent now."),
    "webhook-disabled": N_("The webhook was disabled. It gets no new events; what is waiting stays."),
    "webhook-tested": N_("A test is on its way. Reload this page in a few seconds to see what became of it."),
    "webhook-removed": N_("The webhook was removed."),
    "token-revoked": N_("The token was revoked."),
    "session-ended": N_("The session was ended."),
    "sessions-ended": N_("All your other sessions were ended."),
    "imported": N_("The declaration was imported."),
    "signed-out": N_("You are signed out."),
    "enter-secrets-again": N_("You are signed in again. Passwords and keys are never kept. Please enter them again."),
}


def flash_cookie(name: str, *, is_secure: bool) -> Cookie:
    """The cookie that shows this message on the next page. Raises KeyError for an unknown name."""
    _ = MESSAGES[name]
    return Cookie(
        key=COOKIE, value=name, path="/admin", max_age=int(LIFETIME.total_seconds()), httponly=True, samesite="lax", secure=is_secure
    )


def expired_flash_cookie() -> Cookie:
    """Removes the cookie after the message was shown."""
    return Cookie(key=COOKIE, value="", path="/admin", max_age=0, httponly=True, samesite="lax")


def flash_message(scope: Scope, language: Language) -> Markup | None:
    """The message that the previous request left for this page, if any."""
    message = MESSAGES.get(cookie(scope, COOKIE) or "")
    return language.gettext(message) if message is not None else None
