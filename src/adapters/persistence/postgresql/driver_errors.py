"""Translation of the bare driver's errors into ours: SQLAlchemy wraps only those of its own calls."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from modeldesk.adapters.persistence.failures import storage_error, translated

LOST = (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""What the driver raises on a connection that the server has ended, besides the server's own words."""


@contextmanager
def driver_translated(location: str) -> Iterator[None]:
    """As `translated`, for the driver's own errors, too."""
    with translated(location):
        try:
            yield
        except asyncpg.IntegrityConstraintViolationError:
            raise
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            raise storage_error(error, location) from error


def is_lost(connection: Any, error: Exception) -> bool:
    """Whether the connection is of no use any more, after this error."""
    return isinstance(error, LOST) or connection.is_closed()
