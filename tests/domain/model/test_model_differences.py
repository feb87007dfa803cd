"""The audit log keeps the differing models of a changed list, never two whole lists."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels, declared_models
from modeldesk.domain.model.providers.model_differences import MOST_NAMED, bounded_changes
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.numbers import Tokens
from modeldesk.domain.model.values.texts import ModelId, ModelPattern, SingleLineText
from tests.support.counted_calls import calls_of
from tests.support.samples import LIVE, lists

PATH = "capabilities.chat.models"


def differences(old: DeclaredModels, new: DeclaredModels) -> dict[str, tuple[object, object]]:
    return bounded_changes({PATH: (old, new)})


def models(*ids: str) -> DeclaredModels:
    return lists(*ids).models


def many(count: int) -> DeclaredModels:
    return models(*(f"m-{number}" for number in range(count)))


def test_an_edited_model_shows_its_changed_fields() -> None:
    """One of 5,000: nothing of the others is kept."""
    old, edited = many(5_000), DeclaredModel(ModelId("m-17"), SingleLineText("Seventeen"), context_length=Tokens(8_000))
    new = declared_models([edited if model.id == "m-17" else model for model in old])
    assert differences(old, new) == {f"{PATH}[m-17].name": (None, "Seventeen"), f"{PATH}[m-17].context_length": (None, 8_000)}


def test_new_and_removed_models_stand_whole() -> None:
    """With everything that was declared of them, since it is stored nowhere else."""
    gone = DeclaredModel(ModelId("b"), SingleLineText("Bee"))
    assert differences(declared_models([DeclaredModel(ModelId("a")), gone]), models("a", "c")) == {
        f"{PATH}[b]": (gone, None),
        f"{PATH}[c]": (None, DeclaredModel(ModelId("c"))),
    }


def test_a_moved_model_shows_the_part_that_moved() -> None:
    """From the first to the last differing position, at most MOST_NAMED of a long list."""
    assert differences(models("a", "b", "c", "d", "e"), models("a", "d", "b", "c", "e")) == {
        f"{PATH}.order": (["b", "c", "d"], ["d", "b", "c"])
    }
    old = many(5_000)
    ((old_ids, new_ids),) = differences(old, declared_models([old[4_999], *old[:4_999]])).values()
    assert isinstance(old_ids, list)
    assert isinstance(new_ids, list)
    assert (len(old_ids), new_ids[:2], len(new_ids)) == (MOST_NAMED, ["m-4999", "m-0"], MOST_NAMED)


@pytest.mark.parametrize("is_plain", [True, False])
def test_comparing_long_lists_costs_one_call_for_each_entry(is_plain: bool) -> None:
    """Nothing but the kind of its entry is looked at: all other writers wait. Ids alone, or models that have not changed, in another order."""
    entries = [
        ModelId(f"m-{number}") if is_plain else DeclaredModel(ModelId(f"m-{number}"), SingleLineText("M")) for number in range(20_000)
    ]
    old, new = DeclaredModels(tuple(entries[1:])), DeclaredModels(tuple(reversed(entries[:-1])))
    found = list[str]()
    assert calls_of(lambda: found.extend(differences(old, new))) < 2 * 20_000 + 300
    assert found == [f"{PATH}[m-19999]", f"{PATH}[m-0]", f"{PATH}.order"]


def test_a_model_that_stands_twice_is_not_one_of_that_name() -> None:
    """The second `a`, and a model that is called `a (2)`; an id with a bracket does not end the path."""
    assert list(differences(models("a"), models("a", "a", "a (2)"))) == [f"{PATH}[a (2)]", f'{PATH}["a (2)"]']
    assert list(differences(models("b"), models("b", "a].name", '"a"'))) == [f'{PATH}["a].name"]', f'{PATH}["\\"a\\""]']


@given(st.lists(st.sampled_from(["a", "a (2)", '"a (2)"', "a (2) (2)", "a]", "a].name", "[a", '"a']), min_size=1, max_size=MOST_NAMED - 1))
def test_no_two_models_share_a_path(ids: list[str]) -> None:
    """However often each stands in the list: one path for each added model."""
    assert len(differences(models("m"), models("m", *ids))) == len(ids)


def test_many_differing_models_are_counted() -> None:
    """With the first ones of each kind by name."""
    old = many(100)
    new = declared_models([*(evolve(model, name=SingleLineText("x")) for model in old[50:]), DeclaredModel(ModelId("new"))])
    assert differences(old, new) == {
        PATH: (
            {"count": 100, "removed": {"count": 50, "first": [f"m-{number}" for number in range(MOST_NAMED)]}},
            {
                "count": 51,
                "added": {"count": 1, "first": ["new"]},
                "changed": {"count": 50, "first": [f"m-{number}" for number in range(50, 50 + MOST_NAMED)]},
            },
        )
    }


def test_an_id_that_stands_twice_is_told_apart() -> None:
    """The second one is another model of the list."""
    again = DeclaredModel(ModelId("a"), SingleLineText("Again"))
    old = declared_models([DeclaredModel(ModelId("a")), again])
    assert differences(old, models("a", "a")) == {f"{PATH}[a (2)].name": ("Again", None)}
    assert differences(old, models("a")) == {f"{PATH}[a (2)]": (again, None)}


def test_a_capability_that_comes_or_goes_shows_its_first_models() -> None:
    """A short list is kept whole, a long one shortened with its number of models."""
    assert bounded_changes({"capabilities.chat": (LIVE, None)}) == {"capabilities.chat": (LIVE, None)}
    long = Capability(supported=True, models=many(1_000))
    short = evolve(long, models=many(MOST_NAMED))
    assert bounded_changes({"capabilities.chat": (None, long), "sort_order": (1, 2)}) == {
        "capabilities.chat": (None, short),
        "capabilities.chat.models": (None, {"count": 1_000}),
        "sort_order": (1, 2),
    }


def test_many_patterns_are_counted() -> None:
    """Many patterns become their number and the first ones, in a changed field and in a whole capability; a few are kept whole."""
    many_patterns = tuple(ModelPattern(f"p-{number}*") for number in range(500))
    few, path = many_patterns[:MOST_NAMED], "capabilities.chat.include"
    counted = {"count": 500, "first": list(few)}
    assert bounded_changes({path: (few, many_patterns)}) == {path: (few, counted)}
    assert bounded_changes({"capabilities.chat": (evolve(LIVE, include=many_patterns), None)}) == {
        "capabilities.chat": (evolve(LIVE, include=few), None),
        path: ({"count": 500}, None),
    }


LISTS = st.lists(st.builds(DeclaredModel, st.sampled_from("abcdef").map(ModelId), st.sampled_from([None, "x", "y"])), max_size=8)


@given(LISTS, LISTS)
def test_no_difference_is_lost(one: list[DeclaredModel], other: list[DeclaredModel]) -> None:
    """Two different lists always give a difference."""
    old, new = declared_models(one), declared_models(other)
    assert (differences(old, new) == {}) == (old == new)
