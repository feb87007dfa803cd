"""A real Bash at a pseudo-terminal, with the completion of `modeldesk`."""

import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import frozen

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
            ready, _, _ = select.select([self.number], [], [], 10)
            assert ready, shown
            shown += os.read(self.number, 4096)
        return shown


@contextmanager
def bash_terminal(folder: Path) -> Iterator[BashTerminal]:
    """Skips the test where there is no Bash."""
    shell = shutil.which("bash")
    if shell is None:
        pytest.skip("no bash on PATH")
    outer, inner = os.openpty()
    path = f"{Path(MODELDESK).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PS1": "$ ", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    command = [shell, "--norc", "--noprofile", "-i"]
    with subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, cwd=folder, env=environment, start_new_session=True) as running:
        os.close(inner)
        try:
            terminal = BashTerminal(outer)
            terminal.type(b'eval "$(_MODELDESK_COMPLETE=bash_source modeldesk)"; echo rea""dy\n')
            terminal.read_until(b"ready\r\n$ ")
            yield terminal
        finally:
            os.close(outer)  # hangs up: Bash ends
            running.wait(20)
