"""What is refused, in the words of a language: by the kind of the error and its facts. A vendor's and a rule's own words as they are."""

from markupsafe import Markup, escape

from modeldesk.domain import errors
from modeldesk.domain.errors import ModeldeskError
from modeldesk.entrypoints.panel.languages import Language
from modeldesk.entrypoints.panel.sentences import translated

Said = Markup
"""A sentence for a page."""

ENDS = (".", "!", "?", "…", "؟", "")


def said_of(error: ModeldeskError, language: Language) -> Said:
    """The error's sentence; never where the database is or what its driver said, which is for the operator's log."""
    for told in (_of_vendors, _of_signing_in, _of_accounts, _of_choices, _of_the_desk):
        if (said := told(error, language)) is not None:
            return whole(said)
    return whole_sentence(str(error), language)


def sentence(text: str, language: Language) -> Said:
    """A plain sentence of the domain, for the inside of another: translated where it is known, else as it is, marked as English."""
    return translated(text, language) or _english(escape(text))


def whole_sentence(text: str, language: Language) -> Said:
    """The same, to stand by itself."""
    known = translated(text, language)
    return whole(known) if known is not None else _english(whole(escape(text)))


def whole(said: Markup) -> Said:
    """A capital at the beginning, but for a name, and a full stop at the end: the domain's sentences have neither, as they stand in others."""
    began = said[:1].upper() + said[1:] if said[:1].isascii() else said
    return began if said.striptags()[-1:] in ENDS else began + "."


def _english(said: Markup) -> Markup:
    return Markup('<span lang="en" dir="ltr">{}</span>').format(said)


def _of_vendors(error: ModeldeskError, language: Language) -> Said | None:
    _ = language.gettext
    match error:
        case errors.KeyMissing():
            return whole_sentence(error.reason, language)
        case errors.KeyRejected():
            return _("%(provider)s does not take the key: %(reason)s", provider=_name(error.slug), reason=sentence(error.reason, language))
        case errors.VendorFailed():
            reason = sentence(error.reason, language)
            return _("The list of %(provider)s could not be read: %(reason)s", provider=_name(error.slug), reason=reason)
        case errors.KeyUnreadable():
            return _(
                "The stored key of %(provider)s cannot be decrypted with this master key. Enter it again, or bring the master key back.",
                provider=_name(error.slug),
            )
        case errors.LiveListNotAvailable():
            return _(
                "%(provider)s has no address to read its list from. A model can still be chosen by its id.", provider=_name(error.slug)
            )
        case errors.TooSoon():
            wait = language.number(error.seconds)
            return _("This list was refreshed a moment ago. It can be refreshed again in %(wait)s seconds.", wait=wait)
        case errors.KeyNotFound():
            return _("There is no such key of your own for %(provider)s.", provider=_name(error.slug))
    return None


def _of_signing_in(error: ModeldeskError, language: Language) -> Said | None:
    _ = language.gettext
    match error:
        case errors.SignInRefused():
            return _("The name or the password is wrong.")
        case errors.TooManyAttempts():
            return _("Too many attempts. The next one is heard in %(wait)s seconds.", wait=language.number(error.seconds))
        case errors.SignInBusy():
            return _("Too many people are signing in at this moment. Please try again.")
        case errors.SetupRefused():
            return _("This set-up link is not valid, or not any more. Where there is no admin yet, “modeldesk serve” prints a new one.")
    return None


def _of_accounts(error: ModeldeskError, language: Language) -> Said | None:
    _ = language.gettext
    match error:
        case errors.AdminExists():
            return _("There is already an admin called %(admin)s.", admin=_name(error.name))
        case errors.AdminNotFound():
            return _("There is no admin called %(admin)s.", admin=_name(error.name))
        case errors.LastSuperAdmin():
            return _("%(admin)s is the last super admin who may sign in. Make another one first.", admin=_name(error.name))
        case errors.TokenExists():
            return _("There is already a token called %(token)s.", token=_name(error.name))
        case errors.TokenNotFound():
            return _("There is no token called %(token)s.", token=_name(error.name))
        case errors.SessionNotFound():
            return _("That session has ended already.")
        case errors.SignedOut():
            return _("You were signed out before this was done. Nothing was changed; please sign in again.")
        case errors.NotAllowed():
            return whole_sentence(error.reason, language)
    return None


def _of_the_desk(error: ModeldeskError, language: Language) -> Said | None:
    _ = language.gettext
    match error:
        case errors.ProviderNotFound():
            return _("There is no provider %(provider)s.", provider=_name(error.slug))
        case errors.ProviderInactive():
            return _("%(provider)s is switched off.", provider=_name(error.slug))
        case errors.CapabilityNotOffered():
            return _("%(provider)s does not offer %(capability)s.", provider=_name(error.slug), capability=_name(error.capability))
    return None


def _of_choices(error: ModeldeskError, language: Language) -> Said | None:
    _ = language.gettext
    match error:
        case errors.NothingToRollBack():
            return _("There is no choice here that could be taken back.")
        case errors.VersionConflict():
            return _("Somebody else chose meanwhile. Look at what is active now, and do it again if you still want to.")
        case errors.ActiveModelsAffected():
            named = Markup(" · ").join(_name(f"{provider} {capability}: {model}") for provider, capability, model in error.slots)
            return _("This import takes away capabilities whose model is active: %(models)s. Nothing was imported.", models=named)
        case errors.DeclarationInvalid():
            count = len(error.problems)
            return language.ngettext(
                "The declaration has %(num)s problem. Nothing was imported.",
                "The declaration has %(num)s problems. Nothing was imported.",
                count,
            )
        case errors.StorageBusy():
            return _("The database is busy with another writer. Please try again.")
        case errors.StorageUnavailable() | errors.SchemaMismatch():
            return _("The database cannot be used at this moment. The log of the server says why.")
        case errors.Unavailable():
            return _("This is not available at the moment. Please try again.")
    return None


def _name(text: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(text)
