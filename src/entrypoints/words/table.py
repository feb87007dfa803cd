"""All sentences by code, and what belongs to a sentence besides it: what may have been meant, and the names that there are."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from modeldesk.domain.errors import ModeldeskError, Reason
from modeldesk.entrypoints.words.access import ACCESS
from modeldesk.entrypoints.words.catalogue import ELIGIBILITY, MODALITIES, PURPOSES
from modeldesk.entrypoints.words.desk import DESK, MASTER_KEY, STORAGE
from modeldesk.entrypoints.words.documents import DOCUMENTS, JSON, KINDS
from modeldesk.entrypoints.words.health import HEALTH
from modeldesk.entrypoints.words.marks import N_, Plural
from modeldesk.entrypoints.words.requests import REQUESTS
from modeldesk.entrypoints.words.settings import SETTINGS
from modeldesk.entrypoints.words.uses import STEPS, USES
from modeldesk.entrypoints.words.values import VALUES
from modeldesk.entrypoints.words.vendors import KEYS, LISTS, VENDORS
from modeldesk.entrypoints.words.webhooks import WEBHOOKS

Sentence = str | Plural

WORDS: Mapping[str, Sentence] = {
    **VALUES,
    **DOCUMENTS,
    **JSON,
    **ACCESS,
    **DESK,
    **STORAGE,
    **MASTER_KEY,
    **KEYS,
    **VENDORS,
    **LISTS,
    **ELIGIBILITY,
    **HEALTH,
    **USES,
    **STEPS,
    **WEBHOOKS,
    **SETTINGS,
    **REQUESTS,
}

TAILS: Mapping[str, str] = {
    "nearest": N_("did you mean %(nearest)s?"),
    "known": N_("known: %(known)s"),
    "choices": N_("known: %(choices)s"),
    "offered": N_("it offers: %(offered)s"),
    "holds": N_("it holds: %(holds)s"),
    "asked": N_("asked: GET %(asked)s"),
    "retry_at": N_("it asks to wait until %(retry_at)s"),
}
"""What follows any sentence whose facts hold these. `known` is left out where a nearest name is; the last two stand there even when empty."""

NONE = N_("none")
UNKNOWN = N_("unknown")
MORE = N_("%(listed)s and %(count)s more")
MOST_LISTED = 12
"""How many of the `known` names are listed before the rest is only counted."""

VOCABULARY: Mapping[str, Mapping[str, str]] = {
    "given": KINDS,
    "expected": KINDS,
    "what": KINDS,
    "purposes": PURPOSES,
    "inputs": MODALITIES,
    "outputs": MODALITIES,
}
"""Facts that are words of ours, and what they are called."""

CODES_OF_TEXT = ("word", "meant", "token", "opener", "closer", "escape", "escaped")
"""Facts that are pieces of a text, set off from the sentence as code is."""

NAMES = (
    "provider",
    "capability",
    "use",
    "name",
    "names",
    "admin",
    "key",
    "found",
    "slug",
    "handle",
    "scope",
    "nearest",
    "model",
    "webhook",
)
"""Facts that are names, which a plain text puts in quotes."""

PLAIN_NUMBERS = ("status", "port", "line", "column", "version")
"""Numbers that are names, not amounts: without separators."""


_FACT = re.compile(r"%\((\w+)\)")


def sentence_of(code: str, facts: Mapping[str, object], own: Mapping[str, Sentence]) -> Sentence:
    """An edge's own sentence for the code, else the one for all.

    A code without words, or without a fact that they name, stands for itself: a database may hold what another version recorded.
    """
    sentence = own.get(code) or WORDS.get(code)
    return sentence if sentence is not None and _facts_named(sentence) <= facts.keys() else code.replace("%", "%%")


@cache
def _facts_named(sentence: Sentence) -> frozenset[str]:
    """The facts without which the sentence cannot be said."""
    if isinstance(sentence, Plural):
        return (_facts_named(sentence.one) | _facts_named(sentence.many)) - {"num"} | {"count"}
    return frozenset(_FACT.findall(sentence))


def tails_of(facts: Mapping[str, object]) -> Iterator[str]:
    """The sentences that follow, by the facts that there are."""
    for fact, tail in TAILS.items():
        is_told_empty = fact in ("offered", "holds")
        if fact not in facts or (not facts[fact] and not is_told_empty) or (fact == "known" and facts.get("nearest")):
            continue
        yield tail


def remedy_of(reason: ModeldeskError | Reason, remedies: Mapping[str, str]) -> tuple[str, Mapping[str, object]] | None:
    """What to do about it, by the innermost code that has a remedy, with every fact on the way there."""
    levels: list[ModeldeskError | Reason] = [reason]
    while isinstance(inner := levels[-1].facts.get("reason"), Reason):
        levels.append(inner)
    facts = {name: fact for level in levels for name, fact in level.facts.items()}
    found = (remedies[level.code] for level in reversed(levels) if level.code in remedies)
    return next(((remedy, facts) for remedy in found if _facts_named(remedy) <= facts.keys()), None)
