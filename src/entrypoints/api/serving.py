"""The server: granian, with one application in each worker process."""

import errno
import os
import socket

from modeldesk.domain.errors import InvalidValue
from modeldesk.entrypoints.api.app import BIND, DEBUG
from modeldesk.entrypoints.log_redaction import LogRedactor
from modeldesk.entrypoints.logs import configure
from modeldesk.entrypoints.settings import LAST_PORT, Settings

OWN_LOGS = {"handlers": {}, "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}}}
"""Routes the server's own log records to our handlers."""


def serve(settings: Settings, workers: int, *, debug: bool = False) -> None:
    """Serves until SIGTERM or SIGINT; a killed worker is replaced."""
    from granian import Granian  # noqa: PLC0415 - slow to import, and only the server needs it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    os.environ[BIND] = f"{settings.host}:{settings.port}"
    if debug:
        os.environ[DEBUG] = "1"
    configure(LogRedactor(), debug=debug)
    Granian(
        "modeldesk.entrypoints.api.app:application",
        factory=True,
        interface=Interfaces.ASGI,
        address=settings.host,
        port=settings.port,
        workers=workers,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=OWN_LOGS,
        websockets=False,
    ).serve()


def must_be_free(host: str, port: int) -> None:
    """Checks the port before the workers start, because each would fail and restart endlessly. Raises InvalidValue."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = another_port(port)
            raise InvalidValue("port-in-use", port=port, host=host, other=str(other)) from None
        raise InvalidValue("port-not-bindable", port=port, host=host, said=error.strerror or str(error)) from None


def another_port(port: int) -> int:
    """A port to suggest in place of an occupied one."""
    return port + 1 if port < LAST_PORT else port - 1
