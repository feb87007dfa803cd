"""Runs the operation of a command: opens the container, prepares the database as the command requires, and closes everything.

Only commands that create data create an embedded database, and only commands that write upgrade its schema. Only `modeldesk db upgrade`
upgrades a PostgreSQL database.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from modeldesk.entrypoints.cli.output import echo_err, note
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.injection import providers
from modeldesk.entrypoints.lifecycle import closing
from modeldesk.entrypoints.settings import Settings, load_settings

T = TypeVar("T")
Operation = Callable[[Container], Awaitable[T]]

DATABASE_MISSING = f"{__name__}.database_missing"
"""In the `meta` of a context: that the command has said so."""


def open_container(settings: Settings | None = None) -> Container:
    """A container that has opened nothing yet. Raises SettingWrong."""
    settings = settings or load_settings()
    container = Container(settings=providers.Object(settings))
    # An invalid setting stops every command, not only those that use it.
    container.allowed_hosts()
    if settings.master_key or settings.master_key_file:
        container.master_key()
    return container


def reading(operation: Operation[T], container: Container | None = None, *, reports_missing: bool = True) -> T:
    """Runs an operation that only reads. Without a database it reads an empty store, creates nothing, and says so if `reports_missing`."""
    container = container or open_container()
    if not has_database(container):
        if reports_missing:
            report_missing_database(container)
        container.store.override(providers.Object(container.empty_store()))
    return run_with(operation, container)


def writing(operation: Operation[T], container: Container | None = None) -> T:
    """Runs an operation that changes existing data. Raises ClickException without a database: nothing was changed, which must not look like success."""
    container = container or open_container()
    require_database(container)
    return run_creating(operation, container)


def writing_beside(operation: Operation[T], container: Container | None = None) -> T:
    """Runs an operation that changes files beside the database: like `run_creating` if there is a database, else over an empty store."""
    container = container or open_container()
    return run_creating(operation, container) if has_database(container) else reading(operation, container, reports_missing=False)


def run_creating(operation: Operation[T], container: Container | None = None, say: Callable[[str], None] = note) -> T:
    """Runs an operation that may create data. Creates the embedded database if there is none, and upgrades an older schema.

    `say` gets the line about a database that was created.
    """

    async def prepared(container: Container) -> T:
        await upgrade_embedded(container, say)
        return await operation(container)

    return run_with(prepared, container or open_container())


async def upgrade_embedded(container: Container, say: Callable[[str], None] = note) -> None:
    """Creates the embedded database if there is none, and says so; upgrades an older schema. A database server is upgraded by its own command."""
    if container.settings().database_file is not None:
        with noting_creation(container, say):
            await container.store().operations.upgrade()


@contextmanager
def noting_creation(container: Container, say: Callable[[str], None] = note) -> Iterator[None]:
    """Says where the block created the embedded database: in the wrong folder, nothing else shows that it is a second one."""
    existed = has_database(container)
    yield
    if not existed:
        say(f"created the database {created_database(container.settings())}")


def run_with(operation: Operation[T], container: Container) -> T:
    """Runs an operation with the database as it is, and closes the container."""

    import asyncio  # noqa: PLC0415 - a command that is typed wrongly runs nothing

    results: list[T] = []

    async def run() -> None:
        async with closing(container.opened()):
            results.append(await operation(container))

    # The result does not come from the coroutine: `asyncio.run` makes Python format the task with its result, when it resets its SIGINT
    # handler through an enum look-up. That takes a third of the time of a large import.
    asyncio.run(run())
    return results[0]


def has_database(container: Container) -> bool:
    """Whether the embedded database exists. A database server is assumed to exist, and so is a file in a folder that may not be searched: opening it
    says so.
    """
    file = container.settings().database_file
    if file is None:
        return True
    try:
        file.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):
        return False
    return True


def require_database(container: Container) -> None:
    """Raises ClickException if there is no database."""
    if not has_database(container):
        raise click.ClickException(f"there is no {missing_database(container.settings())}")


def report_missing_database(container: Container) -> None:
    """Writes to standard error that there is no database, and how to create it. It is a warning: the answer is of nothing, which it alone does not show."""
    echo_err(f"no {missing_database(container.settings())}")
    click.get_current_context().meta[DATABASE_MISSING] = True


def is_database_missing() -> bool:
    """Whether this command has said that there is no database."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and DATABASE_MISSING in ctx.meta


def missing_database(settings: Settings) -> str:
    """The database that is missing: its place, and what to do about it."""
    return f"database at {settings.database_file}; {creation_advice(settings)}"


def creation_advice(settings: Settings) -> str:
    """What to do where there is no database: look for it elsewhere first, since one that is created in the wrong place hides the mistake."""
    file = settings.database_file
    setting = "MODELDESK_HOME" if file is not None and file.parent == settings.home.absolute() else "MODELDESK_DATABASE_URL"
    return f"if yours is elsewhere, set {setting}; to create a new one: modeldesk import-providers"


def created_database(settings: Settings) -> str:
    """The database that was created: its place, and what makes commands in other folders find it."""
    elsewhere = f"; in other folders, set MODELDESK_HOME={settings.home.absolute()}" if is_of_this_folder(settings) else ""
    return f"{settings.database_file}{elsewhere}"


def is_of_this_folder(settings: Settings) -> bool:
    """Whether the embedded database stands in a home below the working folder: a command in another folder finds none, or another one."""
    file = settings.database_file
    return file is not None and not settings.home.is_absolute() and file.parent == settings.home.absolute()
