"""Calls to vendors are measured, however they end."""

import asyncio

import pytest
from attrs import define

from modeldesk.domain.errors import KeyRejected, ModeldeskError, Reason, VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.keys.provider_key import KeyVerdict, Verdict, api_key
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.vendors import Progress
from modeldesk.entrypoints.metrics.measurements import Measurements
from modeldesk.entrypoints.metrics.shared_counters import SharedCounters
from modeldesk.entrypoints.metrics.vendor_calls import MeasuredVendors
from tests.support.manual_clock import NOON
from tests.support.samples import provider

LIST, KEY = VendorList(()), api_key("sk-0123456789")
VERDICT = KeyVerdict(Verdict.REJECTED, Reason("key-refused"), NOON)


@define
class OneVendor:
    """Answers, or fails."""

    failure: BaseException | None = None

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        if self.failure is not None:
            raise self.failure
        return LIST

    async def check(self, provider: Provider, key: Secret) -> KeyVerdict:
        return VERDICT


def quiet(pages: int, models: int) -> None:
    """Nobody watches."""


async def test_what_is_answered_is_passed_on() -> None:
    """And counted: a list as ok, a check by its verdict."""
    measured = Measurements(SharedCounters())
    vendors = MeasuredVendors(OneVendor(), measured)
    assert await vendors.fetch(provider("acme"), None, quiet) is LIST
    assert await vendors.check(provider("acme"), KEY) is VERDICT
    assert calls(measured) == {("acme", "list", "ok"): 1.0, ("acme", "check", "rejected"): 1.0}


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (VendorFailed("acme", Reason("status", status=503)), "vendor-failed"),
        (KeyRejected("acme", Reason("key-refused")), "key-rejected"),
        (asyncio.CancelledError(), "abandoned"),
        (ZeroDivisionError(), "abandoned"),
    ],
)
async def test_a_failure_is_counted_by_its_code(failure: ModeldeskError | BaseException, outcome: str) -> None:
    """And raised as it is."""
    measured = Measurements(SharedCounters())
    with pytest.raises(type(failure)):
        await MeasuredVendors(OneVendor(failure), measured).fetch(provider("acme"), None, quiet)
    assert calls(measured) == {("acme", "list", outcome): 1.0}


def calls(measured: Measurements) -> dict[tuple[str, ...], float]:
    return {key[1:]: values[0] for key, values in measured.counters.totals().items() if key[0] == "modeldesk_vendor_calls"}
