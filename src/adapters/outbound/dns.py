"""Name resolution with the operating system's resolver."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest

from modeldesk.adapters.outbound.refusals import not_resolved

MOST_AT_ONCE = 8

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns all addresses of a host and port. Raises socket.gaierror or UnicodeError."""


class SystemResolver:
    """`getaddrinfo` in its own threads. A dead name server blocks a thread for half a minute, and the loop's default threads hash passwords."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="names")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host, port)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Shuts the threads down without waiting. A thread that waits for a name server ends when the server answers."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def addresses_of(resolve: Resolve, host: str, port: int) -> Sequence[str]:
    """All addresses of `host`, alternating between IPv4 and IPv6, so that a family without a route costs one attempt.

    Raises Refused if the name does not exist, TryAgain if the name server does not answer.
    """
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
    return [str(sockaddr[0]) for *_, sockaddr in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
