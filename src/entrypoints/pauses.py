"""The pauses of what a worker repeats beside requests. Workers that started together spread out."""

import asyncio
from random import random

LOOK_EVERY = 60.0
"""In seconds."""

MEASURED_EVERY = 5.0
"""In seconds."""

TRIM_EVERY = 15.0
"""In seconds."""

DELIVERIES_EVERY = 1.0
"""In seconds."""


async def until_next_look() -> None:
    """Waits about a minute: so often a worker looks whether a list is due."""
    await asyncio.sleep(LOOK_EVERY * (0.5 + random()))  # noqa: S311 - it spreads load, and guards nothing


async def until_next_checkup() -> None:
    """Waits about a minute: so often a worker looks at the health of active models."""
    await asyncio.sleep(LOOK_EVERY * (0.5 + random()))  # noqa: S311 - as above


async def until_next_measurement() -> None:
    """Waits a few seconds: so often a worker notes what is open in it."""
    await asyncio.sleep(MEASURED_EVERY * (0.5 + random()))  # noqa: S311 - as above


async def until_next_count() -> None:
    """Waits about a minute: so often a worker writes the request counts of products."""
    await asyncio.sleep(LOOK_EVERY * (1 + random()))  # noqa: S311 - as above


async def until_next_delivery() -> None:
    """Waits about a second: so often a worker looks for events that are to be delivered."""
    await asyncio.sleep(DELIVERIES_EVERY * (0.5 + random()))  # noqa: S311 - as above


async def until_next_expiry() -> None:
    """Waits a minute: so often a worker records what has expired."""
    await asyncio.sleep(LOOK_EVERY)


async def until_next_trim() -> None:
    """Waits a quarter of a minute: so often a worker looks how long the outbox of webhooks is."""
    await asyncio.sleep(TRIM_EVERY)
