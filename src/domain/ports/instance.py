"""This process, among all that share the database."""

from collections.abc import Callable

from modeldesk.domain.records import frozen


@frozen
class Instance:
    """A name that no other process has, by which it holds leases, and a source of random numbers from 0 to 1, for jitter."""

    name: str
    random: Callable[[], float]
