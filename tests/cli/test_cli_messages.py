"""What is printed for each slip at two widths of a terminal, as a text that somebody has read.

After a change of a message `python -m tests.cli.test_cli_messages` writes the texts anew; read the difference before you commit it.
"""

import re
import shlex
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import TemporaryDirectory, gettempdir

import pytest
from click.testing import CliRunner

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.container import Container
from tests.cli.test_cli_help import COMMANDS
from tests.support.app import cheap_hasher
from tests.support.cli_folder import Folder, stand_in
from tests.support.remembered_migrations import remembered_migrations
from tests.support.reused_containers import reused_containers
from tests.support.slips import SCENES, TAKEN, filled

FOLDER = Path(__file__).with_name("messages")
WIDTHS = (80, 120)
OPEN_TO_ALL = "/dev/shm" if gettempdir() == "/dev/shm" else "/tmp"
"""Slips of a user who is not root are made here, too. In memory, as all folders of tests, a commit waits for no disk."""

PRINT_ONLY = {"cache", "schema", "settings", "version"}
"""Commands that take no name and no file, or say what others say."""
SAME = (
    (r"20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\dZ)", r"2026-11-29\1"),
    (r"--port \d{4,5} \(make run PORT=\d+\)", "--port OTHER (make run PORT=OTHER)"),
    (r"(?<=than the )\d{4}(?= of this version)", "0026"),
)
"""What differs in every run or from version to version, and what stands for it."""


def typed(line: str, port: int) -> tuple[dict[str, str], list[str], str]:
    """The settings, the words and the file on standard input."""
    command, _, file = line.replace(TAKEN, str(port)).partition(" < ")
    words = shlex.split(command)
    settings = dict(word.split("=", 1) for word in words[: words.index("modeldesk")]) if "modeldesk" in words else {}
    return settings, words[words.index("modeldesk") + 1 :] if "modeldesk" in words else words, file


def printed(folder: Folder, line: str, width: int, port: int) -> str:
    """The command as it was typed, and what it printed, on both streams in order."""
    settings, words, file = typed(line, port)
    given = (folder.path / file).read_bytes() if file else b""
    with reused_containers(), remembered_migrations():
        done = CliRunner().invoke(root, words, prog_name="modeldesk", input=given, env={**settings, "COLUMNS": str(width)})
    assert done.exception is None or isinstance(done.exception, SystemExit), (line, repr(done.exception))
    shown = line if "modeldesk " in line else f"modeldesk {line}".strip()
    said = done.output.replace(str(folder.path), "/desk").replace(str(port), TAKEN)
    for pattern, same in SAME:
        said = re.sub(pattern, same, said)
    return f"$ {shown}\n{said}[exit {done.exit_code}]\n"


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def messages() -> dict[int, str]:
    """All slips at each width, every scene on a desk of its own."""
    parts: dict[int, list[str]] = {width: [] for width in WIDTHS}
    with (
        TemporaryDirectory(dir=OPEN_TO_ALL) as place,
        pytest.MonkeyPatch.context() as patch,
        Container.hasher.override(cheap_hasher()),
        taken_port() as port,
    ):
        made, here = Path(place).resolve() / "made", Path(place).resolve() / "desk"
        Path(place).chmod(0o755)
        patch.setitem(
            SqlStore.__init__.__kwdefaults__, "busy_timeout", 0.1
        )  # nobody waits as long as usual for a database that stays locked
        made.mkdir()
        filled(stand_in(made, patch))
        for scene in SCENES:
            for width in WIDTHS:
                copytree(made, here)
                folder = stand_in(here, patch)
                with scene.state(folder):
                    said = "\n".join(printed(folder, line, width, port) for line in scene.typed)
                parts[width].append(f"## {scene.title}\n\n{said}")
                patch.chdir(place)
                rmtree(here)
    return {width: "\n".join(scenes) for width, scenes in parts.items()}


@pytest.fixture(scope="module")
def found() -> dict[int, str]:
    return messages()


@pytest.mark.parametrize("width", WIDTHS)
def test_messages_are_as_they_were_read(width: int, found: dict[int, str]) -> None:
    """What is wrapped fits the terminal, and nothing has changed unseen."""
    assert found[width] == (FOLDER / f"{width}.txt").read_text(encoding="utf-8")
    usage = [line for line in found[width].splitlines() if line.startswith(("Usage:", "  "))]
    assert [line for line in usage if len(line) > width and not line.startswith("     ")] == []


def test_no_slip_is_unexpected(found: dict[int, str]) -> None:
    """None ends in a traceback, a line of another program, or an address in memory."""
    assert "Traceback" not in found[120]
    assert "unexpected " not in found[120].replace("Got unexpected extra argument", "")
    assert " at 0x" not in found[120]


def test_every_group_of_commands_has_a_slip(found: dict[int, str]) -> None:
    """A group that is added needs one."""
    typed = {line.split("modeldesk ")[1].split()[0] for line in found[80].splitlines() if line.startswith("$") and "modeldesk " in line}
    assert typed >= {name.split()[0] for name in COMMANDS} - PRINT_ONLY


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for chosen, text in messages().items():
        (FOLDER / f"{chosen}.txt").write_text(text, encoding="utf-8")
