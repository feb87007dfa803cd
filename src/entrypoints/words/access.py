"""Who may do what, and who may sign in."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.marks import N_

ACCESS: Mapping[str, str] = {
    "admin-not-found": N_("there is no admin %(name)s"),
    "session-not-found": N_("you have no session %(handle)s; it may have ended already"),
    "token-not-found": N_("there is no token %(name)s"),
    "token-owner-missing": N_("a token acts for an active super admin, and there is not exactly one: name the admin"),
    "token-owner-not-super": N_("%(admin)s is not a super admin, and a token acts for one"),
    "admin-exists": N_("there is already an admin %(name)s"),
    "token-exists": N_("there is already a token %(name)s"),
    "last-super-admin": N_("%(name)s is the last super admin who may sign in"),
    "sign-in-refused": N_("name or password is wrong"),
    "too-many-attempts": N_("too many attempts to sign in; try again in %(seconds)s s"),
    "sign-in-busy": N_("too many people are signing in; try again in a moment"),
    "unauthorized": "%(reason)s",
    "signed-out-meanwhile": N_("your session or token ended before the change was made; nothing was changed"),
    "set-up-refused": "%(reason)s",
    "set-up-token-invalid": N_("the set-up link is invalid or has expired"),
    "not-allowed": "%(reason)s",
    "super-only": N_("only super admins may do this"),
    "super-only-accounts": N_("only super admins may see and change who may sign in"),
    "super-only-webhooks": N_("only super admins may see and change webhooks"),
    "super-only-shared-key": N_("only super admins may set, check and remove the shared key"),
    "not-for-tokens": N_("no token may do this"),
    "token-scope-missing": N_("this token does not have the scope %(scope)s"),
    "personal-key-not-for-tokens": N_("a token may not use personal keys"),
    "personal-keys-not-allowed": N_("%(provider)s allows no personal keys"),
    "admin-disabled": N_("the admin %(admin)s is disabled"),
}
