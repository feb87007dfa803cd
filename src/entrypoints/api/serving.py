"""The server: granian, with one application in each worker process."""

import errno
import os
import socket

from modeldesk.domain.errors import InvalidValue
from modeldesk.entrypoints.api.app import BIND, DEBUG
from modeldesk.entrypoints.log_redaction import SecretNet
from modeldesk.entrypoints.logs import configure
from modeldesk.entrypoints.settings import LAST_PORT, Settings

OWN_LOGS = {"handlers": {}, "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}}}
"""The server's own lines go where ours go."""


def serve(settings: Settings, workers: int, *, debug: bool = False) -> None:
    """Serves until SIGTERM or SIGINT; a killed worker is replaced."""
    from granian import Granian  # noqa: PLC0415 - takes a while to import, and only a server needs it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    os.environ[BIND] = f"{settings.host}:{settings.port}"
    if debug:
        os.environ[DEBUG] = "1"
    configure(SecretNet(), debug=debug)
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
    """Asked before the workers start: each of them would fail by itself, again and again. Raises InvalidValue, with the way out where one helps."""
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
    """One to try in place of a port that is taken."""
    return port + 1 if port < LAST_PORT else port - 1
