"""The domain's own English sentences, as patterns, and what the catalogues translate for them.

An error that has facts is worded by its kind (`wording`). Rules and a vendor's reasons are plain sentences: what stands here is translated,
anything else is shown as it is, marked as English.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from markupsafe import Markup

from modeldesk.entrypoints.panel.languages import N_, Language

SENTENCES: Sequence[str] = (
    N_("must not be blank"),
    N_("a name must not begin or end with a blank"),
    N_("a name has at most %(most)s characters, not %(count)s"),
    N_("the name %(name)s stands for the command line"),
    N_("a password is text in UTF-8"),
    N_("a password has %(least)s to %(most)s characters, not %(count)s"),
    N_("this password is one of the first that anybody tries: it repeats itself"),
    N_("this password is one of the first that anybody tries: it is a plain sequence"),
    N_("this password is one of the first that anybody tries: it stands in lists of broken passwords"),
    N_("this password is one of the first that anybody tries: it is little more than the admin's own name"),
    N_("this password is one of the first that anybody tries: it is little more than words that everybody knows"),
    N_("a model id must not begin or end with a blank"),
    N_("a model id has at most %(most)s characters, not %(count)s"),
    N_("an API key has %(least)s to %(most)s characters, not %(count)s"),
    N_("an API key is made of printable ASCII without blanks"),
    N_("a text has at most %(most)s characters, not %(count)s"),
    N_("forbidden character %(character)s at position %(count)s"),
    N_("a sort order fits 32 bits"),
    N_("an address must not hold blanks or control characters"),
    N_("must be an absolute http:// or https:// address"),
    N_("an address must not hold a user name or password"),
    N_("an address has at most %(most)s characters, not %(count)s"),
    N_("only super admins may import and change providers"),
    N_("a capability is made of a-z and 0-9 in parts joined by single hyphens"),
    N_("a capability has at most %(most)s characters, not %(count)s"),
    N_("the shared key is for super admins to set, check and remove"),
    N_("the shared key of %(provider)s is for super admins"),
    N_("%(provider)s allows no personal keys"),
    N_("%(admin)s is switched off, and spends no key"),
    N_("%(admin)s is switched off"),
    N_("%(provider)s has no API key of %(admin)s"),
    N_("%(provider)s has no API key yet; modeldesk keys set %(again)s stores one"),
    N_("the address of %(provider)s changed, and its key was suspended until it is entered again (modeldesk keys set %(again)s)"),
    N_("the keys of %(provider)s, or who may spend them, changed while its list was waited for; ask again"),
    N_("only super admins may see and change who may sign in"),
    N_("accepting a list that shrank is for super admins"),
    N_("this page is for super admins"),
    N_("the audit trail is for super admins"),
    N_("a moment is written as 2026-11-24 or 2026-11-24T12:30:00Z"),
    N_("the two passwords differ"),
    N_("the file and the text: send one of them"),
    N_("there is nothing to import: paste a declaration or choose a file"),
    N_("a name stands in addresses: it holds no slash, and more than dots"),
    N_("a token without a scope could do nothing; name at least one"),
    N_("a token lives for 1 to %(most)s days"),
    N_("no answer in time"),
    N_("no connection in time"),
    N_("no answer within %(count)s s"),
    N_("no connection: connection refused"),
    N_("no connection: it was broken off"),
    N_("no connection: %(said)s"),
    N_("the certificate is not trusted: %(said)s"),
    N_("TLS failed: %(said)s"),
    N_("the name %(name)s does not resolve"),
    N_("the name %(name)s does not resolve at this moment"),
    N_("the address %(name)s (%(said)s) may not be dialled; %(again)s can allow %(provider)s"),
    N_("port %(name)s may not be dialled; %(again)s can allow %(provider)s"),
    N_("plain http to %(name)s may not be spoken; %(again)s can allow %(provider)s"),
    N_("the answer did not end within %(count)s s"),
    N_("it answers with status %(status)s"),
    N_("it answers with status %(status)s, which is none for a list"),
    N_("it redirects to %(said)s, which is not followed"),
    N_("there is no list of models in its answer"),
    N_("its answer cannot be read: %(said)s"),
    N_("%(provider)s wants an API key for its list, and has none yet (%(source)s)"),
    N_("not an address: %(said)s"),
    N_("there is no such kind of deed"),
    N_("the connection broke"),
    N_("the connection was closed before an answer"),
    N_("the answer ended early"),
    N_("the answer is not proper HTTP/1.1"),
    N_("the answer cannot be read"),
    N_("the vendor answered with status %(status)s"),
    N_("status %(status)s"),
    N_("the vendor answered: %(said)s"),
    N_("it wants a key: %(said)s"),
    N_("it redirects, which is not followed"),
    N_("there is no model in its list"),
    N_("none of the entries of its list has a usable id"),
    N_("its answer is not JSON"),
    N_("the vendor knows this key"),
    N_("the vendor gives its list for this key, and not without one"),
    N_("the vendor gives its list to anybody, and nothing else is known that would prove a key"),
    N_("it stands in the declaration"),
    N_("the vendor's modalities (%(said)s)"),
    N_("the modalities at models.dev (%(said)s)"),
    N_("the vendor's task (%(said)s)"),
    N_("its name (%(said)s)"),
    N_("nothing says what it is for; it is taken for a language model"),
    N_("no rule tells what %(name)s needs, so that every model is offered"),
    N_("for %(purposes)s, by %(source)s"),
    N_("its vendor ended it on %(day)s"),
)
LATIN = ("name", "provider", "admin", "again", "said", "status", "character")
"""Facts that stand in a sentence as they are: names and numbers of the program's, and what a vendor said."""

WORDED = ("purposes", "source", "day")
"""Facts that are words or sentences of ours themselves, or a day as a machine writes it."""

PURPOSES: Mapping[str, str] = {
    "language": N_("language"),
    "image": N_("image"),
    "video": N_("video"),
    "speech": N_("speech"),
    "transcription": N_("transcription"),
    "embedding": N_("embedding"),
    "ranking": N_("ranking"),
    "moderation": N_("moderation"),
    "reading": N_("reading"),
}
"""What models are for; another word, of a vendor's own, is shown as it is."""


def translated(sentence: str, language: Language) -> Markup | None:
    """The sentence in this language; None where it is none of those that are known."""
    for message, pattern in _patterns():
        if found := pattern.fullmatch(sentence):
            return language.gettext(message, **{fact: _written(fact, text, language) for fact, text in found.groupdict().items()})
    return None


def _written(fact: str, text: str, language: Language) -> object:
    if fact == "source":
        return translated(text, language) or _as_it_is(text)
    if fact == "purposes":
        return language.gettext(", ").join(_purpose(word, language) for word in text.split(", "))
    if fact == "day":
        return _as_it_is(language.day(date.fromisoformat(text)))
    if fact in LATIN:
        return _as_it_is(text.strip("'\""))
    return language.number(int(text.replace(",", "")))


def _as_it_is(text: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(text)


def _purpose(word: str, language: Language) -> Markup:
    return language.gettext(PURPOSES[word]) if word in PURPOSES else _as_it_is(word)


@cache
def _patterns() -> Sequence[tuple[str, re.Pattern[str]]]:
    return [(message, _pattern(message)) for message in SENTENCES]


def _pattern(message: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", message)
    shapes = [re.escape(part) if place % 2 == 0 else _group(part) for place, part in enumerate(parts)]
    return re.compile("".join(shapes), re.DOTALL)


def _group(fact: str) -> str:
    if fact == "day":
        return r"(?P<day>\d{4}-\d\d-\d\d)"
    return f"(?P<{fact}>.+?)" if fact in (*LATIN, *WORDED) else f"(?P<{fact}>[0-9,]+)"
