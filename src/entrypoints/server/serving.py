"""The server: sockets, an application, and a supervisor of the workers that serve it."""

import socket
from collections.abc import Callable, Collection, Sequence
from functools import partial

from litestar import Litestar

from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.injection import providers as injection
from modeldesk.entrypoints.logs import configure
from modeldesk.entrypoints.optional_packages import require_installed
from modeldesk.entrypoints.server.limits import connection_limits
from modeldesk.entrypoints.server.supervisor import Supervisor
from modeldesk.entrypoints.server.worker import SocketServer, WorkerOptions, run_worker
from modeldesk.entrypoints.settings import Settings

NEEDED_LATER = ("argon2", "babel", "httpcore2", "httpx2", "jinja2", "stamina")
"""Packages that a worker imports when somebody uses them first. A start makes sure that they are installed."""


def application(settings: Settings, providers: Collection[str] = (), *, debug: bool = False) -> Litestar:
    """The application as a server of these providers has it, with its own container and logs. It has opened nothing yet."""
    require_installed(*NEEDED_LATER)
    container = Container(settings=injection.Object(settings))
    configure(container.log_redaction(), debug=debug)
    made = create_app(container)
    container.metadata().preload(providers)
    _load_for_workers(container)
    return made


def _load_for_workers(container: Container) -> None:
    """Makes what every worker needs, and thereby imports it: what is there before the workers part is in memory once."""
    for need in (
        *(container.dashboard, container.resolver, container.vendors),
        *(container.expiry, container.webhook_delivery, container.request_counts, container.health_watch),  # of the work beside requests
        *(container.scheduled_refresh, container.metadata_refresh),
        *(container.request_parser, container.declarations, container.list_worker),  # of a request with a body, and of an import
    ):
        need()
    container.outbound()
    container.store().compile_statements()


def serve(
    settings: Settings, providers: Collection[str], sockets: Sequence[socket.socket], on_ready: Callable[[], None], *, debug: bool = False
) -> int:
    """Serves until SIGTERM or SIGINT. Calls `on_ready` once every worker answers. Returns the exit code.

    The application is made once, and each worker starts with a copy: a worker that died is replaced in a fraction of the time.
    """
    made, limits = application(settings, providers, debug=debug), connection_limits()
    options = WorkerOptions(made, SocketServer(limits), sockets, limits, settings.trusted_proxies)

    def stop_listening() -> None:
        for opened in sockets:
            opened.close()

    return Supervisor(partial(run_worker, options), settings.workers, on_ready, on_end=stop_listening).run()
