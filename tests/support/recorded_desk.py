"""Records the database that the code of an older commit writes, as the SQL text from which the tests of upgrades restore it.

    python -m tests.support.recorded_desk COMMIT > tests/older_desks/SCHEMA.sql

The commit's own code runs on its own, from `git archive`, in an empty folder: its command line imports two providers, stores keys, creates
admins, selects and rolls back, and sets a use; its server creates a token. What the commit has no command for is left out. Only the packages are those of today's environment. Every key and password
is made up for this; the token that the server answers stands in the first line.
"""

import io
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct horse battery"
MASTER_KEY = sha256(b"the master key of recorded desks").hexdigest()
START = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
from modeldesk.entrypoints.cli import main
sys.argv[0] = "modeldesk"
main()
"""
"""Without the finder of today's editable install, which would find today's code first."""

CHAT = {"id": "old-large", "name": "Old Large", "pricing": {"prompt": "2.5", "completion": "10"}, "context_length": 128_000}
DECLARATION = {
    "version": "1.0.0",
    "providers": [
        {
            "slug": "openai",
            "name": "OpenAI",
            "description": "گفت‌وگو",
            "api_base_url": "https://openai.example/v1",
            "capabilities": {
                "chat": {"supported": True, "models": ["gpt-4o", "gpt-5"]},
                "embedding": {"supported": True, "models": ["e-3"]},
            },
        },
        {
            "slug": "acme",
            "name": "Acme",
            "is_active": False,
            "api_base_url": "https://api.acme.example/v1",
            "capabilities": {"chat": {"supported": True, "models": [CHAT]}},
        },
    ],
}
COMMANDS: Sequence[tuple[str, tuple[str, ...]]] = [
    ("", ("import-providers", "--file", "mine.json")),
    (PASSWORD, ("admin", "create", "sara", "--password-stdin")),
    (PASSWORD, ("admin", "create", "نیما", "--role", "normal", "--password-stdin")),
    (PASSWORD, ("admin", "create", "omid", "--role", "normal", "--password-stdin")),
    ("", ("admin", "disable", "omid")),
    ("sk-older-0123456789abcdef", ("keys", "set", "openai", "--key-stdin")),
    ("sk-older-own-0123456789", ("keys", "set", "openai", "--personal", "نیما", "--key-stdin")),
    ("", ("models", "select", "openai", "chat", "gpt-4o")),
    ("", ("models", "select", "openai", "chat", "gpt-5")),
    ("", ("models", "select", "openai", "chat", "gpt-mine", "--name", "Ours", "--free")),
    ("", ("models", "rollback", "openai", "chat")),
    ("", ("models", "select", "openai", "embedding", "e-3")),
    ("", ("models", "deselect", "openai", "embedding")),
    ("", ("uses", "set", "support-chat", "openai/chat", "--fallback", "acme")),
]


class OlderDesk:
    """The code of `commit`, extracted below `folder`, and an empty folder in which it runs."""

    def __init__(self, commit: str, folder: Path) -> None:
        code, self.home = folder / "code", folder / "desk"
        archive = subprocess.run(["git", "archive", commit, "src", "providers.json"], cwd=ROOT, check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(code, filter="data")
        (code / "modeldesk").symlink_to("src")
        self.has_tokens = any((code / "src" / "adapters" / "persistence" / "migrations" / "versions").glob("v0006*"))
        self.home.mkdir()
        (self.home / "mine.json").write_text(json.dumps(DECLARATION), encoding="utf-8")
        own = {name: value for name, value in os.environ.items() if not name.startswith("MODELDESK_")}
        self.environment = {**own, "PYTHONPATH": str(code), "MODELDESK_MASTER_KEY": MASTER_KEY}

    def run(self, words: Sequence[str], typed: str) -> None:
        """One command, if the commit has it."""
        asking = self._words(*(word for word in words[:2] if not word.startswith("-")), "--help")
        if subprocess.run(asking, cwd=self.home, env=self.environment, check=False, capture_output=True).returncode == 0:
            self._run(words, typed)

    def _run(self, words: Sequence[str], typed: str) -> None:
        subprocess.run(self._words(*words), cwd=self.home, env=self.environment, input=typed, text=True, check=True, stdout=sys.stderr)

    def token(self) -> str:
        """A new token of sara's, created over REST."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
        words = self._words("serve", "--port", str(port))
        with subprocess.Popen(words, cwd=self.home, env=self.environment, stdout=sys.stderr) as serving:
            try:
                origin = f"http://127.0.0.1:{port}"
                _await(origin)
                answer, cookie = _posted(f"{origin}/api/admin/auth/login/", {"username": "sara", "password": PASSWORD})
                body = {"name": "shop", "scopes": ["read"], "expires_in_days": 365}
                made, _ = _posted(f"{origin}/api/admin/tokens/", body, {"Cookie": cookie, "X-CSRF-Token": answer["csrf_token"]})
                return str(made["token"])
            finally:
                serving.terminate()

    def dumped(self) -> str:
        with sqlite3.connect(self.home / ".modeldesk" / "modeldesk.db") as connection:
            return "\n".join(connection.iterdump())

    def _words(self, *words: str) -> list[str]:
        return [sys.executable, "-c", START, *words]


def _posted(url: str, body: object, headers: dict[str, str] | None = None) -> tuple[dict[str, Any], str]:
    """The JSON of the answer, and its cookie."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer), (answer.headers["Set-Cookie"] or "").partition(";")[0]


def _await(origin: str) -> None:
    """Until the server is ready, half a minute at most."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{origin}/health/ready", timeout=10).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(origin)


def main(commit: str) -> None:
    """Prints the dump."""
    with tempfile.TemporaryDirectory() as folder:
        desk = OlderDesk(commit, Path(folder))
        for typed, words in COMMANDS:
            desk.run(words, typed)
        token = desk.token() if desk.has_tokens else "none"
        sys.stdout.write(f"-- written by the code of commit {commit}; the token of shop: {token}\n{desk.dumped()}\n")


if __name__ == "__main__":
    main(sys.argv[1])
