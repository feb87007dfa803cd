"""How often a strategy is drawn beside others."""

from typing import Any

from hypothesis import strategies as st


def in_shares(*drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Each as often as it is given; `one_of` counts it once."""
    return st.sampled_from(drawn).flatmap(lambda one: one)
