"""The change log of vendors' lists: what differs between two accepted lists of everybody. Pure rules.

A model is removed once two good lists running do not have it: lists of many vendors lose models for minutes. Until then it is missing, and if it
comes back, it is compared with what was last known of it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from operator import attrgetter

from attrs import evolve

from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.steps import A_STEP, Steps
from modeldesk.domain.model.values.numbers import EntryId, PageSize
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.records import frozen

LISTS_UNTIL_REMOVED = 2
"""The number of good lists running without a model after which it is removed."""

KEPT_FOR = timedelta(days=366)
"""Older changes are deleted."""

DEFAULT_PAGE = PageSize(100)
Facts = Mapping[str, object]
"""What a list says of a model, as plain JSON: name, price, context size in tokens, and lifecycle. Unknown values are None."""


class ChangeKind(Enum):
    """What changed. LIFECYCLE covers dates of deprecation and retirement, and the vendor's note."""

    ADDED = "added"
    REMOVED = "removed"
    PRICE = "price"
    CONTEXT = "context"
    LIFECYCLE = "lifecycle"


_FACTS: Mapping[ChangeKind, tuple[str, ...]] = {
    ChangeKind.PRICE: ("pricing",),
    ChangeKind.CONTEXT: ("context_length",),
    ChangeKind.LIFECYCLE: ("deprecated_on", "retires_on", "note"),
}
"""The facts that each kind of change is about."""

_GETTERS = {kind: attrgetter(*names) for kind, names in _FACTS.items()}

ALL_FACTS = ("name", *(name for names in _FACTS.values() for name in names))


@frozen
class ModelChange:
    """One change of one model in a provider's list.

    `before` and `after` hold the facts that the change is about; `before` is None for an added model, `after` for a removed one. Stored changes
    have an ascending `id`.
    """

    at: datetime
    provider: Slug
    model_id: ModelId
    kind: ChangeKind
    before: Facts | None
    after: Facts | None
    id: int | None = None


@frozen
class MissingModel:
    """A model that the last lists did not have: how many good ones, and what was last known of it."""

    model_id: ModelId
    lists: int
    facts: Facts


@frozen
class ListDifference:
    """The difference between two lists: models that only the new one has, models that only the old one has, and changes of models in both.

    `is_whole` is False where the new list is incomplete: what it lacks may well exist.
    """

    added: Sequence[VendorModel] = ()
    gone: Sequence[VendorModel] = ()
    changed: Sequence[tuple[VendorModel, VendorModel]] = ()
    is_whole: bool = True


@frozen
class ChangeQuery:
    """A filter for changes; they must match every field that is not None. `older_than` is the id of the last change of the previous page."""

    provider: Slug | None = None
    since: datetime | None = None
    older_than: EntryId | None = None
    limit: PageSize = DEFAULT_PAGE

    def matches(self, change: ModelChange) -> bool:
        """Whether the change passes the filter, ignoring the limit."""
        return (
            (self.provider is None or change.provider == self.provider)
            and (self.since is None or change.at >= self.since)
            and (self.older_than is None or change.id is None or change.id < self.older_than)
        )


def list_difference(before: VendorList, after: VendorList) -> Steps[ListDifference]:
    """What differs, in the order of the lists. Compares each model once."""
    old, new = dict[ModelId, VendorModel](), after.ids
    for number, was in enumerate(before.models, 1):
        old[was.id] = was
        if number % A_STEP == 0:
            yield
    added, changed = list[VendorModel](), list[tuple[VendorModel, VendorModel]]()
    for number, now in enumerate(after.models, 1):
        known = old.get(now.id)
        if known is None:
            added.append(now)
        elif known is not now and known != now:
            changed.append((known, now))
        if number % A_STEP == 0:
            yield
    gone = [was for was in old.values() if was.id not in new]
    return ListDifference(added, gone, changed, is_whole=after.incomplete is None)


def recorded_changes(
    provider: Slug, at: datetime, difference: ListDifference, missing: Sequence[MissingModel]
) -> tuple[Sequence[ModelChange], Sequence[MissingModel]]:
    """The changes to record, and the models that are missing after the new list; `missing` were before it."""
    known = {model.model_id: model for model in missing}
    changes = list[ModelChange]()
    for model in difference.added:
        now = facts_of(model)
        was = known.pop(model.id, None)
        if was is None:
            changes.append(ModelChange(at, provider, model.id, ChangeKind.ADDED, None, now))
        else:
            changes.extend(_differing(provider, at, model.id, was.facts, now))
    for old, new in difference.changed:
        for kind, names in _FACTS.items():
            facts = _GETTERS[kind]
            if facts(old) != facts(new):
                changes.append(ModelChange(at, provider, new.id, kind, facts_of(old, names), facts_of(new, names)))
    candidates = [*known.values(), *(MissingModel(model.id, 0, facts_of(model)) for model in difference.gone)]
    if not difference.is_whole:
        return changes, candidates
    absent = [evolve(model, lists=model.lists + 1) for model in candidates]
    removed = (model for model in absent if model.lists >= LISTS_UNTIL_REMOVED)
    changes.extend(ModelChange(at, provider, model.model_id, ChangeKind.REMOVED, model.facts, None) for model in removed)
    return changes, [model for model in absent if model.lists < LISTS_UNTIL_REMOVED]


def facts_of(model: VendorModel, names: Sequence[str] = ALL_FACTS) -> Facts:
    """What the list says of the model, as plain JSON."""
    return {name: _plain(getattr(model, name)) for name in names}


def _plain(value: str | int | date | Pricing | None) -> object:
    if isinstance(value, Pricing):
        return value.members
    return value.isoformat() if isinstance(value, date) else value


def _differing(provider: Slug, at: datetime, model: ModelId, was: Facts, now: Facts) -> Iterator[ModelChange]:
    for kind, names in _FACTS.items():
        before, after = ({name: facts.get(name) for name in names} for facts in (was, now))
        if before != after:
            yield ModelChange(at, provider, model, kind, before, after)
