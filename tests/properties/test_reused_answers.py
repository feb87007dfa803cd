"""A reused answer is what the long way would answer: whatever was written, ended, revoked or expired before, and wherever the clock went."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PANEL, App
from tests.support.rest_live import settled
from tests.support.reuse_dangers import FURTHER, KNOWN_DANGERS, LIVE, STEPS, WRITES
from tests.support.reused_story import (
    CALLERS,
    TARGETS,
    ChangingMetadata,
    Operations,
    Story,
    begun,
    fill_desk,
    follow,
    identifications_noted,
)
from tests.support.shares import in_shares

READ = st.tuples(
    st.just("read"), st.sampled_from(CALLERS), st.sampled_from(TARGETS), st.sampled_from(FURTHER), st.booleans(), st.integers(1, 3)
)
WRITE = st.tuples(st.just("write"), st.sampled_from(WRITES))
STEP = st.tuples(st.just("step"), st.sampled_from(STEPS))


@pytest.fixture(scope="module")
def filled() -> Iterator[Story]:
    desk, metadata = InMemoryStore(), ChangingMetadata()
    with App(desk, Settings(allowed_origins=(PANEL,))) as app:
        callers = fill_desk(app, metadata)
        yield Story(app, metadata, callers, desk.contents)


@pytest.fixture
def story(filled: Story) -> Story:
    return begun(filled)


@pytest.mark.parametrize("danger", KNOWN_DANGERS)
def test_known_dangers(story: Story, danger: str) -> None:
    """Each would be answered wrongly if one rule were missing."""
    follow(story, KNOWN_DANGERS[danger])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(in_shares(READ, READ, WRITE, STEP), min_size=4, max_size=14))
def test_a_reused_answer_is_that_of_the_long_way(filled: Story, operations: Operations) -> None:
    """Status, headers and body, at every moment, for sessions and tokens."""
    follow(begun(filled), operations)


@pytest.mark.parametrize("caller", ["sara", "nima", "reader"])
@pytest.mark.parametrize("target", [target for target in TARGETS if "refresh" not in target])
def test_hot_reads_are_reused(story: Story, caller: str, target: str) -> None:
    """The third read at the latest, with and without a tag: the second may still find a list in the cache that the first one read."""
    story.write("select")
    with identifications_noted(story):
        for _ in range(3):
            story.read(caller, target, {})
        story.read(caller, target, {}, holds_tag=True)
    assert story.reused >= 2


def test_a_stale_list_is_refreshed_though_it_is_read_again_and_again(story: Story) -> None:
    """While the vendor is down the answers are all the same; none of them is reused, since one of them must try anew."""

    def models() -> list[str]:
        return [model["id"] for model in story.callers["reader"].ask("GET", LIVE).json["models"]]

    assert models() == ["one", "two"]
    story.app.clock.forward(timedelta(minutes=16))
    story.app.vendors.lists["live"] = VendorFailed(Slug("live"), Reason("provider-class-said", said="it is down"))
    assert [models() for _ in range(3)] == [["one", "two"]] * 3
    story.app.vendors.write("live", ["three", "four"])
    story.app.clock.forward(timedelta(seconds=31))
    models()
    story.app.run(settled())
    assert models() == ["three", "four"]


def test_a_product_is_counted_each_time(story: Story) -> None:
    """Also where its answer is reused."""
    story.write("select")
    for _ in range(5):
        assert story.callers["resolver"].ask("GET", "/api/resolve/acme/chat").status == 200
    story.app.run(story.app.container.request_counts().write())
    (found,) = story.callers["sara"].get("/ai-models/dependents/?provider=acme&capability=chat").json["dependents"]
    assert found["requests_24h"] == 5
