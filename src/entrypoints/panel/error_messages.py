"""Refusals in the language of a page: the sentence of the code from the catalogues, then what to do by buttons and pages."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from markupsafe import Markup

from modeldesk.domain.errors import ModeldeskError, Problem, Reason
from modeldesk.entrypoints.panel.formatting import breakable
from modeldesk.entrypoints.panel.languages import N_, Language
from modeldesk.entrypoints.words.marks import Plural
from modeldesk.entrypoints.words.table import (
    MORE,
    MOST_LISTED,
    NONE,
    PLAIN_NUMBERS,
    UNKNOWN,
    VOCABULARY,
    remedy_of,
    sentence_of,
    tails_of,
)
from modeldesk.entrypoints.words.visible import quoted_fact

OWN: Mapping[str, str] = {
    "storage-unavailable": N_("the database cannot be used at this moment; the server's log says why"),
    "schema-mismatch": N_("the database cannot be used at this moment; the server's log says why"),
    "master-key-wrong": N_("the master key cannot be used at this moment; the server's log says why"),
    "provider-changed": N_("somebody else changed this provider meanwhile"),
    "slot-changed": N_("somebody else changed this meanwhile"),
    "use-changed": N_("somebody else changed this use meanwhile"),
    "too-soon": N_("this list was refreshed a moment ago; it can be refreshed again in %(seconds)s s"),
    "nothing-to-roll-back": N_("there is no selection to roll back here"),
    "provider-not-found": N_("there is no provider %(provider)s"),
}
"""Sentences that fit a page better, or hide what only the operator may read, in the place of those for all."""

ENTER_KEY = N_("Enter it on the page “Keys”.")
ALLOW_HOST = N_("The operator of the server can allow %(host)s.")
ASK_SUPER = N_("Ask a super admin.")
ASK_OPERATOR = N_("Ask the operator of the server.")

REMEDIES: Mapping[str, str] = {
    "provider-inactive": N_("Enable it on its page."),
    "active-models-affected": N_("To import it all the same, tick “Allow removing capabilities that have an active model”."),
    "plan-changed": N_("Check the plan, then apply it."),
    "edits-in-conflict": N_("Import the file here to take its values."),
    "provider-changed": N_("Check its current values, and save again if you still want to."),
    "use-changed": N_("Check what it points at now, and do it again if you still want to."),
    "use-nothing-to-roll-back": N_("Change it on the page “Uses”."),
    "slot-empty": N_("Select a model in the list."),
    "slot-changed": N_("Look at what is active now, and do it again if you still want to."),
    "admin-not-found": N_("The page “Admins” lists those that there are."),
    "admin-exists": N_("Take another name."),
    "token-not-found": N_("The page “API tokens” lists those that there are."),
    "token-exists": N_("Revoke it first, or take another name."),
    "session-not-found": N_("Your account page lists your sessions."),
    "last-super-admin": N_("Create another one first."),
    "admin-disabled": ASK_SUPER,
    "key-of-disabled-admin": ASK_SUPER,
    "shared-key-super-only": N_("Enter a personal key on the page “Keys”."),
    "key-not-found": ENTER_KEY,
    "key-none": ENTER_KEY,
    "key-none-own": ENTER_KEY,
    "key-is-suspended": ENTER_KEY,
    "key-wanted-by-vendor": ENTER_KEY,
    "key-rejected": N_("Enter another one on the page “Keys”."),
    "key-unreadable": N_("Enter it again on the page “Keys”, or have the operator bring the master key back."),
    "master-key-missing": N_("Have the operator bring the master key back, or delete the keys that cannot be decrypted."),
    "personal-keys-not-allowed": N_("A super admin can allow them on the provider's page."),
    "live-not-available": N_("A super admin can set the address on the provider's page."),
    "provider-class-not-installed": ASK_OPERATOR,
    "address-forbidden": ALLOW_HOST,
    "port-forbidden": ALLOW_HOST,
    "http-forbidden": ALLOW_HOST,
    "signed-out-meanwhile": N_("Please sign in again."),
    "sign-in-not-begun-here": N_("Please sign in again."),
    "code-refused": N_("Please sign in again."),
    "groups-not-admitted": ASK_SUPER,
    "federated-name-missing": ASK_OPERATOR,
    "federated-name-unfit": ASK_OPERATOR,
    "federated-name-taken": N_("The operator of the server can link this admin to you."),
    "set-up-token-invalid": N_("Where there is no admin yet, the server prints a new link when it starts."),
    "super-only": ASK_SUPER,
    "super-only-accounts": ASK_SUPER,
    "super-only-webhooks": ASK_SUPER,
    "super-only-shared-key": N_("Enter a personal key on the page “Keys”, or ask a super admin."),
    "not-for-tokens": N_("Please sign in."),
    "token-scope-missing": N_("Create one that has it on the page “API tokens”."),
    "personal-key-not-for-tokens": N_("Please sign in."),
    "storage-unavailable": ASK_OPERATOR,
    "schema-mismatch": ASK_OPERATOR,
    "schema-newer": ASK_OPERATOR,
    "schema-older": ASK_OPERATOR,
    "schema-none": ASK_OPERATOR,
    "master-key-wrong": ASK_OPERATOR,
    "nothing-to-roll-back": N_("Select a model in the list."),
}
"""What can be done from a page. Where only the operator can act, the sentence says so, and names no command."""

FOREIGN = ("said",)
"""What vendors and systems say, in whatever language that is."""

WRONG_TYPE = N_("must be %(expected)s")

TAG = re.compile("<[^>]*>")
ENDS = (".", "!", "?", "…", "؟", "")


def refusal_message(error: ModeldeskError, language: Language) -> Markup:
    """What is wrong and what to do, as whole sentences."""
    said = [_said(error.code, error.facts, language), *_tails(error, language)]
    if (remedy := remedy_of(error, REMEDIES)) is not None:
        said.append(_filled(remedy[0], remedy[1], language))
    return Markup(" ").join(map(_whole, said))


def reason_message(reason: Reason, language: Language) -> Markup:
    """Why, to stand within a sentence."""
    return _said(reason.code, reason.facts, language)


def whole_reason(reason: Reason, language: Language) -> Markup:
    """Why, to stand by itself."""
    return Markup(" ").join(map(_whole, [reason_message(reason, language), *_tails(reason, language)]))


def problem_message(problem: Problem, language: Language) -> Markup:
    """What is wrong at one place of a document."""
    return whole_reason(problem.reason, language)


def field_message(problem: Problem, language: Language) -> Markup:
    """What is wrong with a field of a form. Whatever is typed there is text, so the type that was found is not named."""
    if problem.reason.code == "wrong-type":
        return _whole(_filled(WRONG_TYPE, problem.reason.facts, language))
    return problem_message(problem, language)


def _said(code: str, facts: Mapping[str, object], language: Language) -> Markup:
    sentence = sentence_of(code, facts, OWN)
    if isinstance(sentence, Plural):
        count = facts["count"]
        return language.ngettext(sentence.one, sentence.many, count if isinstance(count, int) else 0)
    return _filled(sentence, facts, language)


def _filled(sentence: str, facts: Mapping[str, object], language: Language) -> Markup:
    return language.gettext(sentence, **{name: _shown(name, fact, language) for name, fact in facts.items()})


def _tails(reason: ModeldeskError | Reason, language: Language) -> Sequence[Markup]:
    """Of the reason itself, and of those inside it."""
    inner = reason.facts.get("reason")
    own = [_filled(tail, reason.facts, language) for tail in tails_of(reason.facts)]
    return [*own, *(_tails(inner, language) if isinstance(inner, Reason) else ())]


def _shown(name: str, fact: object, language: Language) -> Markup | str:
    match fact:
        case Reason():
            return reason_message(fact, language)
        case str():
            word = VOCABULARY.get(name, {}).get(fact)
            return language.gettext(word) if word else _isolated(fact, name)
        case date():
            return _isolated(language.moment(fact) if isinstance(fact, datetime) else language.day(fact), name)
        case int() | float():
            return language.digits(str(fact)) if name in PLAIN_NUMBERS else language.number(fact)
        case list() | tuple():
            return _listed(name, fact, language)
    return language.gettext(UNKNOWN)


def _listed(name: str, facts: Sequence[object], language: Language) -> Markup:
    words = [_shown(name, fact, language) for fact in facts]
    join = language.gettext(", ").join
    nothing, more = UNKNOWN if name == "inputs" else NONE, len(words) - MOST_LISTED
    if name != "known" or more <= 0:
        return join(words) if words else language.gettext(nothing)
    return language.gettext(MORE, listed=join(words[:MOST_LISTED]), count=language.number(more))


def _isolated(text: str, name: str) -> Markup:
    fact = quoted_fact(text)
    shown = fact if " " in fact else breakable(fact)
    return Markup('<bdi lang="und">{}</bdi>').format(shown) if name in FOREIGN else Markup("<bdi>{}</bdi>").format(shown)


def _whole(said: Markup) -> Markup:
    """A capital at the beginning, but for a name, and a full stop at the end: sentences of the table have neither, as they stand in others."""
    began = said[:1].upper() + said[1:] if said[:1].isascii() else said
    return began if TAG.sub("", said).rstrip()[-1:] in ENDS else began + "."
