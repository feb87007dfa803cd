"""The installed program exits without destroying its objects, but with its exit code and its whole output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli_folder import MODELDESK, Folder

PROGRAM = """
import os, runpy, sys
from modeldesk.entrypoints.cli import main

end = os._exit
os._exit = lambda code: (print("at once", flush=True), end(code))
if {program}:
    runpy.run_path({installed!r}, run_name="__main__")
else:
    main(sys.argv[1:])
"""


def ended(folder: Path, *words: str, program: bool = True) -> tuple[int, str]:
    run = [sys.executable, "-c", PROGRAM.format(program=program, installed=MODELDESK), *words]
    done = subprocess.run(run, cwd=folder, env={**os.environ, "MODELDESK_HOME": str(folder)}, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("words", "code"), [(["version"], 0), (["providers", "show", "nobody"], 1), (["no-such-command"], 2)])
def test_the_program_ends_at_once_with_its_code(folder: Folder, words: list[str], code: int) -> None:
    """What it printed has arrived, and is what the command prints to whoever calls it."""
    assert ended(folder.path, *words) == (code, folder.type(*words, exits=code).out + "at once\n")


def test_who_calls_the_command_line_goes_on(tmp_path: Path) -> None:
    """With words of their own it is no program, and their process ends as it wants to."""
    code, output = ended(tmp_path, "--help", program=False)
    assert (code, "at once" in output) == (0, False)


def test_output_that_cannot_be_written_is_no_success(tmp_path: Path) -> None:
    """As before: the command says so, and fails."""
    with Path("/dev/full").open("w") as full:
        run = [sys.executable, "-c", PROGRAM.format(program=True, installed=MODELDESK), "--help"]
        done = subprocess.run(run, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode != 0
