"""Translation of the bare driver's errors into ours: SQLAlchemy wraps only those of its own calls."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from modeldesk.adapters.persistence.failures import storage_error, translated


@contextmanager
def driver_translated(location: str) -> Iterator[None]:
    """As `translated`, for the driver's own errors, too."""
    with translated(location):
        try:
            yield
        except asyncpg.IntegrityConstraintViolationError:
            raise
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise storage_error(error, location) from error
