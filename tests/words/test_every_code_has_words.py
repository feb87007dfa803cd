"""Every code that can be raised has words at every edge and in every language, in the terms of that edge."""

import inspect
import re
from collections.abc import Mapping
from datetime import timedelta

import pytest

from modeldesk.domain import errors
from modeldesk.domain.errors import ModeldeskError, Problem, Reason
from modeldesk.entrypoints.api import remedies as rest
from modeldesk.entrypoints.cli import remedies as cli
from modeldesk.entrypoints.panel import error_messages as panel
from modeldesk.entrypoints.panel.attention import ALERTS as BOARD
from modeldesk.entrypoints.panel.languages import languages
from modeldesk.entrypoints.words.catalogue import ALERTS
from modeldesk.entrypoints.words.marks import Plural
from modeldesk.entrypoints.words.table import TAILS, WORDS
from tests.support.cases import try_all
from tests.support.raised_codes import PASSED_ON, SOURCE, codes_from_variables, raised, sentences_in_errors

FAMILIES = (ModeldeskError, errors.Invalid, errors.NotFound, errors.Conflict, errors.Outdated, errors.Unavailable)
"""What is caught and never raised itself."""

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ModeldeskError) and kind not in FAMILIES]
EDGES: Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "cli": (cli.OWN, cli.REMEDIES),
    "rest": (rest.OWN, rest.REMEDIES),
    "panel": (panel.OWN, panel.REMEDIES),
}
REASON = Reason("blank")
SAMPLES: tuple[ModeldeskError, ...] = (
    errors.ActiveModelsAffected([("acme", "chat", "m")]), errors.EditsInConflict(["acme.name"]), errors.AdminExists("x"), errors.AdminNotFound("x"), errors.CacheUnavailable(), errors.ImportBusy(),
    errors.CapabilityNotFound("x", "chat"), errors.CapabilityNotOffered("x", "chat", []), errors.CopyNotWritten("f", REASON), errors.DeclarationBroken([Problem("$", REASON)]),
    errors.DeclarationInvalid([Problem("$", REASON)]), errors.FileRefused(".env", Reason("file-not-found")),
 errors.InvalidBackup("f", REASON), errors.InvalidValue("blank"),
    errors.InvalidCombination("accept-without-refresh", member="accept"),
    errors.KeyMissing("x", REASON), errors.KeyNotFound("x"), errors.KeyRejected("x", REASON), errors.KeyUnreadable("x"), errors.MasterKeyMissing(1),
    errors.MasterKeyWrong(REASON),
    errors.LastSuperAdmin("x"), errors.LiveListNotAvailable("x"), errors.Malformed(Problem("$", REASON)), errors.NotAllowed("super-only"),
    errors.IdempotencyKeyReused(),
    errors.NothingToRollBack("x", "chat"), errors.ProviderInactive("x"), errors.ProviderNotFound("x"), errors.RequestInvalid([Problem("$", REASON)]),
    errors.SchemaMismatch("1", "2", newer=False), errors.SessionNotFound("x"), errors.SetupRefused(), errors.SignInBusy(), errors.SignInRefused(),
    errors.SignedOut(), errors.StorageBusy(), errors.StorageUnavailable(REASON), errors.TokenExists("x"), errors.TokenNotFound("x"),
    errors.TooManyAttempts(3), errors.TooSoon("x", timedelta(seconds=3)), errors.UnknownProviders(["x"], [], "f"), errors.VendorFailed("x", REASON), errors.VendorSlow("x", REASON),
    errors.PlanConflict("x", "y"), errors.ProviderVersionConflict("x", 1, 2), errors.VersionConflict("x", "chat", 1, 2),
    errors.NothingActive("x", "chat", REASON), errors.TooManyEvaluations(3), errors.TooManyStreams(), errors.UseNotFound("x"), errors.UseNothingToRollBack("x"), errors.UseVersionConflict("x", 1, 2),
    errors.FederatedSignInRefused(REASON), errors.IdentityExists("x"), errors.IdentityNotFound("x"), errors.IdentityProviderNotFound("x"), errors.IssuerNotFound("x"),
    errors.IdentityProviderUnavailable("x", REASON),
    errors.WebhookNotFound("x"), errors.WebhookAddressRefused(REASON), errors.TooManyWebhooks(1),
)  # fmt: skip
ADDED_LATER: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("key-repeated", "slug-repeated"), frozenset({"line", "column"})),
    **dict.fromkeys(("json-ends-unclosed", "json-wrong-bracket", "json-not-closed", "json-string-not-closed"), frozenset({"opener", "line", "column"})),
    **dict.fromkeys(("no-answer-within", "no-turn-within", "answer-not-ended-within"), frozenset({"seconds"})),
}  # fmt: skip
"""Facts that `Reason.adding` brings, once they are known."""

SAYS_IT_ITSELF = {
    "vendor-failed": "the reason says what failed; a later try may succeed",
    "vendor-slow": "its reason says to try again",
    "cache-unavailable": "everything works without it; health checks alone see it",
    "storage-busy": "its sentence says to try again",
    "import-busy": "its sentence says to try again",
    "storage-unavailable": "its reason names what failed",
    "sign-in-busy": "its sentence says to try again",
    "sign-in-refused": "more would tell which names exist",
    "federated-sign-in-refused": "its reason says why, and has its own remedy",
    "identity-provider-unavailable": "its sentence says to try again",
    "identity-provider-not-found": "only a link that nobody was given leads there",
    "too-many-attempts": "its sentence says when to try again",
    "too-many-evaluations": "its sentence says when to try again",
    "too-soon": "its sentence says when to try again",
    "copy-not-written": "its reason names what failed",
    "invalid-backup": "its reason says what the file is",
    "file-refused": "its reason says what is wrong with the file",
    "malformed": "its reason says what is expected",
    "invalid": "the rule says what is expected",
    "request-invalid": "each problem says what is expected",
    "declaration-invalid": "each problem says what is expected",
    "declaration-broken": "the problem says what is expected",
    "unknown-names": "it lists what there is",
    "use-not-found": "it lists what there is",
    "provider-not-found": "it lists what there is",
    "capability-not-offered": "it lists what there is",
    "capability-not-found": "it lists what there is",
    "nothing-active": "its reason has its own remedy, or lists what there is",
    "not-allowed": "each of its reasons has its own remedy",
    "key-missing": "each of its reasons has its own remedy",
    "master-key-wrong": "its reason says what is wrong, and most have their own remedy",
}
"""Errors without a remedy of their own, and why that is right."""

ELSEWHERE = {
    "cli": {"unauthorized", "too-many-evaluations", "too-many-streams", "idempotency-key-reused"},
    "rest": {"identity-exists", "identity-not-found", "issuer-not-found"},
    "panel": {
        "identity-exists",
        "identity-not-found",
        "issuer-not-found",
        "too-many-evaluations",
        "too-many-streams",
        "webhook-not-found",
        "webhook-address-refused",
        "too-many-webhooks",
        "idempotency-key-reused",
    },
}
"""Errors that an edge never meets: the command line signs nobody in and links identities, event streams and idempotency keys are for programs, and webhooks have no page."""

TURNED_INTO_WORDS = {
    "src/adapters/metadata/models_dev.py: MetadataUnreadable: not a catalogue of models.dev",
    "src/adapters/metadata/models_dev.py: MetadataUnreadable: a catalogue without models",
    "src/adapters/persistence/list_rows.py: ListUnreadable: not in the format that Modeldesk writes",
    "src/adapters/vendor_list_json.py: ListUnreadable: not a list that Modeldesk wrote",
    "src/entrypoints/cli/written_files.py: OSError: another user placed this link",
}
"""Errors that their callers turn into a reason or a line of the log, and one that the command line says itself."""

_PLACE = re.compile(r"%\((\w+)\)s")


def texts(sentence: str | Plural) -> tuple[str, ...]:
    return (sentence.one, sentence.many) if isinstance(sentence, Plural) else (sentence,)


def places(sentence: str | Plural) -> set[str]:
    return {place for text in texts(sentence) for place in _PLACE.findall(text)}


def test_the_codes_of_the_errors_and_reasons_are_those_with_words() -> None:
    """A code without words fails, and words without a code."""
    reasons, kinds = {entry.code for entry in raised()}, {kind.code for kind in KINDS} | {"setting-wrong"}
    assert len(reasons) > 200
    assert reasons | kinds == set(WORDS)
    assert {type(sample) for sample in SAMPLES} == set(KINDS)


def test_a_code_stands_where_it_is_raised() -> None:
    """So that it can be counted; a few places hand on what was named elsewhere."""
    assert codes_from_variables() <= set(PASSED_ON)


def test_no_error_carries_a_sentence() -> None:
    """Its edge has the words: an error is raised with a code and facts, and what only we read is a mistake of ours."""
    assert set(sentences_in_errors()) == TURNED_INTO_WORDS


def test_a_sentence_names_facts_that_its_code_has() -> None:
    """At every place where it is raised, and in the edges' own sentences."""

    def judge(entry: tuple[str, frozenset[str], str]) -> None:
        code, facts, _ = entry
        known = facts | ADDED_LATER.get(code, frozenset())
        for own, _ in EDGES.values():
            assert places(own.get(code) or WORDS[code]) <= known

    try_all(judge, raised())


def test_an_error_has_a_sentence_and_a_remedy_at_every_edge() -> None:
    """Filled from its own facts; where there is no remedy, there is a reason for that."""
    for sample in SAMPLES:
        for edge, (own, remedies) in EDGES.items():
            sentence = own.get(sample.code) or WORDS[sample.code]
            assert places(sentence) <= {*sample.facts, "num"}, (edge, sample.code)
            inner = sample.facts.get("reason")
            codes = {sample.code, inner.code if isinstance(inner, Reason) else ""}
            assert codes & set(remedies) or sample.code in SAYS_IT_ITSELF or sample.code in ELSEWHERE[edge], (edge, sample.code)


def test_what_keeps_somebody_out_has_a_remedy_at_every_edge() -> None:
    """Each reason of a missing key, a missing right and an address that is not asked; the operator at the command line may do all."""
    of_keys = {"key-none", "key-none-own", "key-is-suspended", "key-wanted-by-vendor", "personal-keys-not-allowed", "admin-disabled"}
    of_rights = {
        entry.code for entry in raised() if entry.code.startswith("super-only") or entry.code in ("not-for-tokens", "token-scope-missing")
    }
    of_addresses = {"address-forbidden", "port-forbidden", "http-forbidden"}
    assert of_keys | of_addresses <= set(cli.REMEDIES)
    assert of_keys | of_addresses | of_rights <= set(rest.REMEDIES)
    assert of_keys | of_addresses | of_rights <= set(panel.REMEDIES)


@pytest.mark.parametrize("edge", EDGES)
def test_a_remedy_is_for_a_code_and_names_its_facts(edge: str) -> None:
    """No remedy is left over, and each can be filled wherever its code is raised."""
    own, remedies = EDGES[edge]
    facts_of: dict[str, set[str]] = {}
    for entry in raised():
        facts_of[entry.code] = facts_of.get(entry.code, set(entry.facts)) & entry.facts
    for sample in SAMPLES:
        facts_of[sample.code] = set(sample.facts)
    assert set(own) | set(remedies) <= set(WORDS)
    for code, remedy in remedies.items():
        assert places(remedy) <= facts_of[code], (edge, code)


def test_no_edge_speaks_the_terms_of_another() -> None:
    """The panel names no command, option or setting; REST no option or command; the sentences for all none of them."""
    command, option, setting, path = r"\bmodeldesk [a-z]", r"(?<!\w)--[a-z]", r"MODELDESK_", r"/api/"
    shared = [text for sentence in (*WORDS.values(), *TAILS.values(), *ALERTS.values()) for text in texts(sentence)]
    for terms, sentences in (
        ((command, option, setting, path), [*shared, *panel.OWN.values(), *panel.REMEDIES.values()]),
        ((command, option, setting), [*rest.OWN.values(), *rest.REMEDIES.values()]),
        ((path,), [*cli.OWN.values(), *cli.REMEDIES.values()]),
    ):
        assert [text for text in sentences for term in terms if re.search(term, text)] == []


def test_domain_and_adapters_speak_no_edge() -> None:
    """Outside docstrings and comments none of their texts holds an option, a command or a setting."""
    found = list[str]()
    for room in ("domain", "adapters"):
        for file in sorted((SOURCE / room).rglob("*.py")):
            code = re.sub(r'""".*?"""|(?m:#.*$)', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
            found += [f"{file.name}: {text}" for text in re.findall(r'"[^"\n]*(?:--[a-z]{2}|MODELDESK_|modeldesk [a-z]+ )[^"\n]*"', code)]
    assert found == []


def test_every_error_is_said_at_every_edge_and_in_every_language() -> None:
    """Whole, with nothing left to fill in; in Persian in Persian."""

    def judge(sample: ModeldeskError) -> None:
        for said in (cli.CLI.refusal(sample), rest.REST.refusal(sample)):
            assert said
            assert "%(" not in said
        for language in languages().all:
            message = panel.refusal_message(sample, language)
            assert "%(" not in message
            assert (re.search("[؀-ۿ]", message) is not None) == (language.code == "fa"), message

    try_all(judge, SAMPLES, lambda sample: sample.code)


def test_alerts_have_words_in_answers_and_on_the_board() -> None:
    """By their codes, which stand apart from those of errors."""
    raised_alerts = set(re.findall(r'Alert\(\s*"([a-z-]+)"', (SOURCE / "domain/services/alerts.py").read_text(encoding="utf-8")))
    assert raised_alerts == set(ALERTS) - {"list-failed-without-list"} == set(BOARD)
