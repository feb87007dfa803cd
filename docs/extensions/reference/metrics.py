"""Every family of metrics, from the table by which the program writes them."""

from modeldesk.domain.model.health import Health
from modeldesk.entrypoints.metrics.families import BUCKETS, FAMILIES, Family
from modeldesk.entrypoints.metrics.openmetrics import SUFFIXES
from reference.markdown import code, table

HEAD = """# Metrics

`GET /metrics` answers in the text of OpenMetrics 1.0. A program on the same machine needs no token, if it calls Modeldesk directly; everybody else, proxies included, needs one of the scope `read`.
[Monitor](../../how-to/monitor.md) shows how to scrape it, and rules for alerts.

"""

SHARED = """
*Counted by the workers* of one server, which share the numbers: one scrape tells of all of them, and a worker that is replaced goes on counting where the one before it stopped. They begin at zero when the server starts.
All others are read from the database at each scrape, and are the same on every instance.

"""


def page() -> str:
    """A table of all families, and the values of what has a list of them."""
    buckets = ", ".join(code(f"{bound:g}") for bound in BUCKETS)
    states = table(("value", "state"), ((str(state.severity), code(state.value)) for state in Health))
    return (
        HEAD
        + table(("sample", "type", "labels", "meaning"), (_row(family) for family in FAMILIES))
        + SHARED
        + f"Buckets of durations, in seconds: {buckets}.\n\n## States of a selection\n\n{states}"
    )


def _row(family: Family) -> tuple[str, str, str, str]:
    name = family.name + SUFFIXES.get(family.kind, "")
    meaning = f"{family.meaning} *Counted by the workers.*" if family.is_shared else family.meaning
    return code(name), family.kind, ", ".join(code(label) for label in family.labels), meaning
