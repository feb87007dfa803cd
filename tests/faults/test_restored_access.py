"""A backup that brings back the dismissed, and copies that somebody redirects by a planted link."""

import os
import sqlite3
from pathlib import Path
from shutil import copytree

import pytest

from tests.support.cli_folder import PASSWORD, Folder, stand_in
from tests.support.issuer import ENTRY, providers_file


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two super admins, a session, a token, what ships, and a backup of all of it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = stand_in(tmp_path_factory.mktemp("prepared"), patch)
        fill(folder)
    return folder.path


def fill(folder: Folder) -> None:
    for name in ("sara", "reza"):
        folder.type("admin", "create", name, "--role", "super", "--password-stdin", typed=PASSWORD + "\n")
    folder.execute(
        "INSERT INTO sessions VALUES ('d', 'sara', 'c', '2026-11-24 12:00:00', '2099-11-24 12:00:00', '', '2026-11-24 12:00:00', '')",
        "INSERT INTO api_tokens (digest, name, name_key, owner, scopes, created_at, expires_at, hint)"
        " VALUES ('t', 'ci', 'ci', 'sara', 'read', '2026-11-24 12:00:00', '2099-11-24 12:00:00', 'abcd')",
    )
    folder.type("import-providers")
    folder.type("db", "backup", "a.backup")


@pytest.fixture
def folder(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    copytree(prepared, tmp_path, dirs_exist_ok=True)
    return stand_in(tmp_path, monkeypatch)


def count(folder: Folder, table: str) -> int:
    with sqlite3.connect(folder.database) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_restore_ends_all_sessions_and_tokens(folder: Folder) -> None:
    """Signed-out cookies and revoked tokens came to life again."""
    folder.execute("DELETE FROM sessions", "DELETE FROM api_tokens")
    said = folder.type("db", "restore", "a.backup", "--yes").errors
    assert (count(folder, "sessions"), count(folder, "api_tokens")) == (0, 0)
    assert said == ["all sessions and API tokens ended; everybody signs in again, and programs need new tokens"]


def test_tokens_may_be_kept(folder: Folder) -> None:
    """For a machine that is moved."""
    assert folder.type("db", "restore", "a.backup", "--yes", "--keep-tokens").errors == []
    assert (count(folder, "sessions"), count(folder, "api_tokens")) == (1, 1)


def test_a_restore_lists_the_admins_that_it_brings_back(folder: Folder) -> None:
    """Those who were disabled since."""
    folder.type("admin", "disable", "reza")
    said = folder.type("db", "restore", "a.backup", "--yes").errors
    assert said[1:] == ["reza may sign in again, with the password of the backup; to prevent that: modeldesk admin disable reza"]


def test_a_restore_lists_the_rights_that_it_brings_back(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of admins who could sign in before as well: a role, a password that was given away, an identity at a provider. Nothing that is as it was."""
    monkeypatch.setenv("MODELDESK_OIDC_FILE", str(providers_file(folder.path, {**ENTRY, "issuer": "https://login.example"})))
    folder.type("admin", "create", "nima", "--role", "normal", "--password-stdin", typed=PASSWORD + "\n")
    for name, subject in (("reza", "person 7"), ("nima", "8"), ("sara", "9")):
        folder.type("admin", "link", name, "https://login.example", subject)
    folder.type("db", "backup", "b.backup")
    folder.type("admin", "role", "reza", "normal")
    folder.type("admin", "password", "sara", "--password-stdin", typed="another long password\n")
    folder.type("admin", "unlink", "reza", "https://login.example", "person 7")
    folder.type("admin", "unlink", "nima", "https://login.example", "8")
    folder.type("admin", "disable", "nima")
    said = folder.type("db", "restore", "b.backup", "--yes").errors
    prevented = "of https://login.example again; to prevent that: modeldesk admin unlink"
    assert said[1:] == [
        "nima may sign in again, with the password of the backup; to prevent that: modeldesk admin disable nima",
        "reza is a super admin again; to prevent that: modeldesk admin role reza normal",
        "sara has the password of the backup again; to change it: modeldesk admin password sara",
        f"nima may sign in as 8 {prevented} nima https://login.example 8",
        f"reza may sign in as person 7 {prevented} reza https://login.example 'person 7'",
    ]
    folder.type("admin", "unlink", "reza", "https://login.example", "person 7")
    assert folder.type("db", "restore", "b.backup", "--yes").errors[1:] == [said[-1]]


def test_a_restore_lists_the_receivers_that_it_brings_back(folder: Folder) -> None:
    """Webhooks that were removed or disabled since; a query may hold a secret, and is not shown."""
    rows = [
        f"INSERT INTO webhooks VALUES ('wh_{name}', 'https://{name}.example/in?token=t', {active}, '2026-11-24 12:00:00', 'sara', x'00', NULL, NULL)"
        for name, active in (("gone", 1), ("off", 1), ("kept", 1), ("never", 0))
    ]
    folder.execute(*rows)
    folder.type("db", "backup", "b.backup")
    folder.execute("DELETE FROM webhooks WHERE id = 'wh_gone'", "UPDATE webhooks SET is_active = 0 WHERE id = 'wh_off'")
    said = folder.type("db", "restore", "b.backup", "--yes").errors
    advice = "receives events again; to prevent that: modeldesk webhooks list, and modeldesk webhooks remove ID"
    assert said[1:] == [f"https://gone.example/in {advice}", f"https://off.example/in {advice}"]


def test_no_version_of_a_provider_occurs_twice(folder: Folder) -> None:
    """An old If-Match does not pass after a restore."""
    folder.type("providers", "disable", "cohere")
    with sqlite3.connect(folder.database) as database:
        (highest,) = database.execute("SELECT max(version) FROM providers").fetchone()
    folder.type("db", "restore", "a.backup", "--yes")
    with sqlite3.connect(folder.database) as database:
        assert database.execute("SELECT min(version) FROM providers").fetchone()[0] > highest


def test_a_backup_follows_no_planted_link(folder: Folder) -> None:
    """The link at the old temporary name, and one in the place of the backup: what they point at stays."""
    victim = folder.write("victim", "mine")
    (folder.path / "b.backup.part").symlink_to("victim")
    (folder.path / "b.backup").symlink_to("victim")
    folder.type("db", "backup", "b.backup", "--force")
    assert victim.read_text() == "mine"
    assert not (folder.path / "b.backup").is_symlink()
    assert (folder.path / "b.backup").read_bytes().startswith(b"SQLite format 3")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file away")
def test_an_export_follows_no_link_of_another_user(folder: Folder) -> None:
    """One's own link is followed, as before."""
    victim = folder.write("victim", "mine")
    (folder.path / "out.json").symlink_to("victim")
    os.chown(folder.path / "out.json", 54_321, 54_321, follow_symlinks=False)
    (line,) = folder.refused("export", "--output", "out.json")
    assert line == "Error: cannot write out.json: another user placed this link"
    assert victim.read_text() == "mine"
