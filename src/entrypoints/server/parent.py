"""Ends a worker when its parent process ends."""

import logging
import os
import signal
import time
from threading import Thread

LOGGER = logging.getLogger(__name__)

GRACE = 10
"""Seconds in which a worker may finish its requests before it is ended at once."""


def end_with_parent(pipe: int) -> None:
    """Terminates this process gracefully when the writing end of `pipe`, which the parent alone holds, is closed.

    The parent signals its workers on a normal shutdown. If it is killed, it cannot, and a worker would keep the port that the next start
    needs. A parent that is gone already ends this process too.
    """

    def watch() -> None:
        os.read(pipe, 1)
        LOGGER.warning("the parent process is gone; this worker ends")
        for _ in range(GRACE):
            # Once is not enough: a worker may be just about to exchange the handler that ends it for the one that finishes its requests.
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)
        os._exit(1)

    Thread(target=watch, name="modeldesk-parent", daemon=True).start()
