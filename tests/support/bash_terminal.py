"""A real Bash at a pseudo-terminal, with the completion of `modeldesk`; at night each of its commands is a fresh process."""

import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from attrs import frozen

from tests.support.command_on_path import command_on_path
from tests.support.counts import IS_NIGHTLY
from tests.support.preloaded import MODELDESK


@frozen
class BashTerminal:
    """Its side of the terminal that a person sees."""

    number: int

    def type(self, keys: bytes) -> None:
        os.write(self.number, keys)

    def read_until(self, ending: bytes) -> bytes:
        """What the terminal shows, up to this."""
        shown = b""
        while ending not in shown:
            ready, _, _ = select.select([self.number], [], [], 60)
            assert ready, shown
            shown += os.read(self.number, 4096)
        return shown


@contextmanager
def bash_terminal(folder: Path) -> Iterator[BashTerminal]:
    """Skips the test where there is no Bash."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash on PATH")
    command, installed = [shell, "--norc", "--noprofile", "-i"], f"{Path(MODELDESK).parent}:{os.environ['PATH']}"
    with nullcontext(installed) if IS_NIGHTLY else command_on_path() as path:
        environment = {**os.environ, "PATH": path, "PS1": "$ ", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
        outer, inner = os.openpty()
        pipes = {"stdin": inner, "stdout": inner, "stderr": inner}
        running = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **pipes)
        os.close(inner)
        try:
            terminal = BashTerminal(outer)
            terminal.type(b'eval "$(_MODELDESK_COMPLETE=bash_source modeldesk)"; echo rea""dy\n')
            terminal.read_until(b"ready\r\n$ ")
            yield terminal
        finally:
            os.close(outer)  # hangs up: Bash ends
            running.wait(60)
