"""The server's clockwork: what has expired is recorded while the clock says so."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.services.expiry import Expiry

LOGGER = logging.getLogger(__name__)
EVERY = 60.0
"""Seconds."""


@asynccontextmanager
async def recording_expiry(expiry: Expiry) -> AsyncIterator[None]:
    """Records at the start and every minute, until the end of the body. A failure is logged and tried again."""
    task = asyncio.create_task(_record(expiry))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _record(expiry: Expiry) -> None:
    while True:
        try:
            await expiry.record()
        except ModeldeskError as error:
            LOGGER.warning("what has expired was not recorded: %s", error)
        await asyncio.sleep(EVERY)
