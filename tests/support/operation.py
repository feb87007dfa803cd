"""One thing that a client does at a desk, and how its refusals read."""

from collections.abc import Callable
from typing import Any, Protocol

from modeldesk.domain.errors import ActiveModelsAffected, ModeldeskError
from tests.support.plain_offers import Answer, Desk
from tests.support.services import Services

Place = tuple[str, str]


class Operation(Protocol):
    def plainly(self, desk: Desk) -> Answer:
        """Changes the plain desk and answers."""

    async def through(self, services: Services) -> Answer:
        """Does it for real; answers in the same words, a refusal as [code, what it is about]."""


def refusals(reported: Callable[[Any, Services], Any]) -> Callable[[Any, Services], Any]:
    async def through(self: Any, services: Services) -> Answer:
        try:
            return await reported(self, services)
        except ActiveModelsAffected as refusal:
            return [refusal.code, [list(slot) for slot in refusal.slots]]
        except ModeldeskError as refusal:
            return [refusal.code, getattr(refusal, "provider", None)]

    return through
