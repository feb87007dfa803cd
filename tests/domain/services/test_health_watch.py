"""Watching the health of active models: what is reported, once, and by one of several instances."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import define

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.health import ObservedHealth
from modeldesk.domain.model.values.texts import HttpUrl, Slug
from modeldesk.domain.model.webhooks.event import EventType
from modeldesk.domain.services.health_watch import LEASE_FOR, HealthWatch
from tests.support.named_instance import NamedInstance
from tests.support.samples import Desk, chat, provider, select_model
from tests.support.webhooks import FakeReceivers, webhooks_of

URL = HttpUrl("https://receiver.invalid/in")


def watch(desk: Desk, name: str = "a") -> HealthWatch:
    """That of one instance."""
    return HealthWatch(desk.store.unit_of_work, desk.doctor, desk.store, desk.clock, NamedInstance(name, 0.5))


def reported(desk: Desk) -> list[dict[str, Any]]:
    return [json.loads(delivery.event.body)["data"] for delivery in desk.store.contents.deliveries]


async def listening(desk: Desk) -> None:
    """At a desk where an active model is healthy, as it was seen, and somebody wants to know."""
    await desk.put(provider("acme", capabilities=chat("large", "small")))
    await desk.selection.select(select_model("large"), CLI_ACTOR)
    await webhooks_of(desk, FakeReceivers()).add(URL, [EventType.SELECTION_STATE_CHANGED], CLI_ACTOR)
    await watch(desk).observe()


async def test_another_state_is_reported_once(desk: Desk) -> None:
    """With the state before; the first look at a model reports nothing, and neither does one that sees the same."""
    await listening(desk)
    assert reported(desk) == []
    await desk.registration.set_active(Slug("acme"), False, CLI_ACTOR)
    for _ in range(2):
        await watch(desk).observe()
    [data] = reported(desk)
    assert data == {
        "provider": "acme",
        "capability": "chat",
        "model_id": "large",
        "slot_version": 1,
        "state": "provider-inactive",
        "previous_state": "ok",
        "reason": "slot-provider-inactive",
        "retires_on": None,
        "changes": [],
    }
    await desk.registration.set_active(Slug("acme"), True, CLI_ACTOR)
    await watch(desk).observe()
    assert [data["state"] for data in reported(desk)] == ["provider-inactive", "ok"]


async def test_a_look_that_sees_nothing_new_writes_nothing(desk: Desk) -> None:
    """It is made every minute."""
    await listening(desk)
    before = desk.store.contents
    desk.clock.now += timedelta(hours=1)
    await watch(desk).observe()
    assert desk.store.contents is before


@pytest.mark.parametrize("models", [("small",), ("small", "large")])
async def test_a_selection_is_no_change_of_health(desk: Desk, models: tuple[str, ...]) -> None:
    """Another model is another one's health; what was deselected has none."""
    await listening(desk)
    await desk.put(provider("acme", capabilities=chat("large")))
    for model in models:
        await desk.selection.select(select_model(model), CLI_ACTOR)
        await watch(desk).observe()
    assert reported(desk) == []
    await desk.selection.deselect(select_model("large").slot, CLI_ACTOR)
    await watch(desk).observe()
    assert (reported(desk), desk.store.contents.health) == ([], ())


async def test_another_instance_reports_no_change_back(desk: Desk) -> None:
    """One that saw an earlier state, and comes too late; after a while it may report again."""
    await listening(desk)
    late = watch(desk, "b")
    await desk.registration.set_active(Slug("acme"), False, CLI_ACTOR)
    await watch(desk).observe()
    await desk.registration.set_active(Slug("acme"), True, CLI_ACTOR)
    await late.observe()
    assert [data["state"] for data in reported(desk)] == ["provider-inactive"]
    desk.clock.now += LEASE_FOR
    await late.observe()
    assert [data["state"] for data in reported(desk)] == ["provider-inactive", "ok"]


@define
class LateLog:
    """Somebody deselects the model after the look and before its report."""

    desk: Desk

    async def observed_health(self) -> Sequence[ObservedHealth]:
        await self.desk.selection.deselect(select_model("large").slot, CLI_ACTOR)
        return await self.desk.store.observed_health()


async def test_a_model_that_was_deselected_before_the_report_is_not_reported(desk: Desk) -> None:
    """Receivers know by then that it is not active any more."""
    await listening(desk)
    await desk.registration.set_active(Slug("acme"), False, CLI_ACTOR)
    await HealthWatch(desk.store.unit_of_work, desk.doctor, LateLog(desk), desk.clock, NamedInstance("a", 0.5)).observe()
    assert reported(desk) == []
    assert [one.model_id for one in desk.store.contents.health] == ["large"]
