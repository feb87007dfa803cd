"""Dependents: which programs asked which model is active, and when. Bounded, whatever callers send."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from attrs import frozen

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.use import UseName
from modeldesk.domain.model.values.texts import line

EVERYTHING = "*"
"""What a caller asked for that read all answers at once."""

UNNAMED = ""
"""The consumer of a request that names none."""

OTHERS = "*"
"""The consumer that stands for all further ones of a token, and for names that nobody could read."""

LONGEST_CONSUMER = 100
MOST_CONSUMERS = 20
"""Of one token and one name that is asked for."""

MOST_OF_TOKEN = 500
"""Dependencies of one token. Further requests count as `EVERYTHING` of `OTHERS`."""

REMEMBERED_FOR = timedelta(days=30)
RECENT = timedelta(hours=24)


class Dependency(NamedTuple):
    """A token, the consumer that it named, and what it asked for: the name of a use, the path of a slot, or `EVERYTHING`.

    A tuple, because it is counted with every request of a product.
    """

    token: str
    consumer: str
    asked: str


@frozen
class Dependent:
    """Who asked for what, when last, and how often; the hours are whole ones."""

    token: str
    consumer: str
    asked: str
    last_seen_at: datetime
    requests_24h: int
    requests_30d: int

    @property
    def use(self) -> UseName | None:
        """The use that was asked for; None for a slot and for everything."""
        return None if self.asked == EVERYTHING or "/" in self.asked else UseName(self.asked)


def consumer_name(text: str | None) -> str:
    """A name that a caller sent, as it is counted: one that is long or no name counts as one of `OTHERS`."""
    if not text:
        return UNNAMED
    try:
        return line(text) if len(text) <= LONGEST_CONSUMER else OTHERS
    except InvalidValue:
        return OTHERS


def bounded(dependency: Dependency, known: Collection[Dependency]) -> Dependency:
    """What the dependency counts as, where these of its token are known already.

    A caller that sends a new name with every request adds no more than `MOST_CONSUMERS`, and one that asks for every name no more than
    `MOST_OF_TOKEN`.
    """
    if dependency in known:
        return dependency
    if len(known) >= MOST_OF_TOKEN:
        return Dependency(dependency.token, OTHERS, EVERYTHING)
    alike = sum(1 for other in known if other.asked == dependency.asked)
    return dependency if alike < MOST_CONSUMERS else Dependency(dependency.token, OTHERS, dependency.asked)


def hour_of(moment: datetime) -> datetime:
    """The start of its hour."""
    return moment.replace(minute=0, second=0, microsecond=0)
