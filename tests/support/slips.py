"""Slips at the command line: what somebody types by mistake, and the desk where it is a mistake.

Each line is typed as in a shell: settings before it, a file on standard input behind ` < `.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from shutil import rmtree

from attrs import frozen

from tests.support.cli_folder import PASSWORD, Folder
from tests.support.invalid_declarations import FIVE_WRONG_TYPES

NOBODY = 65534
TAKEN = "PORT"
"""Stands for a port at which somebody listens."""

ACME = {
    "slug": "acme",
    "name": "Acme",
    "description": "first",
    "api_base_url": "https://api.acme.example/v1",
    "capabilities": {"chat": {"supported": True, "models": ["acme-large-2", "acme-small-2"]}, "image": {"supported": False}},
}
LIVE = {
    "slug": "groq",
    "name": "Groq",
    "provider_class": "GroqProvider",
    "allow_personal_keys": False,
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
}


@frozen
class Scene:
    """Slips that are made on a desk in one state, and what brings it there."""

    title: str
    typed: Sequence[str]
    state: Callable[[Folder], AbstractContextManager[object]] = nullcontext


def filled(folder: Folder) -> None:
    """A desk of two providers, an admin, a token, a use and a webhook, with the files that slips name."""
    folder.declare(ACME, LIVE)
    folder.write("password", PASSWORD + "\n")
    folder.write("short", "secret\n")
    folder.write("known", "password1234\n")
    folder.write("empty", "")
    folder.write("broken.json", '{"version": "1.0.0",\n "providers": [\n  {"slug": "a" "name": 5}]}')
    folder.declare(*FIVE_WRONG_TYPES, name="wrong.json")
    folder.declare({"slug": "Bad One", "name": "B", "capabilites": {}, "provider_class": "AntropicProvider"}, name="misspelt.json")
    folder.declare({**ACME, "capabilities": {"image": {"supported": True, "models": ["a"]}}}, name="without-chat.json")
    folder.write("chat.json", '{"supported": true,\n "modles": []}')
    folder.write("other.plan", "{}")
    folder.write("utf-16.json", "{}".encode("utf-16"))
    (folder.path / "a-folder").mkdir()
    folder.type("import-providers")
    folder.type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    folder.type("tokens", "create", "shop", "--scope", "resolve")
    folder.type("models", "select", "acme", "chat", "acme-large-2")
    folder.type("uses", "set", "support-chat", "acme/chat")
    folder.type("plan", "--file", "without-chat.json", "--out", "lost.plan", "--deactivate-lost")
    folder.type("db", "backup", "desk.backup")


@contextmanager
def outdated(folder: Folder) -> Iterator[None]:
    """A plan was made, and then the desk was changed."""
    folder.declare({**ACME, "name": "Acme 2"}, LIVE)
    folder.type("plan", "--out", "old.plan")
    folder.type("providers", "disable", "groq")
    folder.type("import-providers", "--force", "--slug", "acme")
    yield


@contextmanager
def edited(folder: Folder) -> Iterator[None]:
    """An admin edited a field that the file changes, too."""
    folder.declare({**ACME, "capabilities": {"chat": {"supported": True, "models": ["acme-large-3"]}}}, name="mine.json")
    folder.write("edited.json", json.dumps({"supported": True, "models": ["acme-large-2", "acme-tiny"]}))
    folder.type("providers", "set-capability", "acme", "chat", "--file", "edited.json")
    yield


@contextmanager
def locked(folder: Folder) -> Iterator[None]:
    """Another program writes, and does not end."""
    with closing(sqlite3.connect(folder.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def newer(folder: Folder) -> Iterator[None]:
    """The database of a version to come."""
    folder.execute("UPDATE alembic_version SET version_num = '9999'")
    yield


@contextmanager
def damaged(folder: Folder) -> Iterator[None]:
    """Something else stands in the file."""
    _without_database(folder)
    folder.database.write_bytes(b"no database" * 1_000)
    yield


@contextmanager
def missing(folder: Folder) -> Iterator[None]:
    """In a folder where nobody made one."""
    rmtree(folder.database.parent)
    yield


@contextmanager
def without_rights(folder: Folder) -> Iterator[None]:
    """As another user, who may enter the folder, but neither its home nor one of its files."""
    (folder.path / "broken.json").chmod(0)
    folder.database.parent.chmod(0)
    user, group = os.geteuid(), os.getegid()
    if user == 0:  # rights do not stop root
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
        os.setegid(group)
        folder.database.parent.chmod(stat.S_IRWXU)


def _without_database(folder: Folder) -> None:
    for end in ("", "-wal", "-shm"):
        Path(f"{folder.database}{end}").unlink(missing_ok=True)


SCENES = (
    Scene(
        "Names",
        (
            "providers show acmee",
            "providers show ACME",
            "providers disable zzz",
            "providers show 'Acme Inc'",
            "models browse acme chta",
            "models browse acme Chat",
            "models browse acme audio",
            "models list --provider acmee",
            "models list --active yes",
            "models list --provider acme --capability chta",
            "models dependents acme chta",
            "models browse acme image",
            "models select acme chat acme-larg-2 --listed-only",
            "models select acme chat acme-larg-2",
            "models select acme chat ''",
            "models select acme/chat acme-large-2",
            "models deselect groq chat",
            "models rollback groq chat",
            "uses set support-chat acme",
            "uses set search acme/chta",
            "uses set 'Support Chat' acme/chat",
            "uses delete suport-chat",
            "uses rollback search",
            "resolve suport-chat",
            "resolve acmee/chat",
            "resolve acme/chta",
            "resolve groq/chat",
            "admin disable Sara",
            "admin role nobody super",
            "audit --by Sara",
            "sessions list --admin Sara",
            "sessions end 0123456789abcdef",
            "sessions end",
            "tokens revoke shopp",
            "webhooks remove wh_0123456789abcdef",
            "webhooks remove first",
        ),
    ),
    Scene(
        "Commands, options and values",
        (
            "brose",
            "select acme chat x",
            "models lst",
            "models select acme chat",
            "models list --formt json",
            "models list --format yaml",
            "models browse acme chat --limit 0",
            "models browse acme chat --limit many",
            "models browse acme chat --sort cheap",
            "models changes --since yesterday",
            "audit --action deleted",
            "models list --quiet",
            "import-providers providers.json",
            "resolve acme chat",
            "models browse --provider acme --capability chat",
            "overview --json",
            "admin password sara secretsecret",
            "import-providers --prune --slug acme",
            "import-providers --slug acmee",
            "tokens create new --scope everything",
            "tokens create new --scope resolv",
            "tokens create new",
            "tokens create new --scope read --days 1000",
            "webhooks add http://127.0.0.1/hook",
            "webhooks add hooks.example.org",
            "webhooks add https://hooks.example.org/x --event everything",
            "admin role sara admin",
            "serve --port 0",
            "doctor --fail-on everything",
            "runscript populate",
        ),
    ),
    Scene(
        "People, passwords and keys",
        (
            "admin create sara --password-stdin < password",
            "admin create Sara --password-stdin < password",
            "admin create cli --password-stdin < password",
            "admin create 'a/b' --password-stdin < password",
            "admin create amir --password-stdin < short",
            "admin create amir --password-stdin < known",
            "admin create amir --password-stdin < empty",
            "admin create amir",
            "admin disable sara",
            "admin role sara normal",
            "admin link sara https://login.example.org 9f1c",
            "admin unlink sara https://login.example.org 9f1c",
            "admin enable sara",
            "tokens create shop --scope read",
            "tokens create Shop --scope read",
            "tokens create new --scope read --as amir",
            "keys set acmee --key-stdin < password",
            "keys set groq --key-stdin < empty",
            "keys set groq",
            "keys set groq --personal sara --key-stdin < password",
            "keys set groq --personal Sara --key-stdin < password",
            "keys check groq",
            "keys check acme --personal Sara",
            "keys delete groq",
            "models browse groq chat --refresh",
        ),
    ),
    Scene(
        "Files",
        (
            "import-providers --file nosuch.json",
            "import-providers --file a-folder",
            "import-providers --file empty",
            "import-providers --file broken.json",
            "import-providers --file wrong.json",
            "import-providers --file misspelt.json",
            "import-providers --file utf-16.json",
            "import-providers --file without-chat.json --force",
            "plan --file nosuch.json",
            "plan --file wrong.json",
            "apply nosuch.plan",
            "apply other.plan",
            "providers set-capability acme chat --file chat.json",
            "providers remove-capability acme chat",
            "providers remove-capability acme video",
            "populate nosuch.py",
            "export --output nosuch/desk.json",
            "db backup desk.backup",
            "db backup nosuch/desk.backup",
            "db backup .modeldesk/modeldesk.db --force",
            "db restore nosuch.backup",
            "db restore broken.json --yes",
            "db restore desk.backup",
            "metadata refresh --file broken.json",
        ),
    ),
    Scene("A plan that is outdated", ("apply old.plan",), outdated),
    Scene("Edits in conflict", ("plan --file mine.json", "plan --file mine.json --out mine.plan"), edited),
    Scene(
        "Settings",
        (
            "MODELDESK_HOMES=x modeldesk overview",
            "MODELDESK_CATALOGUE_TTL=soon modeldesk overview",
            "MODELDESK_COOKIE_SECURE=maybe modeldesk overview",
            "MODELDESK_PUBLIC_URL=desk.example.org modeldesk overview",
            "MODELDESK_DATABASE_URL=mysql://desk modeldesk overview",
            "MODELDESK_MASTER_KEY=short modeldesk keys list",
            "MODELDESK_MASTER_KEY_FILE=nosuch.key modeldesk keys list",
            "MODELDESK_ALLOWED_HOSTS_OUTBOUND=https://models.lan modeldesk overview",
            "MODELDESK_CA_FILE=nosuch.pem modeldesk models browse groq chat --refresh",
            "MODELDESK_OIDC_FILE=broken.json modeldesk overview",
            "MODELDESK_HOME=password modeldesk overview",
            f"modeldesk serve --port {TAKEN}",
        ),
    ),
    Scene("A database that is locked", ("models deselect acme chat", "import-providers --force", "db check"), locked),
    Scene("A database of a newer version", ("overview", "models deselect acme chat", "db upgrade"), newer),
    Scene("A database that is damaged", ("overview", "models deselect acme chat", "db check", "db restore desk.backup --yes"), damaged),
    Scene(
        "No rights",
        ("import-providers --file broken.json --dry-run", "overview", "models deselect acme chat", "db backup other.backup"),
        without_rights,
    ),
    Scene(
        "No database",
        (
            "overview",
            "doctor",
            "models deselect acme chat",
            "MODELDESK_HOME=/nosuch/home modeldesk overview",
            "admin create amir --password-stdin < password",
        ),
        missing,
    ),
)
