"""`modeldesk keys`: shared and personal ones, the master key changed, and rings that cannot be meant."""

import base64
import random
from pathlib import Path

import pytest

from tests.support.cli_folder import SERVE, Folder

GROQ = {
    "slug": "groq",
    "name": "Groq",
    "provider_class": "GroqProvider",
    "api_base_url": "https://api.groq.example/v1",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}
SHARED, OWN = "sk-shared-0123456789AAAA", "sk-own-0123456789BBBB"


def master(seed: int) -> str:
    return base64.b64encode(random.Random(seed).randbytes(32)).decode()


@pytest.fixture
def groq(sara: Folder) -> Folder:
    """A folder with a provider whose list needs a key, where sara may sign in."""
    sara.declare(GROQ)
    sara.type("import-providers")
    return sara


def listed(folder: Folder) -> list[tuple[str, str | None, str, str]]:
    keys = folder.type("keys", "list", "--format", "json").json["keys"]
    return [(key["provider"], key["owner"], key["scope"], key["state"]) for key in keys]


def masters(folder: Folder) -> list[tuple[str, int]]:
    """The same from both commands that tell it."""
    reported = [folder.type(*words, "--format", "json").json["master_keys"] for words in (("keys", "list"), ("db", "status"))]
    assert reported[0] == reported[1]
    return [(entry["state"], entry["count"]) for entry in reported[0]]


def enter_both(folder: Folder) -> None:
    folder.type("keys", "set", "groq", "--key-stdin", typed=SHARED + "\n")
    folder.type("keys", "set", "groq", "--personal", "sara", "--key-stdin", typed=OWN + "\n")


def test_shared_and_personal_keys_are_set_listed_and_deleted(groq: Folder) -> None:
    """Each with its scope, owner, last four and master key; deleting one leaves the other."""
    enter_both(groq)
    printed = groq.type("keys", "list")
    assert printed.lines[0].split("  ")[0] == "provider"
    assert "personal" in printed.out
    assert "sara" in printed.out
    assert "…BBBB" in printed.out
    assert OWN not in printed.out
    assert listed(groq) == [("groq", None, "shared", "usable"), ("groq", "sara", "personal", "usable")]
    assert groq.provider("groq")["key"] == {"shared": True, "personal": False, "usable": True, "hint": "AAAA"}
    assert groq.type("keys", "delete", "groq", "--personal", "sara").out == "deleted the personal key of sara for groq\n"
    assert groq.type("keys", "delete", "groq", "--personal", "sara").out == "there is no personal key of sara for groq\n"
    assert listed(groq) == [("groq", None, "shared", "usable")]


def test_what_is_refused(groq: Folder) -> None:
    """An admin who is not there, a key who is not there, a provider that allows none, a name that no admin may bear."""
    nobody = "Error: there is no admin 'nobody'; list them with: modeldesk admin list"
    assert groq.refused("keys", "set", "groq", "--personal", "nobody", "--key-stdin", typed=OWN) == [nobody]
    assert groq.refused("keys", "check", "groq", "--personal", "nobody") == [nobody]
    assert groq.refused("keys", "delete", "groq", "--personal", "nobody") == [nobody]
    assert groq.refused("models", "browse", "groq", "chat", "--as", "nobody") == [nobody]
    assert groq.refused("keys", "check", "groq", "--personal", "sara") == [
        "Error: there is no such personal key for 'groq'; enter one with: modeldesk keys set groq --personal ADMIN"
    ]
    groq.type("keys", "set", "groq", "--key-stdin", typed=SHARED)
    assert groq.refused("models", "browse", "groq", "chat", "--as", "sara") == [
        "Error: 'groq' has no API key of 'sara'; enter it with: modeldesk keys set groq --personal sara"
    ]
    groq.refused("keys", "set", "groq", "--personal", "cli", "--key-stdin", typed=OWN, exits=2)
    groq.execute("UPDATE providers SET allow_personal_keys = false")
    groq.execute("UPDATE generations SET catalogue = catalogue + 1")
    refused = groq.refused("keys", "set", "groq", "--personal", "sara", "--key-stdin", typed=OWN)
    assert refused == [
        "Error: 'groq' allows no personal keys; use the shared key, or set allow_personal_keys in the declaration and import it with --force"
    ]


def test_how_a_key_stands_is_told(groq: Folder) -> None:
    """Not allowed where the flag is off or its owner switched off; suspended; unreadable; and none of it is an error."""
    enter_both(groq)
    groq.type("admin", "create", "root", "--role", "super", "--password-stdin", typed="correct horse battery\n")  # one must stay
    groq.type("admin", "disable", "sara")
    assert listed(groq)[1][3] == "not allowed"
    assert groq.refused("models", "browse", "groq", "chat", "--as", "sara") == [
        "Error: the admin 'sara' is disabled and may use no key; enable the admin with: modeldesk admin enable sara"
    ]
    assert groq.refused("keys", "check", "groq", "--personal", "sara") == [
        "Error: the admin 'sara' is disabled and may use no key; enable the admin with: modeldesk admin enable sara"
    ]
    groq.type("admin", "enable", "sara")
    groq.execute("UPDATE provider_keys SET is_suspended = true WHERE owner = ''")
    assert [entry[3] for entry in listed(groq)] == ["suspended", "usable"]
    (groq.path / ".modeldesk" / "master.key").unlink()
    assert [entry[3] for entry in listed(groq)] == ["unreadable", "unreadable"]
    assert masters(groq) == [("unknown", 2)]
    assert groq.provider("groq")["key"] == {"shared": True, "personal": False, "usable": False, "hint": "AAAA", "unreadable": ["shared"]}
    assert "unreadable" in groq.type("providers", "list").out
    groq.execute("UPDATE provider_keys SET is_suspended = false", "UPDATE generations SET catalogue = catalogue + 1")
    warnings = groq.type("overview", "--format", "json").json["warnings"]
    assert [warning["code"] for warning in warnings] == ["key-unreadable"]
    assert "key-unreadable" in groq.type("overview", "--all").out or "cannot be decrypted" in groq.type("overview", "--all").out


def test_rotating_the_key_file(groq: Folder) -> None:
    """A new key before the old one, every key under it; twice, and no more than two are kept; nothing else lies beside."""
    enter_both(groq)
    home = groq.path / ".modeldesk"
    first = (home / "master.key").read_text()
    assert masters(groq) == [("newest", 2)]
    assert groq.type("keys", "rotate-master").lines[1] == "re-encrypted 2 secrets; 0 not under the newest master key"
    second = (home / "master.key").read_text()
    assert second.splitlines()[1:] == first.splitlines()
    assert masters(groq) == [("newest", 2), ("older", 0)]
    answer = groq.type("keys", "rotate-master", "--format", "json").json
    assert (answer["is_new"], answer["resealed"], answer["remaining"], answer["unreadable"]) == (True, 2, 0, [])
    third = (home / "master.key").read_text().splitlines()
    assert (len(third), third[1]) == (2, second.splitlines()[0])
    assert (home / "master.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir() if "key" in path.name] == ["master.key"]
    assert [entry[3] for entry in listed(groq)] == ["usable", "usable"]


def test_rotating_by_the_setting(groq: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """new,old: the command seals under the first and writes no file; then the old one may go."""
    monkeypatch.setenv("MODELDESK_MASTER_KEY", master(1))
    enter_both(groq)
    assert "put a new one before it" in groq.type("keys", "rotate-master").out
    monkeypatch.setenv("MODELDESK_MASTER_KEY", f"{master(2)}, {master(1)}")
    assert masters(groq) == [("newest", 0), ("older", 2)]
    assert groq.type("keys", "rotate-master").lines == ["re-encrypted 2 secrets; 0 not under the newest master key"]
    monkeypatch.setenv("MODELDESK_MASTER_KEY", master(2))
    assert masters(groq) == [("newest", 2)]
    assert [entry[3] for entry in listed(groq)] == ["usable", "usable"]
    assert not (groq.path / ".modeldesk" / "master.key").exists()


def test_keys_that_nothing_opens_are_told_one_by_one(groq: Folder) -> None:
    """With exit code 1, and the others done."""
    enter_both(groq)
    groq.execute("UPDATE provider_keys SET sealed = CAST(sealed || X'00' AS BLOB) WHERE owner = 'sara'")
    printed = groq.type("keys", "rotate-master", exits=1)
    assert printed.lines[-1] == "re-encrypted 1 secret; 1 not under the newest master key"
    (line,) = printed.errors
    assert line.startswith("Error: the personal key of sara for groq cannot be decrypted")


def test_webhooks_whose_secret_nothing_opens_are_named(groq: Folder) -> None:
    """With what to do, which then ends it."""
    names = [groq.type("webhooks", "add", "https://a.example/in", "--format", "json").json["id"] for _ in range(2)]
    groq.execute(f"UPDATE webhooks SET sealed = CAST(sealed || X'00' AS BLOB) WHERE id = '{names[0]}'")
    printed = groq.type("keys", "rotate-master", exits=1)
    assert printed.lines[-1] == "re-encrypted 1 secret; 1 not under the newest master key"
    (line,) = printed.errors
    assert line.startswith(f"Error: a secret of the webhook {names[0]} cannot be decrypted; ")
    assert groq.type("keys", "rotate-master", "--format", "json", exits=1).json["unreadable_webhooks"] == names[:1]
    groq.type("webhooks", "rotate", names[0])
    assert groq.type("keys", "rotate-master", "--format", "json").json["unreadable_webhooks"] == []


def test_without_keys_there_is_nothing_to_seal(groq: Folder) -> None:
    """And that is no error."""
    assert groq.type("keys", "rotate-master").lines[-1] == "re-encrypted 0 secrets; 0 not under the newest master key"


@pytest.mark.parametrize(
    ("ring", "line"),
    [
        (lambda: f"{master(1)},", "MODELDESK_MASTER_KEY, key 2 of 2, must be 32 random bytes in base64 or hex; "),
        (lambda: f"{master(1)},changeme", "MODELDESK_MASTER_KEY, key 2 of 2, must be 32 random bytes in base64 or hex; "),
        (lambda: f"{base64.b64encode(bytes(32)).decode()},{master(1)}", "MODELDESK_MASTER_KEY, key 1 of 2, is not random: "),
        (lambda: f"{master(1)},{master(1)}", "MODELDESK_MASTER_KEY holds the same master key twice"),
        (lambda: ",".join(master(seed) for seed in range(17)), "MODELDESK_MASTER_KEY holds 17 master keys, more than 16; "),
    ],
)
@pytest.mark.parametrize("words", [SERVE, ("keys", "list"), ("providers", "list")], ids=lambda words: words[0])
def test_a_malformed_ring_stops_the_start_with_one_line(
    groq: Folder, monkeypatch: pytest.MonkeyPatch, ring: object, line: str, words: tuple[str, ...]
) -> None:
    """Whatever command it is; the line says which key of the ring, and none of them."""
    assert callable(ring)
    monkeypatch.setenv("MODELDESK_MASTER_KEY", ring())
    (reported,) = groq.refused(*words)
    assert reported.startswith(f"Error: {line}")
    assert master(1) not in reported


def test_a_ring_in_a_file_has_one_key_a_line(groq: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest first; a line in the middle that is none stops the start."""
    file = groq.write("ring", f"{master(2)}\n{master(1)}\n")
    file.chmod(0o600)
    monkeypatch.setenv("MODELDESK_MASTER_KEY_FILE", str(file))
    enter_both(groq)
    assert masters(groq) == [("newest", 2), ("older", 0)]
    file.write_text(f"{master(2)}\n\n{master(1)}\n")
    (reported,) = groq.refused("keys", "list")
    assert reported.startswith(f"Error: MODELDESK_MASTER_KEY_FILE ({file}), key 2 of 3, must be 32 random bytes")
