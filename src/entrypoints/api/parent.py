"""A worker does not outlive the process that started it."""

import logging
import os
import signal
from multiprocessing import parent_process
from threading import Thread

LOGGER = logging.getLogger(__name__)


def end_with_parent() -> None:
    """Has this process end in order as soon as the one that started it is gone, whatever ended that one.

    A server's first process tells its workers when it is told to end. Killed outright it tells nobody, and a worker would go on serving
    alone, at a port that the next start could not have. Does nothing in a process that no other one of ours started.
    """
    if (parent := parent_process()) is None:
        return

    def watch() -> None:
        parent.join()
        LOGGER.warning("the process that started this worker is gone: it ends, too")
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=watch, name="modeldesk-parent", daemon=True).start()
