"""What the product builds in steps and in chunks, built at once."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from modeldesk.domain.model.catalogue.catalogue import Catalogue, ModelFacts, catalogue_chunk, joined_catalogue
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.steps import Steps
from modeldesk.domain.model.values.texts import CapabilityName

T = TypeVar("T")


def result_of(steps: Steps[T]) -> T:
    """Runs all steps at once."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result


def live_catalogue(capability: CapabilityName, listed: VendorList, facts: Mapping[str, ModelFacts], fetched_at: datetime) -> Catalogue:
    """The catalogue of a vendor's list: the models for the capability and the excluded ones, each with its reason."""
    return joined_catalogue([catalogue_chunk(capability, listed.models, facts, fetched_at)], listed, fetched_at)
