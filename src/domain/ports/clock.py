"""The present time."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
"""Returns the present time, timezone-aware, in UTC."""
