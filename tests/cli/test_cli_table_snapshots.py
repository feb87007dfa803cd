"""Each table at two widths of a terminal, as a text that somebody has read.

After a change of a table `python -m tests.cli.test_cli_table_snapshots` writes the texts anew; read the difference before you commit it.
"""

import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from modeldesk.entrypoints.cli.running import open_container, run_with
from tests.cli.test_cli_help import COMMANDS
from tests.support.cli_folder import PASSWORD, Folder, stand_in
from tests.support.terminal import STYLE, shown_at

FOLDER = Path(__file__).with_name("tables")
WIDTHS = (80, 120)
LONG = "meta-llama/llama-4-scout-17b-16e-instruct-with-a-long-suffix-of-a-fine-tuner"
DETAILED = ["chat", "content", "image", "audio", "speech", "transcription", "embedding", "moderation"]
TOKENS_PRICED = {"currency": "USD", "unit": "1M tokens", "prompt": 5, "completion": 25, "cache_read": 0.5}
DESK = (
    {
        "slug": "anthropic",
        "name": "Anthropic Claude",
        "api_base_url": "https://api.anthropic.com/v1",
        "capabilities": {
            "chat": {
                "supported": True,
                "models": [
                    {"id": "opus-of-ours-5-20251101", "name": "Claude Opus 4.5", "pricing": TOKENS_PRICED, "context_length": 200_000}
                ],
            }
        },
    },
    {
        "slug": "openai",
        "name": "OpenAI (ChatGPT, DALL-E)",
        "api_base_url": "https://api.openai.com/v1",
        "capabilities": {
            **{name: {"supported": True, "models": []} for name in DETAILED},
            "image": {
                "supported": True,
                "models": [{"id": "image-of-ours-1", "pricing": {"currency": "USD", "unit": "image", "prompt": 0.04}}],
            },
        },
    },
    {
        "slug": "a-vendor-of-our-own-in-persia",
        "name": "هوش مصنوعی ما",
        "capabilities": {"chat": {"supported": True, "models": [{"id": LONG}]}},
    },
)
TABLES = (
    "overview",
    "overview --all",
    "doctor",
    "providers list",
    "providers show openai",
    "providers capability anthropic chat",
    "models browse anthropic chat",
    "models browse anthropic chat --explain",
    "models list",
    "models changes",
    "models dependents anthropic chat",
    "uses list",
    "resolve support-chat",
    "keys list",
    "tokens list",
    "webhooks list",
    "webhooks deliveries wh_0123456789abcdef",
    "admin list",
    "sessions list",
    "audit --limit 12",
    "settings",
    "metadata status",
    "db status",
)
SAME = (
    (r"20\d\d-\d\d-\d\d \d\d:\d\dZ", "2026-11-29 12:34Z"),
    (r"(?<!-)20\d\d-\d\d-\d\d(?! \d)(?!-)", "2026-11-29"),
    (r"wh_[0-9a-f]{16}", "wh_0123456789abcdef"),
    (r"msg_[0-9a-f]{32}", "msg_0123456789abcdef0123456789abcdef"),
    (r"(…|hint: )[A-Za-z0-9_-]{4}\b", r"\1wxyz"),
    (r"\b[0-9a-f]{16}\b", "0123456789abcdef"),
    (r"(?m) +\d+ +[\d,]+  shipped$", "      123  456,789  shipped"),
    (r"SQLite 3\.\d+\.\d+", "SQLite 3.40.1"),
    (r"(?s)(?<=\n)(location +)/.*?\n(?=schema)", r"\1/desk/.modeldesk/modeldesk.db\n"),
    (r"(?s)(WAL guard +)o(?:n|ff): .*?\n(?=generation)", r"\1on or off, as the SQLite version needs\n"),
)
"""What differs in every run or with what is installed, and what stands for it: mostly as long as that."""


def filled(folder: Folder) -> str:
    """A desk of which each table has something to show; returns the id of its webhook."""
    folder.declare(*DESK)
    folder.type("import-providers")
    for name, role in (("sara", "super"), ("amir.mohammadi@example.org", "normal")):
        folder.type("admin", "create", name, "--role", role, "--password-stdin", typed=PASSWORD + "\n")
    folder.type("models", "select", "anthropic", "chat", "opus-of-ours-5-20251101")
    folder.type("models", "select", "openai", "image", "image-of-ours-1")
    folder.type("models", "select", "a-vendor-of-our-own-in-persia", "chat", LONG)
    folder.type("keys", "set", "openai", "--key-stdin", typed="sk-0123456789abcdefghij\n")
    folder.type("keys", "set", "openai", "--personal", "sara", "--key-stdin", typed="sk-0123456789abcdefghij\n")
    folder.type("uses", "set", "pictures", "openai/image")
    folder.type("uses", "set", "support-chat", "anthropic/chat", "--fallback", "openai", "--description", "Answers customers in the shop")
    folder.type("tokens", "create", "shop", "--scope", "resolve")
    folder.type("tokens", "create", "nightly-pipeline-of-the-platform", "--scope", "read", "--scope", "select", "--scope", "import")
    link = ("sara", "https://login.example.org/realms/acme", "9f1c-4e7b-8a2d-5c3f0e91")
    folder.execute(f"INSERT INTO admin_identities (admin, issuer, subject) VALUES {link}")
    made = folder.type(
        "webhooks", "add", "https://hooks.some-long-name-of-a-company.example.org/services/modeldesk", "--format", "json"
    ).json
    folder.type("webhooks", "test", made["id"])
    at = "2026-11-29 12:34:56.000000"
    before, after = (
        '{"pricing": null, "name": "Opus"}',
        '{"pricing": {"prompt": "5.00", "completion": "25.00", "unit": "1M tokens", "currency": "USD"}, "name": "Claude Opus 4.5"}',
    )
    folder.execute(
        f"INSERT INTO model_changes (at, provider, model_id, kind, before, after) VALUES ('{at}', 'anthropic', 'opus-of-ours-5-20251101', 'price', '{before}', '{after}')",
        "INSERT INTO dependents (token, consumer, asked, last_seen_at) VALUES ('nightly-pipeline-of-the-platform', 'checkout', 'support-chat', datetime('now') || '.000000')",
        "INSERT INTO dependent_hours (dependent, hour, requests) VALUES (last_insert_rowid(), strftime('%Y-%m-%d %H:00:00.000000', 'now'), 1234567)",
    )
    run_with(lambda container: container.sign_in().sign_in("amir.mohammadi@example.org", PASSWORD, "2001:db8::192:0:2:7"), open_container())
    return str(made["id"])


def texts(width: int, folder: Folder, webhook: str) -> str:
    """All tables, one after the other, with what differs in every run replaced."""
    parts = []
    for typed in TABLES:
        shown = STYLE.sub("", shown_at(width, *typed.replace("wh_0123456789abcdef", webhook).split()))
        for pattern, same in SAME:
            shown = re.sub(pattern, same, shown)
        parts.append(f"$ modeldesk {typed}\n{shown.replace(str(folder.path), '/desk')}")
    return "\n".join(parts)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    path = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:
        return path, filled(stand_in(path, patch))


@pytest.mark.parametrize("width", WIDTHS)
def test_tables_are_as_they_were_read(width: int, desk: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No row is wider than the terminal, but for an id that is longer than that, and nothing has changed unseen."""
    path, webhook = desk
    text = texts(width, stand_in(path, monkeypatch), webhook)
    assert text == (FOLDER / f"{width}.txt").read_text(encoding="utf-8")
    wide = [line for line in text.splitlines() if len(line) > width]
    sentences = [line for line in wide if not line.startswith(" ")]
    assert [line for line in sentences if "  " in line] == []
    assert [line for line in wide if line not in sentences and " " in line.strip().partition(": ")[2]] == []


def test_every_command_that_lists_is_among_them() -> None:
    """A new one needs its text."""
    lists = {name for name in COMMANDS if name.split()[-1] in ("list", "show", "changes", "dependents", "deliveries", "status", "browse")}
    shown = {name for name in COMMANDS for typed in TABLES if f"{typed} ".startswith(f"{name} ")}
    assert lists | {"overview", "doctor", "resolve", "audit", "settings", "providers capability"} == shown


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as changed:
        here = stand_in(Path(place).resolve(), changed)
        hook = filled(here)
        for chosen in WIDTHS:
            (FOLDER / f"{chosen}.txt").write_text(texts(chosen, here, hook), encoding="utf-8")
    sys.exit()
