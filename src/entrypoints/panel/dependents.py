"""The dependents of what a page shows: on the list of uses, on the board, and where a change asks for confirmation."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from heapq import merge

from msgspec import Struct

from modeldesk.domain.model.dependents import EVERYTHING, OTHERS, UNNAMED, Dependent

MOST_NAMED = 8


class Program(Struct, frozen=True):
    """A token, and the consumer that it named: None for none, `has_others` for all further ones."""

    token: str
    consumer: str | None
    has_others: bool


class DependentSummary(Struct, frozen=True):
    """The programs that asked, the latest first, at most `MOST_NAMED`; `count` is the number of all."""

    programs: Sequence[Program]
    count: int
    last_seen_at: datetime

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.programs)


def summary_of(dependents: Iterable[Dependent]) -> DependentSummary | None:
    """None where nobody asked."""
    found = list(dependents)
    programs = list(dict.fromkeys(_program(one) for one in found))
    return DependentSummary(programs[:MOST_NAMED], len(programs), max(one.last_seen_at for one in found)) if found else None


def summaries(dependents: Iterable[Dependent], names: Iterable[str]) -> Mapping[str, DependentSummary | None]:
    """The dependents of each name, those that asked for everything among them. `dependents` come the latest first, and are read once."""
    by_name = defaultdict[str, list[Dependent]](list)
    for one in dependents:
        by_name[one.asked].append(one)
    of_all = by_name[EVERYTHING]
    return {name: summary_of(merge(by_name.get(name, ()), of_all, key=_seen_at, reverse=True)) for name in names}


def _seen_at(one: Dependent) -> datetime:
    return one.last_seen_at


def _program(one: Dependent) -> Program:
    has_others = one.consumer == OTHERS
    return Program(one.token, None if has_others or one.consumer == UNNAMED else one.consumer, has_others)
