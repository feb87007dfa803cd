"""Uses, and answers to which model is active."""

from collections.abc import Mapping

from modeldesk.entrypoints.words.marks import N_

USES: Mapping[str, str] = {
    "use-not-found": N_("there is no use %(use)s"),
    "use-changed": N_("somebody changed the use %(use)s meanwhile: it is at version %(version)s, not %(expected)s"),
    "use-nothing-to-roll-back": N_("there is no change to roll back for the use %(use)s"),
    "too-many-fallbacks": N_("a use has at most %(most)s fallbacks, not %(count)s"),
    "fallback-twice": N_("the provider %(provider)s stands twice in this use"),
    "nothing-active": N_("nothing is active for %(provider)s %(capability)s: %(reason)s"),
    "slot-malformed": "a provider and capability are written as provider/capability",
    "too-many-evaluations": N_("too many flags were evaluated; ask again in %(seconds)s seconds"),
    "too-many-streams": N_("too many event streams are open"),
    "slot-empty": N_("no model is selected"),
}

STEPS: Mapping[str, str] = {
    "resolve-use": N_("the use %(use)s points at %(provider)s %(capability)s"),
    "resolve-active": N_("the active model of %(provider)s %(capability)s is %(model)s, selected at %(at)s (version %(version)s)"),
    "resolve-listed": N_("the list of %(provider)s contains it"),
    "resolve-not-listed": N_("the list of %(provider)s does not contain it"),
    "resolve-no-list": N_("no list of %(provider)s was ever read"),
    "resolve-by-metadata": N_("what is known of %(model)s comes from %(source)s"),
    "resolve-ends": N_("%(model)s is %(state)s, by %(source)s"),
    "resolve-fallback": N_("the fallback %(provider)s has %(model)s"),
    "resolve-fallback-empty": N_("the fallback %(provider)s has nothing active: %(reason)s"),
}
"""How an answer was found, step by step."""
