"""How long a session may take, and how much it may read."""

from msgspec import Struct

MIB = 1024 * 1024


class OutboundLimits(Struct, frozen=True):
    """The limits of one session.

    `seconds` is for the whole session, where its caller does not name fewer, `dial_seconds` for one connection attempt. `answer_bytes` and
    `headers` are per response, `session_bytes` for all responses together. `tries` is per request, and `first_wait` (seconds) is the delay before
    the second one. `calls_at_once` is per provider.
    """

    seconds: float = 60.0
    dial_seconds: float = 3.0
    answer_bytes: int = 8 * MIB
    session_bytes: int = 20 * MIB
    headers: int = 256
    tries: int = 3
    first_wait: float = 0.25
    calls_at_once: int = 4


USUAL_LIMITS = OutboundLimits()
