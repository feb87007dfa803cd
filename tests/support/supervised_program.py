"""A supervisor over workers that do nothing, with short times: what it prints tells who runs.

    python -m tests.support.supervised_program BEHAVIOUR COUNT SILENCE KILLED

The behaviour of the workers: `serve` until the signal, `deaf` to the signal, `fail` at the start, `slow` to become ready, `deep` in a
call that no handler of Python's interrupts, `crash` again and again once all were ready. With `collect` they say what they know of the collector of cycles, which the program had disabled, of the gaps between its blocks, and of the attributes that it has looked up.
After so many seconds a worker that is silent, or does not end, is killed.
"""

import gc
import hashlib
import os
import signal
import sys
import time
from functools import partial

from modeldesk.entrypoints.server.limits import EndLimits
from modeldesk.entrypoints.server.parent import end_with_parent
from modeldesk.entrypoints.server.supervisor import ALIVE, READY, Lifeline, Pace, Supervisor

NAMES = [sys.intern(f"attribute {number}") for number in range(100)]


def references() -> int:
    return sum(map(sys.getrefcount, NAMES))


NEVER_LOOKED_UP = references()


class Ready:
    """Says it, and counts how often its own text is written."""

    texts = 0

    def __call__(self) -> None:
        say("ready")

    def __repr__(self) -> str:
        Ready.texts += 1
        return "Ready()"


def say(line: str) -> None:
    """In one piece, since all processes write to one pipe."""
    os.write(1, f"{line}\n".encode())


def work(behaviour: str, _: int, lifeline: Lifeline) -> int:
    end_with_parent(lifeline.parent)
    say(f"worker {os.getpid()}")
    if behaviour == "fail":
        return 3
    if behaviour == "slow":
        time.sleep(60)
    if behaviour == "deep":
        hashlib.pbkdf2_hmac("sha256", b"a password", b"a salt", 1_000_000_000)
    if behaviour == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if behaviour == "collect":
        pages = len({id(block) // 4096 for block in [bytes(200) for _ in range(500)]})
        say(f"collects: {gc.isenabled()}, shares what was loaded: {gc.get_freeze_count() > 1_000}, fills gaps: {pages > 400}")
        say(f"remembers attributes: {references() > NEVER_LOOKED_UP}, wrote texts: {Ready.texts > 0}")
    os.write(lifeline.reports, READY)
    if behaviour == "crash":
        time.sleep(0.1)
        return 4
    while True:
        os.write(lifeline.reports, ALIVE)
        time.sleep(0.1)


if __name__ == "__main__":
    gc.disable()
    kept = [bytes(200) for _ in range(100_000)]
    del kept[::20]
    assert not any(hasattr(Ready, name) for name in NAMES)
    behaviour, count, silence, killed = sys.argv[1:]
    end = EndLimits(killed=float(killed))
    pace = Pace(early=2.0, pause=0.05, longest_pause=0.2, silence=float(silence), start=60.0, tick=0.1, end=end)
    supervisor = Supervisor(partial(work, behaviour), int(count), Ready(), lambda: say("end"), pace=pace)
    sys.exit(supervisor.run())
