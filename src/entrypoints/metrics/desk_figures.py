"""Figures of the desk, read at each scrape: every worker reads the same."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time
from importlib.metadata import version

from modeldesk.domain.errors import ModeldeskError
from modeldesk.domain.model.catalogue.list_state import INCOMPLETE
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.webhooks.delivery import Backlog
from modeldesk.domain.services.doctor import Diagnosis
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.metrics import families
from modeldesk.entrypoints.metrics.openmetrics import Sample
from modeldesk.entrypoints.metrics.shared_counters import Key

_BY_NAME = {family.name: family for family in families.SHARED}


def shared_samples(totals: Mapping[Key, Sequence[float]]) -> Iterator[Sample]:
    """What the workers counted."""
    return (Sample(_BY_NAME[key[0]], key[1:], values) for key, values in totals.items())


async def desk_samples(container: Container) -> list[Sample]:
    """The state of the desk. Without the database only that it is away."""
    build = Sample(families.BUILD, (version("modeldesk"),))
    try:
        snapshot = await container.store().current()
        diagnosis, backlog = await container.doctor().diagnosis(), await container.store().backlog()
    except ModeldeskError:
        return [build, Sample(families.DATABASE, values=(0.0,))]
    now = container.clock()()
    return [
        *(build, Sample(families.DATABASE)),
        *_of_snapshot(snapshot, now),
        *_of_selections(diagnosis),
        *_of_webhooks(backlog, now),
    ]


def _of_snapshot(snapshot: Snapshot, now: datetime) -> Iterator[Sample]:
    for part in ("catalogue", "choices", "access"):
        yield Sample(families.GENERATION, (part,), (float(getattr(snapshot.generation, part)),))
    for slug, state in snapshot.lists.items():
        if state.fetched_at is not None:
            yield Sample(families.LIST_AGE, (slug,), (max(0.0, (now - state.fetched_at).total_seconds()),))
        is_failing = state.failure is not None and state.failure.code != INCOMPLETE
        yield Sample(families.LIST_FAILED, (slug,), (float(is_failing),))
    for use in snapshot.uses.values():
        yield Sample(families.USE, (use.name, use.provider, use.capability))


def _of_selections(diagnosis: Diagnosis) -> Iterator[Sample]:
    for found in diagnosis.slots:
        slot, state = (found.provider.slug, found.model.slot.capability), found.finding.state
        yield Sample(families.SELECTION, (*slot, found.model.model_id))
        yield Sample(families.SELECTION_STATE, (*slot, state.value), (float(state.severity),))
        if found.lifecycle is not None and found.lifecycle.retires_on is not None:
            midnight = datetime.combine(found.lifecycle.retires_on, time(), UTC)
            yield Sample(families.RETIRES, slot, (midnight.timestamp(),))


def _of_webhooks(backlog: Sequence[Backlog], now: datetime) -> Iterator[Sample]:
    for one in backlog:
        yield Sample(families.BACKLOG, (one.webhook,), (float(one.pending),))
        age = (now - one.oldest_at).total_seconds() if one.oldest_at is not None else 0.0
        yield Sample(families.BACKLOG_AGE, (one.webhook,), (max(0.0, age),))
        yield Sample(families.GIVEN_UP, (one.webhook,), (float(one.given_up),))
