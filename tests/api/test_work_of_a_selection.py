"""The cost of a selection in function calls, which is the same on every machine."""

import asyncio

import pytest

from tests.support.app import API, App
from tests.support.counted_calls import calls_of

AT_ONCE = 16
MOST_CALLS = 880
"""Calls of one selection among this many, calls of the test included."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_selection_calls_few_functions(stored: App) -> None:
    """From the request to its answer, with all of its checks, one transaction and a shared commit."""
    sara = stored.signed_in()

    async def selected(model: str) -> None:
        body = {"provider": "acme", "capability": "chat", "model_id": model}
        answers = await asyncio.gather(
            *(sara.asking("POST", f"{API}/ai-models/select-model/", {**body, "model_name": f"{number}"}) for number in range(AT_ONCE))
        )
        assert {answer.status for answer in answers} == {200}

    stored.run(selected("large"))
    assert calls_of(lambda: stored.run(selected("small"))) / AT_ONCE < MOST_CALLS
