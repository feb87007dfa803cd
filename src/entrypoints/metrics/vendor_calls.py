"""The port to the vendors, measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from msgspec import Struct

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyVerdict
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.vendors import Progress, VendorCatalogues
from modeldesk.entrypoints.metrics.measurements import Measurements

LIST, CHECK = "list", "check"
OK, ABANDONED = "ok", "abandoned"


class _Outcome(Struct):
    """Of a call that neither ended nor failed, nobody waits any more."""

    name: str = ABANDONED


class MeasuredVendors(Struct, frozen=True):
    """Implements `VendorCatalogues` by another implementation, and counts its calls."""

    vendors: VendorCatalogues
    measurements: Measurements

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        with self._measured(provider, LIST) as outcome:
            found = await self.vendors.fetch(provider, key, progress)
            outcome.name = OK
        return found

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        with self._measured(provider, CHECK) as outcome:
            verdict = await self.vendors.check(provider, key)
            outcome.name = verdict.verdict.value
        return verdict

    @contextmanager
    def _measured(self, provider: Provider, kind: str) -> Iterator[_Outcome]:
        outcome, started = _Outcome(), perf_counter()
        try:
            yield outcome
        except ModeldeskError as error:
            outcome.name = error.code
            raise
        finally:
            self.measurements.vendor_call(provider.slug, kind, outcome.name, perf_counter() - started)
