"""Tickets for event streams: what a browser, which sends no headers with an event source, carries in the address instead of its token."""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.session import CLOCK_SLACK

TICKET_LIFETIME = timedelta(minutes=10)
LONGEST_TICKET = 128

_PURPOSE = "event stream"
_HANDLE = 16
"""Characters of the token's digest, by which its token is found."""

_SIGNATURE = 40
"""Hexadecimal digits: 160 bits."""

_LONGEST_TIME = 12
"""Digits of a time in seconds: more than any time needs, and quickly read."""


def stream_ticket(token: ApiToken, now: datetime) -> str:
    """A ticket that opens event streams for the holder of this token, and nothing else, for ten minutes from `now`.

    It is signed with the token's digest, so that every instance recognizes it and a revoked token takes its tickets along.
    """
    ends_at = int((now + TICKET_LIFETIME).timestamp())
    return f"{token.digest[:_HANDLE]}.{ends_at}.{_signature(token, ends_at)}"


def token_of_ticket(ticket: str, tokens: Iterable[ApiToken], now: datetime) -> ApiToken | None:
    """The token that the ticket was made with; None for a ticket that is not ours or has ended."""
    handle, _, rest = ticket[:LONGEST_TICKET].partition(".")
    ends_at, _, signature = rest.partition(".")
    if len(handle) != _HANDLE or not (ends_at.isascii() and ends_at.isdigit() and len(ends_at) <= _LONGEST_TIME):
        return None
    # As numbers: a caller may send a moment that no calendar has. One with more left than it was given comes from before a clock was set back.
    left = int(ends_at) - now.timestamp()
    if not 0 < left <= (TICKET_LIFETIME + CLOCK_SLACK).total_seconds():
        return None
    token = next((token for token in tokens if token.digest.startswith(handle)), None)
    if token is None or not hmac.compare_digest(_signature(token, int(ends_at)).encode(), signature.encode()):
        return None
    return token


def _signature(token: ApiToken, ends_at: int) -> str:
    return hmac.new(token.digest.encode(), f"{_PURPOSE} {ends_at}".encode(), sha256).hexdigest()[:_SIGNATURE]
