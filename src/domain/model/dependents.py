"""Dependents: which programs asked which model is active, and when. Bounded, whatever callers send."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.use import UseName
from modeldesk.domain.model.values.texts import single_line_text
from modeldesk.domain.records import frozen

EVERYTHING = "*"
"""Stands for the name in a request that reads all answers at once."""

UNNAMED = ""
"""The consumer of a request that names none."""

OTHERS = "*"
"""The consumer that stands for all further ones of a token, and for names that are too long or malformed."""

LONGEST_CONSUMER = 100
MOST_CONSUMERS = 20
"""For one token and one name that it asks for."""

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
    """A dependency, its last request, and how many requests it made. The counts cover whole hours."""

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
    """The consumer that a name counts for. A name that is too long or malformed counts for `OTHERS`."""
    if not text:
        return UNNAMED
    try:
        return single_line_text(text) if len(text) <= LONGEST_CONSUMER else OTHERS
    except InvalidValue:
        return OTHERS


def bounded(dependency: Dependency, known: Collection[Dependency]) -> Dependency:
    """The dependency that a request counts for. `known` are those of its token.

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
