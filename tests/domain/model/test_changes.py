"""What differs between two accepted lists, and what of it is recorded."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.changes import ChangeKind, ChangeQuery, MissingModel, ModelChange, list_difference, recorded_changes
from modeldesk.domain.model.catalogue.vendor_list import VendorList, VendorModel
from modeldesk.domain.model.steps import A_STEP
from modeldesk.domain.model.values.numbers import EntryId
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId, Slug
from tests.support.whole_catalogues import result_of

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ACME = Slug("acme")
CHEAP, DEAR = Pricing(amounts={"prompt": Decimal("0.5")}), Pricing(amounts={"prompt": Decimal(2)})
ADDED, REMOVED, PRICE, CONTEXT, LIFECYCLE = ChangeKind
CUT = Reason("page-not-followed")


def model(its_id: str = "m", **known: Any) -> VendorModel:
    return VendorModel(ModelId(its_id), **known)


def lists(*models: VendorModel | str, incomplete: Reason | None = None) -> VendorList:
    return VendorList(tuple(model(entry) if isinstance(entry, str) else entry for entry in models), incomplete=incomplete)


def history(*fetched: VendorList) -> list[tuple[ChangeKind, str]]:
    """The changes of the lists in turn, the first of which changes nothing."""
    missing: list[MissingModel] = []
    found = list[tuple[ChangeKind, str]]()
    for before, after in pairwise(fetched):
        changes, still = recorded_changes(ACME, NOON, result_of(list_difference(before, after)), missing)
        missing = list(still)
        found.extend((change.kind, str(change.model_id)) for change in changes)
    return found


def the_change(before: VendorModel, after: VendorModel) -> ModelChange:
    [change], missing = recorded_changes(ACME, NOON, result_of(list_difference(lists(before), lists(after))), [])
    assert missing == []
    return change


def test_equal_lists_change_nothing() -> None:
    """In whatever order the vendor lists its models, and whatever else of them differs."""
    before = lists(model("a", pricing=CHEAP), model("b", task="chat"))
    assert history(before, lists(model("b", task="embedding"), model("a", pricing=CHEAP, created_on=date(2026, 1, 1)))) == []


def test_a_new_model_is_added_with_what_is_known_of_it() -> None:
    """Its facts are those that later changes are about."""
    [change], _ = recorded_changes(
        ACME, NOON, result_of(list_difference(lists(), lists(model("m", name="M", pricing=CHEAP, context_length=8_000)))), []
    )
    pricing = {"currency": "USD", "unit": "1M tokens", "prompt": "0.50"}
    dates = {"deprecated_on": None, "retires_on": None, "note": None}
    assert change == ModelChange(NOON, ACME, ModelId("m"), ADDED, None, {"name": "M", "pricing": pricing, "context_length": 8_000, **dates})


@pytest.mark.parametrize(
    ("before", "after", "kind", "facts"),
    [
        (model(pricing=CHEAP), model(pricing=DEAR), PRICE, ("pricing",)),
        (model(pricing=CHEAP), model(), PRICE, ("pricing",)),
        (model(), model(pricing=CHEAP), PRICE, ("pricing",)),
        (model(context_length=8), model(context_length=16), CONTEXT, ("context_length",)),
        (model(), model(retires_on=date(2027, 1, 1)), LIFECYCLE, ("deprecated_on", "retires_on", "note")),
        (model(deprecated_on=date(2026, 1, 1)), model(), LIFECYCLE, ("deprecated_on", "retires_on", "note")),
        (model(), model(note="deprecated"), LIFECYCLE, ("deprecated_on", "retires_on", "note")),
    ],
)
def test_each_kind_of_change_has_the_facts_that_it_is_about(
    before: VendorModel, after: VendorModel, kind: ChangeKind, facts: tuple[str, ...]
) -> None:
    """As they were, and as they are; unknown is null."""
    change = the_change(before, after)
    assert (change.kind, change.before != change.after) == (kind, True)
    assert change.before is not None
    assert change.after is not None
    assert tuple(change.before) == tuple(change.after) == facts


def test_a_price_in_another_spelling_is_no_change() -> None:
    """Amounts are numbers."""
    assert history(lists(model(pricing=Pricing(amounts={"prompt": Decimal("2.0")}))), lists(model(pricing=DEAR))) == []


def test_several_changes_of_one_model_are_recorded_each() -> None:
    """Its price and its context size."""
    before, after = lists(model(pricing=CHEAP, context_length=8)), lists(model(pricing=DEAR, context_length=16))
    assert history(before, after) == [(PRICE, "m"), (CONTEXT, "m")]


def test_a_model_is_removed_after_two_good_lists_without_it() -> None:
    """After one it is missing, and nothing is recorded; after three it is not removed again."""
    assert history(lists("a", "b"), lists("a")) == []
    assert history(lists("a", "b"), lists("a"), lists("a")) == [(REMOVED, "b")]
    assert history(lists("a", "b"), lists("a"), lists("a"), lists("a")) == [(REMOVED, "b")]


def test_a_model_that_comes_back_in_between_was_never_gone() -> None:
    """It is neither removed nor added; what changed of it meanwhile is recorded, and it takes two lists again to remove it."""
    assert history(lists("a", "b"), lists("a"), lists("a", "b"), lists("a"), lists("a", "b")) == []
    assert history(lists(model("b", pricing=CHEAP)), lists(), lists(model("b", pricing=DEAR))) == [(PRICE, "b")]
    assert history(lists("b"), lists(), lists("b"), lists(), lists()) == [(REMOVED, "b")]


def test_an_incomplete_list_removes_nothing() -> None:
    """What it lacks may well exist, so it does not count; what it has is compared all the same."""
    cut = lists(model("a", context_length=8), incomplete=CUT)
    assert history(lists("a", "b"), cut, cut) == [(CONTEXT, "a")]
    assert history(lists("a", "b"), lists("a", incomplete=CUT), lists("a")) == []
    assert history(lists("a", "b"), lists("a", incomplete=CUT), lists("a"), lists("a")) == [(REMOVED, "b")]
    assert history(lists("a", "b"), lists("a", incomplete=CUT), lists("a", "b")) == []


def test_what_is_removed_keeps_what_was_known_of_it() -> None:
    """Its name and its price, for those who read the log later."""
    difference = result_of(list_difference(lists(model("b", name="Bee", pricing=CHEAP)), lists()))
    _, missing = recorded_changes(ACME, NOON, difference, [])
    [change], _ = recorded_changes(ACME, NOON, result_of(list_difference(lists(), lists())), missing)
    assert (change.kind, change.after) == (REMOVED, None)
    assert (change.before or {})["name"] == "Bee"


IDS = st.lists(st.sampled_from("abcde"), unique=True).map(lambda ids: lists(*ids))


@given(st.lists(IDS, min_size=2, max_size=8))
def test_additions_and_removals_alternate(fetched: list[VendorList]) -> None:
    """A model that was there is not added before it was removed, and is not removed twice; replaying the log gives the last list,
    but for models that are missing since one list."""
    there = set(map(str, fetched[0].ids))
    for kind, name in history(*fetched):
        assert (name in there) is (kind is REMOVED)
        there ^= {name}
    last = set(map(str, fetched[-1].ids))
    assert last <= there
    assert there - last <= set(map(str, fetched[-2].ids)) | last


def test_a_filter_matches_what_it_names() -> None:
    """Provider, time and page; without any, everything."""
    change = ModelChange(NOON, ACME, ModelId("m"), ADDED, None, {}, 7)
    assert ChangeQuery().matches(change)
    assert ChangeQuery(provider=ACME, since=NOON, older_than=EntryId(8)).matches(change)
    assert not ChangeQuery(provider=Slug("other")).matches(change)
    assert not ChangeQuery(since=NOON + timedelta(seconds=1)).matches(change)
    assert not ChangeQuery(older_than=EntryId(7)).matches(change)


def test_long_lists_are_compared_in_steps() -> None:
    """Whoever compares them can let others run in between; what is found is in the order of the lists."""
    before, after = (lists(*(model(f"m-{number}", name=name) for number in range(4 * A_STEP))) for name in ("A", "B"))
    steps = list_difference(before, after)
    assert sum(1 for _ in steps) == 4 + 4  # what was there is collected, then what is there is compared
    found = result_of(list_difference(before, after))
    assert [now.id for _, now in found.changed] == [entry.id for entry in after.models]
