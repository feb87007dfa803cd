"""A worker whose parent process was killed."""

import os
import subprocess
import sys

from tests.support.served_desk import is_gone, until

PARENT = """
import os, signal, sys, time
from modeldesk.entrypoints.server.parent import end_with_parent

read, write = os.pipe()
worker = os.fork()
if worker:
    print(worker, flush=True)
    time.sleep(60)
os.close(write)
dropped = []
def drop_the_first(number, frame):
    dropped.append(number)
    if len(dropped) > 1:
        os._exit(0)
signal.signal(signal.SIGTERM, drop_the_first)
end_with_parent(read)
while True:
    time.sleep(0.05)
"""


def test_a_worker_that_drops_the_first_signal_ends_all_the_same() -> None:
    """A worker that is just becoming ready may miss one; it would keep the port that the next start needs."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    try:
        until(lambda: is_gone(worker))
    finally:
        if not is_gone(worker):
            os.kill(worker, 9)
