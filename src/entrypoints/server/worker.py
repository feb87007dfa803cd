"""A worker process: the application, served by granian from a socket that the parent opened."""

import asyncio
import gc
import itertools
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import uvloop
from litestar import Litestar
from litestar.types import ASGIApp
from msgspec import Struct

from modeldesk.domain.errors import ModeldeskError
from modeldesk.entrypoints.api.app import EVENT_HUB, MEASUREMENTS
from modeldesk.entrypoints.optional_packages import hidden
from modeldesk.entrypoints.server.allocation import one_arena_inside, return_free_memory, return_zeros
from modeldesk.entrypoints.server.bodies import ArrivingBodies
from modeldesk.entrypoints.server.connections import Connections
from modeldesk.entrypoints.server.guard import guarded
from modeldesk.entrypoints.server.limits import BACKLOG, HEAD_SECONDS, LARGEST_HEAD, ConnectionLimits, EndLimits
from modeldesk.entrypoints.server.parent import end_with_parent
from modeldesk.entrypoints.server.supervisor import ALIVE, READY, Lifeline
from modeldesk.entrypoints.settings import Network
from modeldesk.entrypoints.words.english import PLAIN

with hidden("watchfiles", "dotenv", "setproctitle"), one_arena_inside():  # only granian's own command needs them
    from granian._granian import SocketHolder
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.embed import Server

LOGGER = logging.getLogger(__name__)

OWN_LOGS = {"handlers": {}, "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}}}
"""Routes the server's own log records to our handlers."""

YOUNG_OBJECTS = 10_000
"""New objects after which the garbage collector runs. A few dozen simultaneous requests hold thousands, none of them garbage."""

REPORT_EVERY = 1.0
"""Seconds between two signs of life to the parent."""

REPORTS_BETWEEN_RETURNS = 10
"""Signs of life after which free memory returns to the system: seldom enough that a busy worker need not ask for it again at once."""


class WorkerOptions(Struct, frozen=True):
    """What every worker serves, and how. There is a socket for each, or one for all."""

    app: Litestar
    server: "SocketServer"
    sockets: Sequence[socket.socket]
    limits: ConnectionLimits
    trusted: Sequence[Network] = ()
    end: EndLimits = EndLimits()


class SocketServer(Server):
    """granian in this process, on a socket that exists already. It opens nothing before it serves.

    Made before the workers part: it configures the logs, and each worker would have a copy of all that this touches.
    """

    def __init__(self, limits: ConnectionLimits) -> None:
        super().__init__(
            None,
            interface=Interfaces.ASGINL,  # the application is started before, so that a failure has a reason
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(
                header_read_timeout=HEAD_SECONDS * 1000, keep_alive=True, max_buffer_size=LARGEST_HEAD, pipeline_flush=False
            ),
            websockets=False,
            backlog=BACKLOG,
            backpressure=limits.most,
            runtime_threads=1,
            blocking_threads=1,
            log_level=LogLevels.error,
            log_dictconfig=OWN_LOGS,
            log_access=False,
        )
        self.target: Any = None
        self._given: Any = None
        self._shd: Any = None

    async def serve_from(self, listening: socket.socket, app: ASGIApp) -> None:
        """Until `stop`. Called once."""
        self.target, self._given = app, listening
        await self.serve()

    def _init_shared_socket(self) -> None:
        # granian closes its descriptor when it stops accepting; from then on this process must not keep the socket open.
        file = self._given.detach()
        holder: Any = SocketHolder  # its constructor has no types, and takes the backlog where the system shares sockets between processes
        self._ssp, self._shd = None, holder(file, False, *((BACKLOG,) if sys.platform.startswith(("linux", "freebsd")) else ()))


def run_worker(options: WorkerOptions, number: int, lifeline: Lifeline) -> int:
    """Serves until SIGTERM. Returns the exit code; 1 if the application does not start, with the reason in the log."""
    end_with_parent(lifeline.parent)
    gc.enable()
    listening = options.sockets[number % len(options.sockets)]
    for other in options.sockets:
        if other is not listening:
            other.close()
    if (measurements := options.app.state.get(MEASUREMENTS)) is not None:
        measurements.begin(number)
    code = 0
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(_serve(options, listening, lifeline))
    except* ModeldeskError as group:  # the application starts inside a group of tasks
        code = 1
        for error in group.exceptions:
            LOGGER.error("cannot start: %s", PLAIN.refusal(error) if isinstance(error, ModeldeskError) else error)  # noqa: TRY400 - it says why
    return code


def new_event_loop() -> asyncio.AbstractEventLoop:
    """An event loop without its buffer of 250 KiB, until something arrives there: its constructor has written zeros to it."""
    loop = uvloop.new_event_loop()
    return_zeros(loop)
    return loop


async def _serve(options: WorkerOptions, listening: socket.socket, lifeline: Lifeline) -> None:
    connections = Connections(listening.getsockname()[1], options.limits, options.end, options.trusted)
    async with options.app.lifespan():
        # What was made for the start lives as long as the process: the collector need not look at it again, which would pause requests.
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG_OBJECTS)

        def stop() -> None:
            if (hub := options.app.state.get(EVENT_HUB)) is not None:
                hub.close()  # no event stream would end by itself
            connections.begin_end()
            options.server.stop()  # type: ignore[no-untyped-call]

        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop)
        connections.watch()
        reporting = asyncio.create_task(_report(lifeline.reports))
        try:
            await options.server.serve_from(listening, guarded(options.app, connections, ArrivingBodies()))
        finally:
            reporting.cancel()


async def _report(reports: int) -> None:
    """Tells the parent that this worker serves, and that its event loop runs. Returns free memory now and then."""
    message = READY
    for count in itertools.count(1):
        with suppress(BlockingIOError, BrokenPipeError):  # the parent is stopped, or gone
            os.write(reports, message)
            message = ALIVE
        if count % REPORTS_BETWEEN_RETURNS == 0:
            return_free_memory()
        await asyncio.sleep(REPORT_EVERY)
