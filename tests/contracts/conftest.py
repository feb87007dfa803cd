"""The fixture of the contracts."""

from desks import stage

__all__ = ["stage"]
