"""The cores of this machine: how busy they are, and with what."""

import os
import pathlib
import time

CORES = os.cpu_count() or 1
QUIET = 0.1
"""The share of the cores that other programs may take on quiet ones."""


def wait_until_quiet(seconds: float) -> None:
    """Waits at most so long for other programs to leave the cores idle."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = busy_cores()
        time.sleep(0.4)
        if busy_cores() - before <= QUIET * 0.4 * CORES:
            return


def busy_cores() -> float:
    """Seconds of all cores that were neither idle nor waiting."""
    counts = [int(word) for word in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(counts) - counts[3] - counts[4]) / os.sysconf("SC_CLK_TCK")


def children_cpu() -> float:
    """Seconds of the programs that this one ran, and that have ended."""
    times = os.times()
    return times.children_user + times.children_system
