"""Errors are codes and facts: the annotations of a kind are its facts."""

import pickle

import pytest
from attrs import has

from modeldesk.domain.errors import AdminNotFound, IdentityProviderNotFound, InvalidValue, ModeldeskError, Reason
from modeldesk.entrypoints.setting_sources import SettingWrong


class SlotNotFound(IdentityProviderNotFound):
    """A kind with a fact that may be left out. It has no code of its own and no family as parent, since the reference lists those."""

    capability: str = "chat"


class KeptSlotNotFound(SlotNotFound):
    """A kind of a kind."""

    kept: bool = False


def test_facts_are_given_in_order_or_by_name() -> None:
    """As they are annotated, those of the parent first."""
    assert SlotNotFound("acme").facts == {"provider": "acme", "capability": "chat"}
    assert KeptSlotNotFound("acme", "video", kept=True).facts == {"provider": "acme", "capability": "video", "kept": True}
    assert (KeptSlotNotFound("acme").kept, KeptSlotNotFound.code) == (False, "identity-provider-not-found")


@pytest.mark.parametrize(
    ("given", "named"), [((), {}), (("a", "b", "c"), {}), (("a",), {"provider": "b"}), (("a",), {"other": 1}), ((), {"capability": "c"})]
)
def test_missing_unknown_and_repeated_facts_are_mistakes(given: tuple[str, ...], named: dict[str, object]) -> None:
    """Of whoever raises the error."""
    with pytest.raises(TypeError):
        SlotNotFound(*given, **named)  # type: ignore[arg-type]


def test_an_error_says_what_it_is() -> None:
    """In a log, to a debugger, and to another process."""
    error = KeptSlotNotFound("acme")
    assert str(error) == "identity-provider-not-found: provider='acme', capability='chat', kept=False"
    assert repr(error) == "KeptSlotNotFound(provider='acme', capability='chat', kept=False)"
    again = pickle.loads(pickle.dumps(AdminNotFound("sara")))
    assert (type(again), again.facts) == (AdminNotFound, {"name": "sara", "nearest": None})


def test_an_error_with_a_constructor_of_its_own() -> None:
    """Its fact is what it made of what it was given."""
    error = InvalidValue("name-too-long", most=3)
    assert error.facts == {"reason": Reason("name-too-long", most=3)}
    assert isinstance(error, ModeldeskError)


def test_every_kind_names_each_fact_once() -> None:
    """Kinds of every room: a generated class would be made twice, and would name its facts twice."""
    waiting: list[type[ModeldeskError]] = [ModeldeskError, SettingWrong]
    while waiting:
        kind = waiting.pop()
        assert len(kind.fact_names) == len(set(kind.fact_names)), kind
        assert not has(kind), kind
        waiting += kind.__subclasses__()
