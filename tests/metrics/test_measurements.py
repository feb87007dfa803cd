"""What a worker measures, and that no caller makes it measure more and more."""

import pytest

from modeldesk.entrypoints.metrics.families import BUCKETS
from modeldesk.entrypoints.metrics.measurements import HISTOGRAM, MOST_PROVIDERS, Measurements
from modeldesk.entrypoints.metrics.shared_counters import REGION, WORD, SharedCounters

REQUESTS, DURATIONS = "modeldesk_http_requests", "modeldesk_http_request_duration_seconds"
ROUTE = "/api/resolve/{provider:str}/{capability:str}"


@pytest.fixture
def measured() -> Measurements:
    return Measurements(SharedCounters(2))


def test_a_request_is_counted_by_its_route(measured: Measurements) -> None:
    """Once for its status, and once in the bucket of its duration, whose bound belongs to it."""
    for status, seconds in ((200, 0.001), (200, 0.3), (404, 99.0)):
        measured.request({"path_template": ROUTE, "method": "GET"}, status, seconds)
    totals = measured.counters.totals()
    route = "/api/resolve/{provider}/{capability}"
    assert {key: values for key, values in totals.items() if key[0] == REQUESTS} == {
        (REQUESTS, route, "GET", "200"): [2.0],
        (REQUESTS, route, "GET", "404"): [1.0],
    }
    durations = totals[(DURATIONS, route, "GET")]
    assert durations[0] == pytest.approx(99.301)
    assert [index for index, count in enumerate(durations[1:]) if count] == [0, BUCKETS.index(0.5), len(BUCKETS)]


@pytest.mark.parametrize(
    ("scope", "status", "labels"),
    [
        ({"method": "GET"}, 404, ("unmatched", "GET", "404")),
        ({"method": "BREW", "path_template": ""}, 405, ("unmatched", "other", "405")),
        ({"method": "POST", "path_template": "/v1/models"}, None, ("/v1/models", "POST", "none")),
    ],
)
def test_what_callers_choose_is_no_label(
    measured: Measurements, scope: dict[str, str], status: int | None, labels: tuple[str, ...]
) -> None:
    """Neither a path that is no route, nor a method; a client that went away has no status."""
    measured.request(scope, status, 0.1)
    assert measured.counters.totals()[(REQUESTS, *labels)] == [1.0]


def test_a_successor_counts_on_and_has_nothing_open(measured: Measurements) -> None:
    """After a worker's end: its gauges end with it, its counters do not, and its starts are counted."""
    scope = {"path_template": ROUTE, "method": "GET"}
    for _ in range(2):
        measured.begin(1)
        measured.request(scope, 200, 0.1)
        assert measured.counters.totals().get(("modeldesk_event_streams",), [0.0]) == [0.0]
        measured.opened(3, {"in_use": 2})
    totals = measured.counters.totals()
    assert totals[("modeldesk_worker_starts",)] == [2.0]
    assert totals[(REQUESTS, "/api/resolve/{provider}/{capability}", "GET", "200")] == [2.0]
    assert (totals[("modeldesk_event_streams",)], totals[("modeldesk_pool_connections", "in_use")]) == ([3.0], [2.0])


def test_calls_of_many_vendors_count_together(measured: Measurements) -> None:
    """Behind the first ones; all of them in one histogram."""
    for number in range(MOST_PROVIDERS + 3):
        measured.vendor_call(f"vendor-{number}", "list", "ok", 0.2)
    totals = measured.counters.totals()
    assert totals[("modeldesk_vendor_calls", "other", "list", "ok")] == [3.0]
    assert totals[("modeldesk_vendor_calls", "vendor-0", "list", "ok")] == [1.0]
    durations = totals[("modeldesk_vendor_call_duration_seconds", "list")]
    assert (len(durations), sum(durations[1:])) == (HISTOGRAM, MOST_PROVIDERS + 3)


def test_a_worker_writes_into_its_own_region_alone(measured: Measurements) -> None:
    """Also what its parent has counted before: another process writes there."""
    scope, first = {"path_template": ROUTE, "method": "GET"}, REGION // WORD
    measured.request(scope, 200, 0.1)
    before = measured.counters.numbers[:first].tolist()
    measured.begin(1)
    measured.request(scope, 200, 0.1)
    assert measured.counters.numbers[:first].tolist() == before
    assert measured.counters.totals()[(REQUESTS, "/api/resolve/{provider}/{capability}", "GET", "200")] == [2.0]
