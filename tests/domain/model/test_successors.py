"""Proposals of successors: the vendor's own replacement first, then the same line."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from modeldesk.domain.model.catalogue.catalogue import Catalogue, CatalogueModel
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, lifecycle_on
from modeldesk.domain.model.catalogue.successors import line_of, propose_successors
from modeldesk.domain.model.values.texts import ModelId
from tests.support.samples import price

TODAY = date(2026, 11, 28)


def model(name: str, cost: str | None = None, context: int | None = None, *, retires_in: int | None = None) -> CatalogueModel:
    claims = (LifecycleClaim("vendor", retires_on=TODAY + timedelta(retires_in)),) if retires_in is not None else ()
    pricing = price(prompt=cost, completion=cost) if cost is not None else None
    return CatalogueModel(ModelId(name), name, pricing=pricing, context_length=context, claims=claims)


OLD = model("claude-3-5-sonnet-20241022", "3", 200_000)


def proposed(*others: CatalogueModel, replacement: str | None = None) -> list[str]:
    lifecycle = lifecycle_on(TODAY, (LifecycleClaim("vendor", retires_on=TODAY, replacement=replacement),))
    return [found.model.id for found in propose_successors(OLD.id, OLD, lifecycle, Catalogue((OLD, *others)), TODAY)]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("claude-3-5-sonnet-20241022", "claude-sonnet-4", True),
        ("gpt-4.1-mini", "gpt-5-mini", True),
        ("gpt-4.1", "gpt-4.1-mini", False),
        ("llama-3.1-8b-instruct", "llama-3.1-70b-instruct", False),
        ("gemini-2.0-flash", "gemini-3-flash-preview", True),
    ],
)
def test_a_line_is_an_id_without_versions_and_dates(one: str, other: str, is_same: bool) -> None:
    """Sizes and kinds tell lines apart."""
    assert (line_of(one) == line_of(other)) is is_same


def test_the_vendors_own_replacement_comes_first() -> None:
    """Also of another line; where the list does not hold it, it is no proposal."""
    assert proposed(model("claude-sonnet-4"), model("opus"), replacement="opus") == ["opus", "claude-sonnet-4"]
    assert proposed(model("claude-sonnet-4"), replacement="gone") == ["claude-sonnet-4"]


def test_enough_context_comes_first_then_the_nearest_price() -> None:
    """At most three are proposed, and none of another line."""
    others = [model("claude-sonnet-4", "9", 200_000), model("claude-sonnet-5", "4", 200_000), model("claude-sonnet-6", "3", 1000)]
    assert proposed(*others, model("claude-haiku-5", "3", 200_000)) == ["claude-sonnet-5", "claude-sonnet-4", "claude-sonnet-6"]


def test_what_ends_soon_succeeds_nobody() -> None:
    """It would need a successor itself."""
    assert proposed(model("claude-sonnet-4", retires_in=100), model("claude-sonnet-5", retires_in=400)) == ["claude-sonnet-5"]


def test_differences_are_told_where_both_sides_are_known() -> None:
    """In US dollars per million tokens of input and output, and in tokens of context."""
    first, second = propose_successors(
        OLD.id, OLD, None, Catalogue((model("claude-sonnet-4", "2.5", 1_000_000), model("claude-sonnet-5"))), TODAY
    )
    assert (first.price_change, first.context_change) == (Decimal(-1), 800_000)
    assert (second.price_change, second.context_change) == (None, None)
