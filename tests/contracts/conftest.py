"""The fixtures of the contracts."""

from tests.support.stores import database, stores

__all__ = ["database", "stores"]
