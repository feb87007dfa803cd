"""The memory of threads."""

import ctypes
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, sys, threading
from modeldesk.entrypoints.server.allocation import share_one_arena
if sys.argv[1] == "shared":
    share_one_arena()
for _ in range(4):
    thread = threading.Thread(target=lambda: [bytes(5_000) for _ in range(1_000)])
    thread.start()
    thread.join()
ctypes.CDLL(None).malloc_stats()
"""


def arenas(word: str) -> int:
    """How many glibc's own statistics list."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, word], capture_output=True, text=True, check=True)
    return done.stderr.count("Arena ")


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="only glibc has arenas")
def test_threads_share_one_arena() -> None:
    """What one of them has freed, another one uses."""
    assert arenas("shared") == 1
    assert arenas("usual") > 1
