"""The program ends without taking its objects apart, and all the same with its exit code and its whole output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, sys
from modeldesk.entrypoints.cli import main

end = os._exit
os._exit = lambda code: (print("at once", flush=True), end(code))
if {program}:
    main()
else:
    main(sys.argv[1:])
"""


def ended(folder: Path, *words: str, program: bool = True) -> tuple[int, str]:
    run = [sys.executable, "-c", PROGRAM.format(program=program), *words]
    done = subprocess.run(run, cwd=folder, env={**os.environ, "MODELDESK_HOME": str(folder)}, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("words", "code"), [(["version"], 0), (["providers", "show", "nobody"], 1), (["no-such-command"], 2)])
def test_the_program_ends_at_once_with_its_code(tmp_path: Path, words: list[str], code: int) -> None:
    """What it printed has arrived."""
    found, output = ended(tmp_path, *words)
    assert found == code
    assert output.endswith("at once\n")
    assert output.startswith("modeldesk ") is (words == ["version"])


def test_who_calls_the_command_line_goes_on(tmp_path: Path) -> None:
    """With words of their own it is no program, and their process ends as it wants to."""
    code, output = ended(tmp_path, "version", program=False)
    assert (code, "at once" in output) == (0, False)


def test_output_that_cannot_be_written_is_no_success(tmp_path: Path) -> None:
    """As before: the command says so, and fails."""
    with Path("/dev/full").open("w") as full:
        run = [sys.executable, "-c", PROGRAM.format(program=True), "version"]
        done = subprocess.run(run, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode != 0
