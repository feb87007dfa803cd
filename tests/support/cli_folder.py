"""An empty folder and the commands typed in it: in this process, which is quick, or in one of their own where that matters."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner

from modeldesk.entrypoints.cli import root
from tests.support.ports import free_port
from tests.support.preloaded import MODELDESK, ROOT, modeldesk
from tests.support.remembered_migrations import remembered_migrations
from tests.support.reused_containers import reused_containers

SHIPPED = (ROOT / "providers.json").read_bytes()
ELSEWHERE = "if yours is elsewhere, set MODELDESK_HOME; to create a new one: modeldesk import-providers"
"""What ends the line about a missing database."""
PASSWORD = "correct horse battery"
NO_LOG = b"\x01\x01"
"""The read and write versions in the header of a database without a write-ahead log; a database in memory has none."""

CLAUDE: dict[str, Any] = {
    "slug": "anthropic",
    "name": "Anthropic",
    "display_name": "Anthropic Claude",
    "capabilities": {
        "chat": {"supported": True, "models": ["claude-3-5-sonnet-20241022", "claude-3-opus-20240229"]},
        "image": {"supported": False},
    },
    "sort_order": 7,
}
COHERE: dict[str, Any] = {
    "slug": "cohere",
    "name": "Cohere",
    "capabilities": {"chat": {"supported": True, "models": ["command-r"]}, "embedding": {"supported": True, "has_dynamic_models": True}},
    "sort_order": 8,
}


@frozen
class Printed:
    """What a command printed."""

    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON value that it must be."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def errors(self) -> list[str]:
        return self.err.splitlines()


class Folder:
    """A folder, and what is typed in it. The test's own process stands in it, in an environment without settings."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / ".modeldesk" / "modeldesk.db"

    def declare(self, *providers: object, uses: Sequence[object] | None = None, name: str = "providers.json") -> Path:
        """A declaration of these providers, and of these uses if they are given."""
        document = {"version": "1.0.0", "providers": providers} | ({} if uses is None else {"uses": uses})
        return self.write(name, json.dumps(document, ensure_ascii=False))

    def write(self, name: str, text: str | bytes) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def type(self, *words: str, typed: str | bytes = b"", exits: int = 0) -> Printed:
        """Runs one command in this process; whatever it was, no traceback came out."""
        with reused_containers(), remembered_migrations():
            done = CliRunner().invoke(root, words, input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code == exits, done.output
        assert "Traceback" not in done.output or "--debug" in words, done.output
        return Printed(done.stdout, done.stderr)

    def refused(self, *words: str, typed: str | bytes = b"", exits: int = 1) -> list[str]:
        """The lines on standard error of a command that is refused, leaves standard output alone and changes nothing."""
        files, image = self.files(), self.image()
        printed = self.type(*words, typed=typed, exits=exits)
        assert printed.out == ""
        assert self.files() == files
        if (now := self.image()) != image:
            assert rows(now) == rows(image)
        return printed.errors

    def process(self, *words: str, fresh: bool = False, **options: Any) -> "subprocess.CompletedProcess[Any]":
        """Runs one command as a process of its own; `fresh`, one that imports everything itself."""
        usual: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        if fresh:
            return subprocess.run([MODELDESK, *words], cwd=self.path, check=False, timeout=60, **(usual | options))
        with modeldesk(*words, folder=self.path, **(usual | options)) as running:
            out, errors = running.communicate(timeout=60)
        return subprocess.CompletedProcess(running.args, running.returncode, out, errors)

    def at_a_terminal(self, *words: str, typed: Sequence[str]) -> tuple[int, str, str]:
        """Runs one command that asks on a terminal: its exit code, what came on standard output, and what the terminal showed.

        Each answer is typed once a question stands at the end of what is shown.
        """
        terminal, inner = os.openpty()
        asking = modeldesk(*words, folder=self.path, stdin=inner, stdout=subprocess.PIPE, stderr=inner, start_new_session=True)
        os.close(inner)
        shown = b""
        try:
            for answer in typed:
                already = len(shown)
                while not shown[already:].endswith(b": "):
                    shown += os.read(terminal, 1_000)
                os.write(terminal, answer.encode() + b"\n")
            out, _ = asking.communicate(timeout=60)
            shown += os.read(terminal, 10_000)
        finally:
            asking.kill()
            os.close(terminal)
        return asking.returncode, out.decode(), shown.decode()

    def state(self) -> tuple[list[str], list[str]]:
        """Everything that a command could have changed: all rows of the database, and the names of all files beside it."""
        return self.files(), rows(self.image())

    @property
    def creation(self) -> str:
        """The line about the database that a command created here."""
        return f"created the database {self.database}; in other folders, set MODELDESK_HOME={self.database.parent}"

    def files(self) -> list[str]:
        """The names of all files beside the database; without a database, also of its folder."""
        is_there = self.database.is_file()
        beside = sorted(str(path.relative_to(self.path)) for path in self.path.rglob("*") if ".modeldesk" not in path.parts)
        return beside if is_there else beside + sorted(path.name for path in self.path.glob(".modeldesk*"))

    def image(self) -> bytes:
        """The bytes of the database as a single file; empty without a database. Reading them takes a tenth of the time of reading all rows."""
        if not self.database.is_file():
            return b""
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.serialize()

    def execute(self, *statements: str) -> None:
        """Reaches into the database behind the program's back."""
        connection = sqlite3.connect(self.database)
        try:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        finally:
            connection.close()

    def provider(self, slug: str) -> Any:
        return self.type("providers", "show", slug, "--format", "json").json

    def active(self) -> dict[str, str]:
        """The model in use of each provider and capability."""
        models = self.type("models", "list", "--active", "--format", "json").json["models"]
        return {f"{model['provider']} {model['capability']}": model["model_id"] for model in models}


def rows(image: bytes) -> list[str]:
    """All rows of a database, as statements that would insert them."""
    if not image:
        return []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(image[:18] + NO_LOG + image[20:])
        return list(connection.iterdump())


def fits_a_line(text: str) -> bool:
    """Whether it is one line of reasonable length without hidden characters, but for the joiners that Persian has."""
    return text.replace("\u200c", "").replace("\u200d", "").isprintable() and len(text) < 1_000


SERVE = ("serve", "--port", str(free_port()))
"""For tests that never come to listen: at no port that somebody may have in use."""


def stand_in(path: Path, patch: pytest.MonkeyPatch) -> Folder:
    """A folder in which the process stands, with no setting in the environment."""
    for name in [name for name in os.environ if name.startswith("MODELDESK_")]:
        patch.delenv(name)
    patch.chdir(path)
    return Folder(path)
