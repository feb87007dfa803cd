"""The page of a list, and requests that take nothing."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from modeldesk.domain.model.values.numbers import Offset, PageSize
from modeldesk.domain.records import frozen

T = TypeVar("T")
FROM_THE_START = Offset(0)
DEFAULT_PAGE = PageSize(1_000)


@frozen
class Nothing:
    """For requests without a query or a body: every member is refused by name."""


@frozen
class PageQuery:
    """One page of a list that has no other parameters."""

    limit: PageSize = DEFAULT_PAGE
    offset: Offset = FROM_THE_START


class Numbered(Protocol):
    """An entry of a list that is read on by `older_than`."""

    @property
    def id(self) -> int | None: ...


def next_page(entries: Sequence[Numbered], limit: int) -> int | None:
    """What `older_than` names to read on behind these entries; None at the end."""
    return entries[-1].id if len(entries) == limit else None


def page_of(entries: Sequence[T], limit: int | None, offset: int) -> Sequence[T]:
    """The entries from `offset` on, at most `limit` of them; None means all."""
    return entries[offset : None if limit is None else offset + limit]
