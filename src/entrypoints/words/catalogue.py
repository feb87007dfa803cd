"""Why a model is offered or left out, and what needs attention."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.marks import N_

ELIGIBILITY: Mapping[str, str] = {
    "declared": N_("the declaration lists it"),
    "known-by-vendor-modalities": N_("the vendor's modalities (%(inputs)s → %(outputs)s)"),
    "known-by-metadata-modalities": N_("the modalities at models.dev (%(inputs)s → %(outputs)s)"),
    "known-by-task": N_("the vendor's task (%(said)s)"),
    "known-by-name": N_("its name (%(said)s)"),
    "purpose-unknown": N_("unverified: nothing says what it is for, so it counts as a language model"),
    "capability-without-rule": N_("no rule exists for %(capability)s, so every model is offered"),
    "not-included": N_("the declaration includes only %(patterns)s"),
    "excluded-by-pattern": N_("the declaration excludes %(patterns)s"),
    "other-purpose": N_("for %(purposes)s, by %(reason)s"),
    "ended-by-vendor": N_("its vendor ended it on %(day)s"),
    "vendor-note": N_("its vendor says: %(said)s"),
    "pattern-not-model": N_("it is a pattern for ids, not a model"),
}

MODALITIES: Mapping[str, str] = {
    "text": N_("text"),
    "image": N_("image"),
    "audio": N_("audio"),
    "video": N_("video"),
    "file": N_("file"),
    "vector": N_("vector"),
    "score": N_("score"),
}
"""What a model reads and writes."""

PURPOSES: Mapping[str, str] = {
    "language": N_("language"),
    "completion": N_("text completion"),
    "image": N_("image"),
    "video": N_("video"),
    "speech": N_("speech"),
    "transcription": N_("transcription"),
    "embedding": N_("embedding"),
    "ranking": N_("ranking"),
    "moderation": N_("moderation"),
    "scoring": N_("rating answers"),
    "reading": N_("reading"),
}
"""What models are for; another word, of a vendor's own, is shown as it is."""

ALERTS: Mapping[str, str] = {
    "provider-inactive": N_("%(model)s is active, but the provider is disabled"),
    "not-in-catalogue": N_("%(model)s is active, but the provider's list does not hold it"),
    "key-missing": N_("the list of models needs an API key, and there is none yet"),
    "key-suspended": N_("the address changed, so the shared key is suspended until it is entered again"),
    "key-unreadable": N_("the shared key cannot be decrypted with this master key"),
    "list-failed": N_("%(reason)s; the last good list is of %(fetched_at)s"),
    "list-failed-without-list": N_("%(reason)s; there is no earlier list"),
    "list-incomplete": "%(reason)s",
    "list-shrunk": N_("the vendor's list shrank from %(before)s models to %(count)s; it waits to be confirmed or accepted"),
}
"""By the codes of alerts, which stand apart from those of errors."""
