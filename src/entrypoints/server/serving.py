"""The server: sockets, an application, and a supervisor of the workers that serve it."""

import socket
from collections.abc import Callable, Sequence
from functools import partial

from litestar import Litestar

from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.injection import providers as injection
from modeldesk.entrypoints.logs import configure
from modeldesk.entrypoints.server.limits import connection_limits
from modeldesk.entrypoints.server.supervisor import Supervisor
from modeldesk.entrypoints.server.worker import WorkerOptions, run_worker
from modeldesk.entrypoints.settings import Settings


def application(settings: Settings, *, debug: bool = False) -> Litestar:
    """The application as a server has it, with its own container and logs. It has opened nothing yet."""
    container = Container(settings=injection.Object(settings))
    configure(container.log_redaction(), debug=debug)
    made = create_app(container)
    container.metadata().preload()
    return made


def serve(settings: Settings, sockets: Sequence[socket.socket], workers: int, on_ready: Callable[[], None], *, debug: bool = False) -> int:
    """Serves until SIGTERM or SIGINT. Calls `on_ready` once every worker answers. Returns the exit code.

    The application is made once, and each worker starts with a copy: a worker that died is replaced in a fraction of the time.
    """
    options = WorkerOptions(application(settings, debug=debug), sockets, connection_limits(), settings.trusted_proxies)

    def stop_listening() -> None:
        for opened in sockets:
            opened.close()

    return Supervisor(partial(run_worker, options), workers, on_ready, on_end=stop_listening).run()
