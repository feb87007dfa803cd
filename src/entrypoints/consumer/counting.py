"""Counting the requests of products, in every protocol alike, also where an earlier answer is reused."""

from modeldesk.domain.model.access.api_token import Caller, TokenIdentity
from modeldesk.domain.model.dependents import UNNAMED
from modeldesk.domain.services.dependents import RequestCounts


def count_request(counts: RequestCounts, caller: Caller, asked: str, consumer: str = UNNAMED) -> None:
    """Counts a request for a use, for the path of a slot, or for EVERYTHING. Admins who look are no dependents, so only tokens count.

    `consumer` is what `consumer_name` returned. Costs one look into a dictionary, and waits for nothing.
    """
    if isinstance(caller, TokenIdentity):
        counts.count(caller.token.name, consumer, asked)
