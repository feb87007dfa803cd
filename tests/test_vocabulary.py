"""One word for one thing: names and phrases that were replaced do not come back in the code, the documentation or the README."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SEARCHED = ("src", "docs", "README.md")
KINDS = (".py", ".md", ".html", ".js", ".css", ".po", ".toml", ".json")
MIGRATIONS = "src/adapters/persistence/migrations/"
"""Migrations name columns of older schemas, and never change."""

REPLACED = {
    "ActiveModelsAtStake": "ActiveModelsAffected",
    "Asker": "Actor",
    "BETWEEN_TRIES": "RETRY_COOLDOWN",
    "CopyRefused": "InvalidBackup",
    "Errand": "ListRequest",
    "FirstAdmin": "InitialSetup",
    "InMemoryDesk": "InMemoryStore",
    "KeptLists": "ListContents",
    "KeyKeeping": "ProviderKeys",
    "KeyPlace": "KeyRef",
    "KeyStanding": "KeyStatus",
    "KeyUse": "KeyRequirement",
    "KeysAtHand": "AvailableKeys",
    "KnownUses": "LastUsedCache",
    "ListHead": "ListState",
    "LostModel": "DisplacedModel",
    "OwnSession": "SessionInfo",
    "RedisLine": "ResilientRedis",
    "RolledBack": "RollbackResult",
    "RuleBroken": "InvalidValue",
    "SecretNet": "LogRedactor",
    "SqlDesk": "SqlStore",
    "StepsBack": "RollbackPreview",
    "THE_OPERATOR": "CLI_ACTOR",
    "_brought_meanwhile": "_fetched_elsewhere",
    "_in_force": "effective_version",
    "as_known": "with_current_role",
    "at_desk": "run_with",
    "begun_at_once": "try_begin",
    "clearings": "invalidations",
    "closed_at_the_end": "closed_on_exit",
    "coming_for": "limited_to",
    "ends_sessions": "invalidates_sessions",
    "errand_for": "prepare_request",
    "fit_of": "check_eligibility",
    "forced_onto": "overwrite",
    "furnished": "ensure_seeded",
    "hidden_in": "redact",
    "is_at_hand": "is_cached",
    "key_to_spend": "choose_key",
    "listed_entry": "find_entry",
    "look_through": "search",
    "may_do_everything": "is_super",
    "merged_into": "patch",
    "misfits": "errors_in",
    "moment_text": "format_timestamp",
    "must_administer": "require_super",
    "must_make_room": "sessions_to_evict",
    "must_oversee": "require_super",
    "must_stand_at": "require_version",
    "must_still_act": "require_active_actor",
    "own_asker": "actor_for_admin",
    "record_step": "record_change",
    "served_alike": "capability_group",
    "set_aside": "suspended",
    "shipped_for": "default_class_for",
    "spoken_by": "class_of",
    "standing_of": "audit_details",
    "use_of": "classify",
    "version_before": "previous_version",
    "errand": "request",
    "asker": "actor",
    "audit trail": "audit log",
    "slots in use": "active models",
    "model deactivated": "model deselected",
    "Model deactivated": "Model deselected",
    "Models deactivated": "Models deselected",
    "model is deactivated": "model is deselected",
    "deactivates those models": "deselects those models",
    "deactivates that model": "deselects that model",
    "providers are deactivated": "providers are disabled",
    "Deactivate providers": "Disable providers",
    "set aside": "suspended",
}
"""The replaced name or phrase, and what stands for it. Only those that mean nothing else in English or in a library."""


def searched_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", *SEARCHED], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.splitlines() if name.endswith(KINDS) and not name.startswith(MIGRATIONS) and (ROOT / name).is_file()]


def uses(word: str, text: str) -> list[int]:
    """The lines of the text that hold the word as a whole; letter case counts, since a class and a noun may differ by it alone."""
    whole = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])")
    return [number for number, line in enumerate(text.splitlines(), 1) if whole.search(line)]


def test_replaced_words_stay_replaced() -> None:
    """Each replaced word is reported with its file, its line and the word to use."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in searched_files()}
    assert len(texts) > 300
    found = [
        f"{name}:{line}: {word!r} is now {current!r}"
        for name, text in texts.items()
        for word, current in REPLACED.items()
        if word in text
        for line in uses(word, text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("an errand\nno errands, no errand_for", [1]),
        ("key set aside here\nset asides\nreset aside", [1]),
        ("nothing", []),
    ],
)
def test_only_whole_words_count(text: str, lines: list[int]) -> None:
    """A word inside a longer one is another word."""
    assert [number for word in ("errand", "set aside") for number in uses(word, text)] == lines
