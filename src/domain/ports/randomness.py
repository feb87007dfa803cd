"""Random bytes for secrets and ids."""

from collections.abc import Callable

RandomBytes = Callable[[int], bytes]
"""So many bytes that nobody can guess."""
