"""Ctrl-C at any moment of a command: exit code 130, and no traceback. What Python does before the first line of ours runs is its own."""

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

from modeldesk import __main__ as program
from modeldesk.entrypoints import signals
from tests.support.cli_folder import Folder
from tests.support.preloaded import ROOT

AFTER_THE_START = [tenth / 10 for tenth in range(7)]
"""Seconds after the handler is there: while it imports, reads, prints and ends."""


@contextmanager
def heard() -> Iterator[None]:
    """Tests that were started in the background may have been told to ignore interrupts, and would hand that on."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def started(folder: Folder, *words: str) -> subprocess.Popen[str]:
    """A fresh process that has come to its first line."""
    with heard():
        running = subprocess.Popen(
            [sys.executable, "-m", "modeldesk", *words],
            cwd=folder.path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    while running.poll() is None and not catches(running.pid, signal.SIGTERM):
        sleep(0.001)
    return running


def catches(pid: int, number: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return bool(int(status.partition("SigCgt:")[2].split()[0], 16) & (1 << (number - 1)))


def interrupted(folder: Folder, moments: Sequence[float], *words: str) -> set[tuple[int, str]]:
    """Exit codes and standard error of one process for each moment."""
    ends = set[tuple[int, str]]()
    for moment in moments:
        running = started(folder, *words)
        sleep(moment)
        running.send_signal(signal.SIGINT)
        errors = running.communicate(timeout=60)[1]
        ends.add((running.returncode, errors))
    return ends


ENDS = {(130, ""), (130, "interrupted\n"), (0, "")}
"""While it imports, while it works, and once it is done."""


def test_an_interrupt_never_ends_in_a_traceback(desk: Folder) -> None:
    """Of a command that reads. The first moment is in the middle of the imports."""
    ends = interrupted(desk, AFTER_THE_START, "overview")
    assert ends <= ENDS
    assert (130, "") in ends


@pytest.mark.nightly
@pytest.mark.parametrize("typed", ["overview", "import-providers --force", "models browse anthropic chat", "keys list"])
def test_an_interrupt_at_many_moments(desk: Folder, typed: str) -> None:
    """Every hundredth of a second."""
    assert interrupted(desk, [hundredth / 100 for hundredth in range(100)], *typed.split()) <= ENDS


def test_an_interrupt_at_a_question_is_one(folder: Folder) -> None:
    """click takes it for a `no`, with exit code 1."""
    terminal, inner = os.openpty()
    with heard():
        asking = subprocess.Popen(
            [sys.executable, "-m", "modeldesk", "admin", "create", "sara"],
            cwd=folder.path,
            stdin=inner,
            stdout=subprocess.PIPE,
            stderr=inner,
            start_new_session=True,
        )
    os.close(inner)
    shown = b""
    try:
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1_000)
        asking.send_signal(signal.SIGINT)
        asking.communicate(timeout=60)
        shown += os.read(terminal, 1_000)
    finally:
        os.close(terminal)
    assert asking.returncode == 130
    assert shown.endswith(b"interrupted\r\n")


def test_an_interrupt_that_nothing_can_catch_ends_the_process() -> None:
    """In a finalizer or a callback, where Python would print a traceback and go on; other exceptions there are reported as before."""
    code = """
from modeldesk.entrypoints.signals import end_on_signals
end_on_signals()
class Dying:
    def __init__(self, error): self.error = error
    def __del__(self): raise self.error
Dying(ValueError("reported"))
Dying(KeyboardInterrupt())
print("goes on")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (130, "")
    assert "ValueError: reported" in done.stderr
    assert "KeyboardInterrupt" not in done.stderr


def test_an_interrupt_that_is_to_be_ignored_is_ignored() -> None:
    """As of a job that a shell started in the background."""
    code = "import signal; from modeldesk.entrypoints.signals import end_on_signals; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    code += "end_on_signals(); signal.raise_signal(signal.SIGINT); print('goes on')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "goes on\n", "")


def test_the_program_begins_with_its_signals() -> None:
    """Nothing of ours is imported before, and what is imported for them takes no time."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    assert scripts == {"modeldesk": f"modeldesk.__main__:{program.main.__name__}"}
    code = "import sys; before = set(sys.modules); import modeldesk.__main__; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-Sc", f"import sys; sys.path[:0] = [{str(ROOT / '.typing')!r}]; {code}"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    ours = [name for name in done.stdout.split() if name.startswith("modeldesk")]
    assert ours == ["modeldesk", "modeldesk.__main__", "modeldesk.entrypoints", signals.__name__]
