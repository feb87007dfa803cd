"""Validated numbers. As with texts, a value of such a type was checked once and needs no second check."""

from decimal import Decimal
from typing import NewType

from modeldesk.domain.errors import InvalidValue

SortOrder = NewType("SortOrder", int)
"""The position of a provider in lists, ascending; a signed 32-bit integer."""

Tokens = NewType("Tokens", int)
"""A context size in tokens, at least 1; unknown is None, never 0."""

RetryCount = NewType("RetryCount", int)
"""Attempts after the first one, 0 to 10."""

Seconds = NewType("Seconds", float)
"""A time limit in seconds, more than 0, at most a day."""

UsDollars = NewType("UsDollars", float)
"""An amount for display, not for calculation; not negative."""

PageSize = NewType("PageSize", int)
"""The maximum number of entries on a page, 1 to 10,000."""

Version = NewType("Version", int)
"""The version of a slot, a use or a provider that a caller has seen, not negative. Restores leave some out."""

Offset = NewType("Offset", int)
"""The number of entries to skip, not negative."""

EntryId = NewType("EntryId", int)
"""The id of an entry of a log, not negative. Ids grow with each entry."""

TokenDays = NewType("TokenDays", int)
"""The lifetime of an API token in days, 1 to 366."""

LARGEST_PAGE = 10_000
LARGEST_SORT_ORDER = 2**31 - 1
LARGEST_CONTEXT = 10**12
MOST_RETRIES = 10
LONGEST_TIMEOUT = 86_400.0
LARGEST_CREDIT = 10.0**9
MOST_TOKEN_DAYS = 366


def sort_order(value: int) -> SortOrder:
    if not -LARGEST_SORT_ORDER - 1 <= value <= LARGEST_SORT_ORDER:
        raise InvalidValue("sort-order-out-of-range")
    return SortOrder(value)


def tokens(value: int) -> Tokens:
    if not 1 <= value <= LARGEST_CONTEXT:
        raise InvalidValue("context-out-of-range", most=LARGEST_CONTEXT)
    return Tokens(value)


def retry_count(value: int) -> RetryCount:
    if not 0 <= value <= MOST_RETRIES:
        raise InvalidValue("retries-out-of-range", most=MOST_RETRIES)
    return RetryCount(value)


def seconds(value: float | Decimal) -> Seconds:
    # A decimal above 0 may still be too small for a float.
    if not (0 < value <= LONGEST_TIMEOUT and float(value) > 0):
        raise InvalidValue("timeout-out-of-range", most=int(LONGEST_TIMEOUT))
    return Seconds(_plain(value))


def us_dollars(value: float | Decimal) -> UsDollars:
    if not 0 <= value <= LARGEST_CREDIT:
        raise InvalidValue("money-out-of-range")
    return UsDollars(_plain(value))


def page_size(value: int) -> PageSize:
    if not 1 <= value <= LARGEST_PAGE:
        raise InvalidValue("limit-out-of-range", most=LARGEST_PAGE)
    return PageSize(value)


def version(value: int) -> Version:
    if value < 0:
        raise InvalidValue("version-negative")
    return Version(value)


def offset(value: int) -> Offset:
    if value < 0:
        raise InvalidValue("offset-negative")
    return Offset(value)


def entry_id(value: int) -> EntryId:
    if value < 0:
        raise InvalidValue("entry-id-negative")
    return EntryId(value)


def token_days(value: int) -> TokenDays:
    if not 1 <= value <= MOST_TOKEN_DAYS:
        raise InvalidValue("token-days-out-of-range", most=MOST_TOKEN_DAYS)
    return TokenDays(value)


def _plain(value: float | Decimal) -> float:
    # Keeps 5 as 5 and 0.5 as 0.5 when a declaration is exported.
    return int(value) if value == int(value) else float(value)
