"""Errors are codes and facts: the annotations of a kind are its facts."""

import pickle
from typing import ClassVar

import pytest

from modeldesk.domain.errors import AdminNotFound, InvalidValue, ModeldeskError, NotFound, Reason


class SlotNotFound(NotFound):
    """A kind with a fact that may be left out."""

    code: ClassVar[str] = "slot-not-found"
    provider: str
    capability: str = "chat"


class KeptSlotNotFound(SlotNotFound):
    """A kind of a kind."""

    kept: bool = False


def test_facts_are_given_in_order_or_by_name() -> None:
    """As they are annotated, those of the parent first."""
    assert SlotNotFound("acme").facts == {"provider": "acme", "capability": "chat"}
    assert KeptSlotNotFound("acme", "video", kept=True).facts == {"provider": "acme", "capability": "video", "kept": True}
    assert (KeptSlotNotFound("acme").kept, KeptSlotNotFound.code) == (False, "slot-not-found")


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
    assert str(error) == "slot-not-found: provider='acme', capability='chat', kept=False"
    assert repr(error) == "KeptSlotNotFound(provider='acme', capability='chat', kept=False)"
    again = pickle.loads(pickle.dumps(AdminNotFound("sara")))
    assert (type(again), again.facts) == (AdminNotFound, {"name": "sara"})


def test_an_error_with_a_constructor_of_its_own() -> None:
    """Its fact is what it made of what it was given."""
    error = InvalidValue("name-too-long", most=3)
    assert error.facts == {"reason": Reason("name-too-long", most=3)}
    assert isinstance(error, ModeldeskError)
