"""Lists of declared models: plain ids until somebody looks at a model."""

from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.model.providers.declared_model import DeclaredModel, DeclaredModels, declared_models
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.texts import ModelId, SingleLineText
from tests.support.strategies import declared_models as any_declared_model


@given(st.lists(any_declared_model()))
def test_a_list_is_what_it_was_made_of(models: list[DeclaredModel]) -> None:
    """In its order, by index, slice, length and ids."""
    made = declared_models(models)
    assert list(made) == models
    assert [made[index] for index in range(len(made))] == models
    assert list(made[1:]) == models[1:]
    assert made.ids == [model.id for model in models]
    for model in models:
        assert made.find(model.id) == next(first for first in models if first.id == model.id)
    assert made.find(ModelId("in no declaration")) is None


@given(st.lists(any_declared_model()), st.lists(any_declared_model()))
def test_lists_are_equal_as_their_models_are(some: list[DeclaredModel], others: list[DeclaredModel]) -> None:
    """However they were made: a model of which only the id is declared equals its id."""
    assert (declared_models(some) == declared_models(others)) is (some == others)
    assert declared_models(some) == declared_models(list(declared_models(some)))


def test_an_id_alone_makes_no_object() -> None:
    """A large declaration has hundreds of thousands of them."""
    plain, named = DeclaredModel(ModelId("a")), DeclaredModel(ModelId("b"), SingleLineText("B"))
    assert Capability(True, models=(plain, named)).models.entries == ("a", named)  # type: ignore[arg-type]
    known = DeclaredModels((ModelId("a"),))
    assert declared_models(known) is known
