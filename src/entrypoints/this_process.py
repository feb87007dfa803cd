"""What a process has of its own: its clock, and a name that no other process has."""

from datetime import UTC, datetime
from os import urandom
from random import random

from modeldesk.domain.ports.instance import Instance


def utc_now() -> datetime:
    """The time of the system's clock, in UTC."""
    return datetime.now(UTC)


def this_instance() -> Instance:
    """A name for this process that no other one has."""
    return Instance(urandom(16).hex(), random)
