"""Every family of metrics. The reference is generated from this table, and a test compares it with what a server answers."""

from collections.abc import Sequence

from msgspec import Struct

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of durations, in seconds."""


class Family(Struct, frozen=True):
    """One family: its name without suffixes, its type in OpenMetrics, and what its samples mean.

    `is_shared` ones are counted by each worker and summed; the others are read from the desk at each scrape.
    """

    name: str
    kind: str
    meaning: str
    labels: Sequence[str] = ()
    unit: str = ""
    is_shared: bool = False


REQUESTS = Family(
    "modeldesk_http_requests",
    "counter",
    "Requests by route, method and status; the route unmatched is every path that is none.",
    ("route", "method", "status"),
    is_shared=True,
)
DURATIONS = Family(
    "modeldesk_http_request_duration_seconds",
    "histogram",
    "Time from the head of a request to the end of its answer; event streams last as long as they are open.",
    ("route", "method"),
    "seconds",
    is_shared=True,
)
VENDOR_CALLS = Family(
    "modeldesk_vendor_calls",
    "counter",
    "Calls to vendors: lists with the outcome ok or the code of the error, checks of keys with their verdict.",
    ("provider", "kind", "outcome"),
    is_shared=True,
)
VENDOR_DURATIONS = Family(
    "modeldesk_vendor_call_duration_seconds",
    "histogram",
    "Time that a call to a vendor took, retries included.",
    ("kind",),
    "seconds",
    is_shared=True,
)
WORKER_STARTS = Family("modeldesk_worker_starts", "counter", "Starts of worker processes since the server started.", is_shared=True)
STREAMS = Family("modeldesk_event_streams", "gauge", "Event streams that are open.", is_shared=True)
POOL = Family("modeldesk_pool_connections", "gauge", "Connections to PostgreSQL; none on SQLite.", ("state",), is_shared=True)

BUILD = Family("modeldesk_build", "info", "The version of the server.", ("version",))
DATABASE = Family("modeldesk_database_up", "gauge", "1 if the database could be read; without it the families below are missing.")
GENERATION = Family("modeldesk_generation", "gauge", "The number that each change of a part of the desk raises.", ("part",))
LIST_AGE = Family("modeldesk_list_age_seconds", "gauge", "Age of the shared live list of a provider.", ("provider",), "seconds")
LIST_FAILED = Family("modeldesk_list_failed", "gauge", "1 if the last refresh of the shared live list failed.", ("provider",))
SELECTION = Family("modeldesk_selection", "info", "The active model of each provider and capability.", ("provider", "capability", "model"))
SELECTION_STATE = Family(
    "modeldesk_selection_state",
    "gauge",
    "Health of each active model as the doctor judges it: 0 is ok, and a larger number is worse; the label names the state.",
    ("provider", "capability", "state"),
)
RETIRES = Family(
    "modeldesk_selection_retires_timestamp_seconds",
    "gauge",
    "When the active model retires, where a source says so.",
    ("provider", "capability"),
    "seconds",
)
USE = Family("modeldesk_use", "info", "What each use points at.", ("use", "provider", "capability"))
BACKLOG = Family("modeldesk_webhook_pending_deliveries", "gauge", "Deliveries that wait for an attempt.", ("webhook",))
BACKLOG_AGE = Family(
    "modeldesk_webhook_oldest_pending_age_seconds", "gauge", "Age of the oldest event that waits for an attempt.", ("webhook",), "seconds"
)
GIVEN_UP = Family("modeldesk_webhook_given_up_deliveries", "gauge", "Deliveries that were given up within the last week.", ("webhook",))

SHARED = (REQUESTS, DURATIONS, VENDOR_CALLS, VENDOR_DURATIONS, WORKER_STARTS, STREAMS, POOL)
FAMILIES = (
    *SHARED,
    *(BUILD, DATABASE, GENERATION, LIST_AGE, LIST_FAILED, SELECTION, SELECTION_STATE, RETIRES, USE),
    *(BACKLOG, BACKLOG_AGE, GIVEN_UP),
)
