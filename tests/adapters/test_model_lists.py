"""Reading lists of models at once: what needs no rule is what the rule leaves as it is."""

from hypothesis import example, given
from hypothesis import strategies as st

from modeldesk.adapters.model_lists import are_plain_ids
from modeldesk.domain.model.values import texts

IDS = st.lists(st.one_of(st.text(max_size=5), st.sampled_from(("a" * 200, "a" * 201, "gpt-4o", "a b", "", "a\n", "é"))))


@given(IDS)
@example(["a" * 150, "b" * 150])
@example(["a" * 201])
@example(["a", ""])
@example([])
def test_plain_ids_pass_the_rule_unchanged(ids: list[str]) -> None:
    """Each of them, and together they are as long as they like."""
    if are_plain_ids(ids):
        assert [texts.model_id(one) for one in ids] == ids


def test_usual_ids_are_plain_and_other_values_are_not() -> None:
    """A list with a number or an object is read model by model."""
    assert are_plain_ids(["openai/gpt-4o", "claude-3.5:latest", *("m" * 200 for _ in range(3))])
    assert not are_plain_ids(["m", 1])
    assert not are_plain_ids(["m", {"id": "n"}])
