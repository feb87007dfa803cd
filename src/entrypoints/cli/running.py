"""Runs the story of a command at the desk: opens the container, brings the database into the state that the command needs, closes.

An embedded database is made only by commands that may come first, and brought up to date only by commands that write. A PostgreSQL
database is brought up to date by `modeldesk db upgrade` alone.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dependency_injector import providers

from modeldesk.entrypoints.cli.output import echo_err
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.lifecycle import closing
from modeldesk.entrypoints.settings import Settings, load_settings

T = TypeVar("T")
Operation = Callable[[Container], Awaitable[T]]


def open_container(settings: Settings | None = None) -> Container:
    """Wires everything; opens nothing yet. Raises SettingWrong."""
    settings = settings or load_settings()
    container = Container(settings=providers.Object(settings))
    # A wrong setting stops every command, not only those that come to need it.
    container.allowed_hosts()
    if settings.master_key or settings.master_key_file:
        container.master_key()
    return container


def reading(story: Operation[T], container: Container | None = None) -> T:
    """For commands that only look: where there is no database, the story is told at an empty desk, and nothing is made."""
    container = container or open_container()
    if not has_database(container):
        note_missing(container)
        container.store.override(providers.Object(container.empty_store()))
    return run_with(story, container)


def writing(story: Operation[T], container: Container | None = None) -> T:
    """For commands that change what is there: as `run_creating` where there is a database, else as `reading`."""
    container = container or open_container()
    return run_creating(story, container) if has_database(container) else reading(story, container)


def run_creating(story: Operation[T], container: Container | None = None) -> T:
    """For commands that may come first: the embedded database is made where there is none, and brought up to date where it is older."""

    async def prepared(container: Container) -> T:
        if container.settings().database_file is not None:
            await container.store().operations.upgrade()
        return await story(container)

    return run_with(prepared, container or open_container())


def run_with(story: Operation[T], container: Container) -> T:
    """Tells the story at the desk as it is, and closes what it opened."""

    ends: list[T] = []

    async def told() -> None:
        async with closing(container.opened()):
            ends.append(await story(container))

    # Not the coroutine's own result: as it ends, `asyncio.run` makes Python write out the task and all that it gave (its handler of SIGINT
    # is looked up among the enum's members, and what is not one of them goes into a message), a third of the time of a large import.
    asyncio.run(told())
    return ends[0]


def has_database(container: Container) -> bool:
    """Whether there is one to read; a server is taken to be there."""
    file = container.settings().database_file
    return file is None or os.path.exists(file)  # noqa: PTH110 - pathlib raises where a name is too long; what cannot be there is not there


def note_missing(container: Container) -> None:
    """Says on standard error that there is nothing to read, and what would make it."""
    echo_err(f"no database at {container.settings().database_file}; modeldesk import-providers makes one")
