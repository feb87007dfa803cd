"""Successors of a model: the vendor's own replacement, then models of the same line. Proposals only. Pure rules."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.catalogue import Catalogue, CatalogueModel
from modeldesk.domain.model.catalogue.lifecycle import Lifecycle, LifecycleState
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import ModelId
from modeldesk.domain.records import frozen

MOST_PROPOSED = 3
LONG_ENOUGH = timedelta(days=180)
"""A successor that retires sooner would soon need one of its own."""

_SEPARATORS = re.compile(r"[-_./:@ ]+")
_VERSION = re.compile(r"v?\d+(\.\d+)*[a-z]?|latest|preview|exp|experimental|stable|it")
_SIZE = re.compile(r"\d+(x\d+)?b")


@frozen
class Successor:
    """A proposed model. `price_change` is the difference of input and output together, in US dollars per million tokens, and `context_change` the
    difference in tokens; None where either side is unknown.
    """

    model: CatalogueModel
    reason: Reason
    price_change: Decimal | None
    context_change: int | None


def propose_successors(
    model: ModelId, current: CatalogueModel | None, lifecycle: Lifecycle | None, catalogue: Catalogue, today: date
) -> tuple[Successor, ...]:
    """At most three, the best first. `current` is the model's entry where any list still holds one."""
    found = dict[ModelId, Successor]()
    for candidate, reason in _candidates(model, current, lifecycle, catalogue, today):
        found.setdefault(candidate.id, _successor(current, candidate, reason))
    return tuple(found.values())[:MOST_PROPOSED]


def line_of(model: str) -> frozenset[str]:
    """The words of an id without versions and dates: `claude-3-5-sonnet-20241022` and `claude-sonnet-4` are of one line. Sizes stay."""
    words = _SEPARATORS.split(model.lower())
    return frozenset(word for word in words if word and (_SIZE.fullmatch(word) or not _VERSION.fullmatch(word)))


def _candidates(
    model: ModelId, current: CatalogueModel | None, lifecycle: Lifecycle | None, catalogue: Catalogue, today: date
) -> Iterator[tuple[CatalogueModel, Reason]]:
    replacement = lifecycle.replacement if lifecycle is not None else None
    named = catalogue.by_id.get(ModelId(replacement)) if replacement is not None else None
    if named is not None and named.id != model and _is_lasting(named, today):
        yield named, Reason("successor-named", source=lifecycle.source if lifecycle is not None else "")
    line = line_of(model)
    same_line = [other for other in catalogue.models if other.id != model and line_of(other.id) == line and _is_lasting(other, today)]
    for other in sorted(same_line, key=lambda other: _distance(current, other)):
        yield other, Reason("successor-same-line", line=" ".join(sorted(line)))


def _is_lasting(model: CatalogueModel, today: date) -> bool:
    lifecycle = model.lifecycle(today)
    if lifecycle is None:
        return True
    return lifecycle.state is LifecycleState.ACTIVE and (lifecycle.retires_on is None or lifecycle.retires_on - today >= LONG_ENOUGH)


def _distance(current: CatalogueModel | None, other: CatalogueModel) -> tuple[bool, bool, Decimal, int]:
    """Enough context first, then a known price, then the nearest price, then the newest."""
    change = _change(current, other)
    needed = current.context_length if current is not None else None
    is_shorter = needed is not None and (other.context_length or 0) < needed
    age = -other.created_on.toordinal() if other.created_on is not None else 0
    return is_shorter, change is None, abs(change or Decimal(0)), age


def _successor(current: CatalogueModel | None, other: CatalogueModel, reason: Reason) -> Successor:
    before = current.context_length if current is not None else None
    context = other.context_length - before if other.context_length is not None and before is not None else None
    return Successor(other, reason, _change(current, other), context)


def _change(current: CatalogueModel | None, other: CatalogueModel) -> Decimal | None:
    before, after = _total(current.pricing if current is not None else None), _total(other.pricing)
    return None if before is None or after is None else after - before


def _total(pricing: Pricing | None) -> Decimal | None:
    if pricing is None or pricing.unit is not PriceUnit.MILLION_TOKENS or not {"prompt", "completion"} <= pricing.dollars.keys():
        return None
    return pricing.dollars["prompt"] + pricing.dollars["completion"]
