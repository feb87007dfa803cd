"""A reused answer is what the long way would answer: whatever was written, ended, revoked or expired before, and wherever the clock went."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from dependency_injector import providers as injection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.settings import Settings
from tests.support.app import PANEL, App
from tests.support.reused_story import BEGIN, CALLERS, TARGETS, ChangingMetadata, Operations, Story, begun, follow, identifications_noted

FURTHER: tuple[Mapping[str, str], ...] = (
    {},
    {"if-none-match": "*"},
    {"if-none-match": '"another"'},
    {"accept-encoding": "gzip, br"},
    {"origin": PANEL},
    {"x-request-id": "given", "sec-fetch-site": "cross-site"},
)
STEPS = tuple(
    timedelta(**step)
    for step in (
        {"seconds": 20},
        {"seconds": 61},
        {"minutes": 16},
        {"minutes": 31},
        {"hours": 12},
        {"days": 8},
        {"days": 91},
        {"seconds": -20},
        {"minutes": -3},
        {"hours": -13},
    )
)


WRITES = (
    *("select", "select another", "select ending", "deselect", "declare", "vendor", "sign out", "sign in"),
    *("disable", "enable", "role", "revoke", "clear", "forget", "evict", "metadata"),
)
READ = st.tuples(
    st.just("read"), st.sampled_from(CALLERS), st.sampled_from(TARGETS), st.sampled_from(FURTHER), st.booleans(), st.integers(1, 3)
)
WRITE = st.tuples(st.just("write"), st.sampled_from(WRITES))
STEP = st.tuples(st.just("step"), st.sampled_from(STEPS))


@pytest.fixture(scope="module")
def furnished() -> Iterator[Story]:
    desk, metadata = InMemoryStore(), ChangingMetadata()
    with App(desk, Settings(allowed_origins=(PANEL,))) as app:
        app.fill()
        app.container.kept_metadata.override(injection.Object(metadata))
        app.container.metadata.override(injection.Object(metadata))
        listed = {"chat": {"supported": True, "has_dynamic_models": True}}
        app.clock.now = BEGIN
        app.put({"slug": "live", "name": "L", "display_name": "L", "api_base_url": "https://live.example", "capabilities": listed})
        callers = {"sara": app.signed_in("sara"), "nima": app.signed_in("nima"), "nobody": app.client("no-such-session")}
        for name, scope in (("resolver", "resolve"), ("reader", "read")):
            callers[name] = app.program(scope, name=name)
        yield Story(app, metadata, desk.contents, callers)


@pytest.fixture
def story(furnished: Story) -> Story:
    return begun(furnished)


PROVIDERS, MODELS, STATIC, LIVE, OVERVIEW, RESOLVE = (TARGETS[at] for at in (0, 4, 5, 6, 8, 10))


def reads(caller: str, target: str, times: int = 3) -> tuple[Any, ...]:
    return ("read", caller, target, {}, False, times)


def forward(**by: float) -> tuple[Any, ...]:
    return ("step", timedelta(**by))


def write(what: str) -> tuple[Any, ...]:
    return ("write", what)


LAST_DAY = timedelta(days=37, hours=10, minutes=59, seconds=50)
"""To ten seconds before the day on which a model has ended."""

KNOWN_DANGERS: dict[str, Operations] = {
    "signed out": [reads("nima", PROVIDERS), write("sign out"), reads("nima", PROVIDERS)],
    "disabled": [reads("nima", PROVIDERS), write("disable"), reads("nima", PROVIDERS)],
    "another role": [reads("nima", PROVIDERS), write("role"), reads("nima", PROVIDERS)],
    "revoked": [write("select"), reads("resolver", RESOLVE), write("revoke"), reads("resolver", RESOLVE)],
    "expired token": [
        write("select"),
        forward(days=89, hours=23, seconds=3590),
        reads("resolver", RESOLVE),
        forward(seconds=20),
        reads("resolver", RESOLVE),
    ],
    "expired session": [
        *[step for _ in range(36) for step in (forward(minutes=19, seconds=59), reads("sara", PROVIDERS, 1))],
        *(reads("sara", PROVIDERS), forward(seconds=50), reads("sara", PROVIDERS)),
    ],
    "idle": [reads("sara", PROVIDERS), forward(minutes=31), reads("sara", PROVIDERS)],
    "seen to end, clock back": [
        *(reads("sara", PROVIDERS), forward(minutes=31), reads("sara", STATIC, 1)),
        *(forward(minutes=-31), reads("sara", PROVIDERS)),
    ],
    "use to write": [reads("sara", PROVIDERS), *[step for _ in range(40) for step in (forward(seconds=50), reads("sara", PROVIDERS))]],
    "metadata": [reads("sara", STATIC), write("metadata"), reads("sara", STATIC)],
    "another query": [reads("sara", PROVIDERS), reads("sara", TARGETS[2])],
    "stale list": [
        *(reads("sara", LIVE), forward(minutes=14, seconds=59), reads("sara", LIVE)),
        *(forward(seconds=1), reads("sara", LIVE)),
    ],
    "expired list, clock back": [
        *(reads("reader", LIVE), forward(days=7, seconds=-5), reads("reader", OVERVIEW, 1)),
        *(forward(seconds=10), reads("reader", OVERVIEW), forward(seconds=-8), reads("reader", OVERVIEW)),
    ],
    "expired list": [
        reads("reader", LIVE),
        forward(days=7, seconds=-5),
        reads("reader", OVERVIEW),
        forward(seconds=10),
        reads("reader", OVERVIEW),
    ],
    "new day": [write("select ending"), ("step", LAST_DAY), reads("resolver", RESOLVE), forward(seconds=20), reads("resolver", RESOLVE)],
    "evicted list": [reads("reader", LIVE), reads("reader", OVERVIEW), write("evict"), reads("reader", OVERVIEW)],
    "forced": [reads("sara", TARGETS[7]), reads("sara", TARGETS[7])],
    "dropped": [reads("sara", MODELS), write("forget"), reads("sara", MODELS)],
}


@pytest.mark.parametrize("danger", KNOWN_DANGERS)
def test_known_dangers(story: Story, danger: str) -> None:
    """Each would be answered wrongly if one rule were missing."""
    follow(story, KNOWN_DANGERS[danger])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(READ | READ | WRITE | STEP, min_size=4, max_size=14))
def test_a_reused_answer_is_that_of_the_long_way(furnished: Story, operations: Operations) -> None:
    """Status, headers and body, at every moment, for sessions and tokens."""
    follow(begun(furnished), operations)


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
    story.app.tell(asyncio.sleep(0.05))
    assert models() == ["three", "four"]


def test_a_product_is_counted_each_time(story: Story) -> None:
    """Also where its answer is reused."""
    story.write("select")
    for _ in range(5):
        assert story.callers["resolver"].ask("GET", "/api/resolve/acme/chat").status == 200
    story.app.tell(story.app.container.request_counts().write())
    (found,) = story.callers["sara"].get("/ai-models/dependents/?provider=acme&capability=chat").json["dependents"]
    assert found["requests_24h"] == 5
