"""The fixtures of the contracts."""

from tests.support.stores import database, stage

__all__ = ["database", "stage"]
