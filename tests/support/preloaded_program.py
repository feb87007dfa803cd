"""Imports the whole program once, and forks `modeldesk` or a program of the tests on request: a fork takes milliseconds, a start a second.

Requests arrive over a socket, whose file descriptor is the first argument; `tests.support.preloaded` sends them.
"""

import asyncio
import gc
import importlib
import io
import json
import os
import pkgutil
import runpy
import socket
import sys
from typing import Any

from modeldesk.entrypoints.cli.quick_end import QuickEnd

UNINSTALLED = ("setuptools", "polyfactory", "faker")
"""Packages that deploy/install.sh removes: no command misses them."""


def import_everything() -> None:
    """Without the garbage collector, which would take a fifth of the time: all of it stays in memory."""
    gc.disable()
    sys.modules.update(dict.fromkeys(UNINSTALLED))  # type: ignore[arg-type] # importing one of them fails
    import modeldesk

    for module in pkgutil.walk_packages(modeldesk.__path__, "modeldesk."):
        if ".migrations." not in module.name:
            importlib.import_module(module.name)
    hash_cheaply()
    make_an_application()
    make_a_database()
    gc.freeze()
    gc.enable()


def hash_cheaply() -> None:
    """Passwords are hashed cheaply: sign-ins in these processes only prepare a test."""
    from modeldesk.entrypoints.container import Container
    from tests.support.app import cheap_hasher

    Container.hasher.override(cheap_hasher())


def make_an_application() -> None:
    """Fills the caches of templates and signatures, which each fork inherits."""
    import anyio
    from dependency_injector import providers as injection

    from modeldesk.entrypoints.api.app import create_app
    from modeldesk.entrypoints.container import Container
    from modeldesk.entrypoints.settings import Settings
    from tests.support.remembered_signatures import remember_signatures

    remember_signatures()
    create_app(Container(settings=injection.Object(Settings())))
    anyio.run(asyncio.sleep, 0)  # imports its backend


def make_a_database() -> None:
    """Imports what migrates a database, and remembers its statements: most commands of the tests create one."""
    from sqlalchemy import create_engine

    from modeldesk.adapters.persistence.migrating import migrate
    from tests.support.remembered_migrations import remembered_migrations

    engine = create_engine("sqlite://")
    with remembered_migrations(), engine.begin() as connection:
        migrate(connection)
    engine.dispose()


def next_command(control: socket.socket) -> dict[str, Any]:
    """Returns once for each command, each time in a process of its own. This process ends when nobody can ask any more."""
    while True:
        message, files, _, _ = socket.recv_fds(control, 2**20, 3)
        if not message:
            os._exit(0)  # Python's own clean-up would take a second
        child = os.fork()
        if child == 0 and os.fork() == 0:
            return {**json.loads(message), "files": files, "control": control}
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)  # now the command has the asking process for its parent
        for file in files:
            os.close(file)
        control.sendall(b".")


def become(command: dict[str, Any]) -> None:
    """Everything that a fresh process would have of its own."""
    command["control"].sendall(str(os.getpid()).encode())
    command["control"].close()
    if command["own_session"]:
        os.setsid()
    for number, file in enumerate(command["files"]):
        os.dup2(file, number)
        os.close(file)
    os.chdir(command["folder"])
    os.environ.clear()
    os.environ.update(command["environment"])
    sys.argv = ["modeldesk", *command["words"]]
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _output(1, "strict")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _output(2, "backslashreplace")  # type: ignore[misc]


def _output(file: int, errors: str) -> io.TextIOWrapper:
    raw = io.BufferedWriter(io.FileIO(file, "wb", closefd=False))
    return io.TextIOWrapper(raw, encoding="utf-8", errors=errors, line_buffering=file == 2 or os.isatty(file))


def run(words: list[str], command: dict[str, Any]) -> None:
    from modeldesk.entrypoints.cli import main
    from modeldesk.entrypoints.signals import end_on_signals
    from tests.support.remembered_migrations import remembered_migrations

    if command["module"]:
        runpy.run_module(command["module"], run_name="__main__", alter_sys=True)
    else:
        end_on_signals()
        with remembered_migrations():
            main(words)


if __name__ == "__main__":
    end = QuickEnd()
    asking = socket.socket(fileno=int(sys.argv[1]))
    import_everything()
    command = next_command(asking)
    become(command)
    end.after(lambda: run(sys.argv[1:], command))
