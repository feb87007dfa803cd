"""Every service that the machines drive, over one store."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from attrs import define

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.pricing import Pricing
from tests.support.services import Services, Store

KNOWN = {"alpha": {"m1": ("Model One", True), "m2": ("Model Two", False)}}
"""What the metadata says, as the plain desk reads it: name, and whether it is free."""


@define
class TickingClock:
    """Never tells the same moment twice."""

    now: datetime = datetime(2026, 11, 24, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1, microseconds=1)
        return self.now


class KnownMetadata:
    def stamp(self) -> None:
        """It never changes."""

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        return {
            model: ModelFacts(name, Pricing(amounts={"prompt": Decimal(0 if is_free else "0.25")}))
            for model, (name, is_free) in KNOWN.get(provider.slug, {}).items()
        }


def services_over(store: Store, clock: TickingClock | None = None) -> Services:
    """Every service over one store; made anew over the same store, they are another process."""
    return Services(store, clock or TickingClock(), KnownMetadata())
