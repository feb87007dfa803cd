"""Ends a worker when its parent process ends."""

import logging
import os
import signal
import time
from multiprocessing import parent_process
from threading import Thread

LOGGER = logging.getLogger(__name__)

GRACE = 10
"""Seconds in which a worker may finish its requests before it is ended at once."""


def end_with_parent() -> None:
    """Terminates this process gracefully when its parent is gone.

    The parent signals its workers on a normal shutdown. If it is killed, it cannot, and a worker would keep the port that the next start
    needs. Does nothing in a process without a multiprocessing parent.
    """
    if (parent := parent_process()) is None:
        return

    def watch() -> None:
        parent.join()
        LOGGER.warning("the parent process is gone; this worker ends")
        for _ in range(GRACE):
            # Once is not enough: a worker that is still starting has the parent's handler, which drops the signal.
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)
        os._exit(1)

    Thread(target=watch, name="modeldesk-parent", daemon=True).start()
