"""A reused answer is what the long way would answer on PostgreSQL, too, where another process makes every change."""

from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest
from attrs import evolve
from dependency_injector import providers as injection

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PANEL
from tests.support.counts import count, some
from tests.support.reuse_dangers import FURTHER, KNOWN_DANGERS, OVERVIEW, PROVIDERS, RESOLVE, STEPS, WRITES
from tests.support.reused_story import CALLERS, TARGETS, ChangingMetadata, Operations, Story, fill_desk, follow, identifications_noted
from tests.support.workers import Worker


@pytest.fixture
def story(postgres_emptied_url: str) -> Iterator[Story]:
    settings, metadata = evolve(Settings(allowed_origins=(PANEL,)), database_url=postgres_emptied_url), ChangingMetadata()
    with ExitStack() as ending:
        app = ending.enter_context(Worker(SqlStore(postgres_emptied_url), settings))
        writer = ending.enter_context(Worker(SqlStore(postgres_emptied_url), settings, app.clock))
        writer.container.vendors.override(injection.Object(app.vendors))
        story = Story(app, metadata, fill_desk(app, metadata), writer=writer)
        app.vendors.write("live", ["one", "two"])
        yield story


@pytest.mark.parametrize("danger", some(list(KNOWN_DANGERS), 3, "dangers"))
def test_known_dangers(story: Story, danger: str) -> None:
    """Each would be answered wrongly if the reading process did not look at the generation before every read."""
    follow(story, KNOWN_DANGERS[danger])


@pytest.mark.parametrize("seed", range(count(2, 120)))
def test_a_reused_answer_is_that_of_the_long_way(story: Story, seed: int) -> None:
    """Status, headers and body, after whatever another process wrote and whoever waited."""
    follow(story, drawn(Random(seed), steps=30))


@pytest.mark.parametrize(("caller", "target"), [("sara", PROVIDERS), ("reader", OVERVIEW), ("reader", RESOLVE)])
def test_hot_reads_are_reused(story: Story, caller: str, target: str) -> None:
    """And a change by another process is in the very next answer."""
    story.write("select")
    with identifications_noted(story):
        for _ in range(4):
            story.read(caller, target, {})
    assert story.reused >= 2
    before = story.callers[caller].ask("GET", target).body
    story.write("declare" if target == PROVIDERS else "select another")
    assert story.callers[caller].ask("GET", target).body != before


def drawn(dice: Random, steps: int) -> Operations:
    """Reads that repeat, so that answers are reused, with changes and steps of the clock between them."""
    operations: Operations = []
    for _ in range(steps):
        match dice.randrange(6):
            case 0:
                operations.append(("step", dice.choice(STEPS[:4])))
            case 1 | 2:
                operations.append(("write", dice.choice(WRITES)))
            case _:
                read = (dice.choice(CALLERS), dice.choice(TARGETS), dice.choice(FURTHER), dice.random() < 0.5, dice.randint(2, 4))
                operations.append(("read", *read))
    return operations
