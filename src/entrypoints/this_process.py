"""What a process has of its own: its clock, and a name that no other process has."""

from datetime import UTC, datetime
from os import getpid, urandom
from random import random

from msgspec import Struct


def utc_now() -> datetime:
    """The time of the system's clock, in UTC."""
    return datetime.now(UTC)


class ThisProcess(Struct, frozen=True):
    """Implements `Instance`. `start` is of the process that made it; those that are forked from it differ by their number."""

    start: str

    @property
    def name(self) -> str:
        return f"{self.start}-{getpid()}"

    def random(self) -> float:
        return random()  # noqa: S311 - it spreads load, and guards nothing


def this_instance() -> ThisProcess:
    """A name for this process that no other one has."""
    return ThisProcess(urandom(16).hex())
