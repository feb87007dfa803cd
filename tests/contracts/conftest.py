"""The fixtures of the contracts."""

from desks import database, stage

__all__ = ["database", "stage"]
