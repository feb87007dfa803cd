"""Host names to addresses, by the operating system's resolver."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest

from modeldesk.adapters.outbound.failures import not_resolved

MOST_AT_ONCE = 8

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host, for a port. Raises socket.gaierror or UnicodeError."""


class SystemNames:
    """`getaddrinfo` in threads of its own: a dead name server holds them for half a minute, and passwords are checked in the loop's."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Lets go of the threads; one that still waits for a name server ends when that has answered."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def addresses_of(resolve: Resolve, host: str, port: int) -> Sequence[str]:
    """All addresses of `host`, the families in turn, so that a family without a route costs one dial and not all. Raises Refused, TryAgain."""
    try:
        found = await resolve(host, port)
    except (socket.gaierror, UnicodeError) as error:
        raise not_resolved(host, error) from None
    if not found:
        raise not_resolved(host, OSError())
    first = [address for address in found if (":" in address) == (":" in found[0])]
    second = [address for address in found if address not in first]
    return [address for address in chain.from_iterable(zip_longest(first, second)) if address is not None]


def _look_up(host: str, port: int) -> Sequence[str]:
    return [str(place[0]) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
