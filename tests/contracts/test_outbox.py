"""What every store promises of webhooks and of the outbox."""

import asyncio
from datetime import timedelta

from attrs import evolve

from modeldesk.domain.errors import Reason
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.model.webhooks.delivery import MOST_ENDED, MOST_PENDING, TOO_MANY_PENDING, Backlog, Delivery, DeliveryState
from modeldesk.domain.model.webhooks.event import Event, EventType, new_event
from modeldesk.domain.model.webhooks.webhook import Webhook
from tests.support.stores import CHAT, NOON, AnyStore, StoreFactory

SELECTED, USE = EventType.MODEL_SELECTED, EventType.USE_CHANGED
SECOND = timedelta(seconds=1)
LATER = NOON + timedelta(hours=1)


def hook(name: str, *events: EventType, is_active: bool = True) -> Webhook:
    number = int(name[-1])
    url = HttpUrl(f"https://{name}.example/گیرنده")
    return Webhook(f"wh_{name}", url, events or (SELECTED, USE), is_active, NOON + number * SECOND, "سارا", b"\x00sealed\xff")


def event(subject: str = "use:a", version: int = 1, kind: EventType = USE) -> Event:
    return new_event(kind, subject, NOON, {"نام": subject, "version": version})


async def put(store: AnyStore, *webhooks: Webhook, events: tuple[Event, ...] = ()) -> None:
    async with store.unit_of_work() as work:
        for webhook in webhooks:
            await work.webhooks.put(webhook)
        await work.outbox.add(events)
        await work.commit()


async def due(store: AnyStore, webhook: Webhook) -> Delivery | None:
    async with store.unit_of_work() as work:
        return await work.outbox.next_due(webhook.id, LATER)


async def test_an_event_that_is_wanted_is_made_and_added(stores: StoreFactory) -> None:
    """Once, for those that are enabled and want its kind. Nothing is added where none does."""
    wanting, other, disabled = hook("a1", SELECTED), hook("b2", USE), hook("c3", SELECTED, is_active=False)
    async with stores.opened() as store:
        for webhooks in ((), (other, disabled), (wanting,)):
            await put(store, *webhooks)
            async with store.unit_of_work() as work:
                await work.outbox.add_if_wanted(SELECTED, lambda: event(kind=SELECTED))
                await work.commit()
        assert [len(await store.deliveries(one.id, 10)) for one in (wanting, other, disabled)] == [1, 0, 0]
        assert await due(store, wanting) is not None


async def settle(store: AnyStore, delivery: Delivery | None) -> Delivery:
    assert delivery is not None
    async with store.unit_of_work() as work:
        await work.outbox.record_attempt(delivery)
        await work.commit()
    return delivery


async def test_webhooks_come_back_as_they_were_put(stores: StoreFactory) -> None:
    """Oldest first, in the unit of work and beside it, in another process too; no number is raised. A change replaces the events."""
    first, second = hook("b1"), evolve(hook("a2", USE), previous=b"old\x00", previous_until=LATER)
    async with stores.opened() as store:
        before = (await store.current()).generation
        await put(store, second, first)
        await put(store, changed := evolve(first, events=(USE,), is_active=False, url=HttpUrl("https://new.example")))
        assert (await store.current()).generation == before
    async with stores.opened() as store, store.unit_of_work() as work:
        assert list(await store.webhooks()) == [changed, second]
        assert list(await work.webhooks.all()) == [changed, second]
        assert (await work.webhooks.get(second.id), await work.webhooks.get("nobody")) == (second, None)


async def test_an_event_goes_to_those_that_want_it(stores: StoreFactory) -> None:
    """Enabled webhooks with this kind of event get a delivery each, whether one event or several were added; where none wants it, nothing is written."""
    all_, uses, off = hook("a1"), hook("b2", USE), hook("c3", is_active=False)
    async with stores.opened() as store:
        await put(store, events=(event(version=9),))
        await put(store, all_, uses, off, events=(event("openai/chat", kind=SELECTED),))
        await put(store, events=(event(), event(version=2)))
        listed = {webhook.id: [d.event for d in await store.deliveries(webhook.id, 9)] for webhook in (all_, uses, off)}
        assert listed == {
            all_.id: [event(version=2), event(), event("openai/chat", kind=SELECTED)],
            uses.id: [event(version=2), event()],
            off.id: [],
        }
        assert await store.due_webhooks(LATER) == [all_.id, uses.id]
        assert await store.due_webhooks(NOON - SECOND) == []
        assert len(await store.deliveries(all_.id, 2)) == 2


async def test_an_event_is_rolled_back_with_its_change(stores: StoreFactory) -> None:
    """What is not committed is not delivered."""
    async with stores.opened() as store:
        await put(store, hook("a1"))
        async with store.unit_of_work() as work:
            await work.outbox.add([event()])
        assert await store.due_webhooks(LATER) == []


async def test_events_of_one_subject_keep_their_order(stores: StoreFactory) -> None:
    """The second one waits until the first has ended, delivered or given up; other subjects and other webhooks do not wait."""
    one, two = hook("a1"), hook("b2")
    async with stores.opened() as store:
        await put(store, one, two, events=(event("use:a", 1), event("use:a", 2), event("use:b", 3), event("use:a", 4)))
        first = await due(store, one)
        assert first is not None
        assert first.event == event("use:a", 1)
        failed = await settle(store, first.failed(Reason("no-connection", said="گیر"), 503, LATER, 0))
        other = await due(store, one)
        assert other is not None
        assert other.event == event("use:b", 3)
        await settle(store, other.succeeded(204, LATER))
        assert await due(store, one) is None
        assert await store.due_webhooks(LATER) == [two.id]
        assert [entry for entry in await store.deliveries(one.id, 9) if entry.number == failed.number] == [failed]
        await settle(store, evolve(failed, state=DeliveryState.GIVEN_UP, next_at=None))
        second = await due(store, one)
        assert second is not None
        assert second.event == event("use:a", 2)


async def test_a_disabled_webhook_gets_the_rest_later(stores: StoreFactory) -> None:
    """What is pending stays, and is due once the webhook is enabled again."""
    webhook = hook("a1")
    async with stores.opened() as store:
        await put(store, webhook, events=(event(),))
        await put(store, evolve(webhook, is_active=False))
        assert (await due(store, webhook), await store.due_webhooks(LATER)) == (None, [])
        await put(store, webhook)
        assert await due(store, webhook) is not None


async def test_one_delivery_for_one_webhook(stores: StoreFactory) -> None:
    """Whatever it wants, and for no other one."""
    webhook, other = hook("a1", USE), hook("b2")
    test = event("webhook:a1", kind=EventType.TEST)
    async with stores.opened() as store:
        await put(store, webhook, other)
        async with store.unit_of_work() as work:
            await work.outbox.add_for(webhook.id, test)
            await work.commit()
        assert [entry.event for entry in await store.deliveries(webhook.id, 9)] == [test]
        assert await store.deliveries(other.id, 9) == []


async def test_an_attempt_revives_nothing_that_has_ended(stores: StoreFactory) -> None:
    """A failure that is recorded after another instance has ended the delivery, or after it was trimmed, changes nothing; a success is true."""
    webhook = hook("a1")
    async with stores.opened() as store:
        await put(store, webhook, events=(event("use:a"), event("use:b")))
        second, first = await store.deliveries(webhook.id, 9)
        failed = first.failed(Reason("receiver-status", status=500), 500, NOON, 0)
        for ended in (first.given_up(TOO_MANY_PENDING, NOON), first.succeeded(200, NOON)):
            await settle(store, ended)
            await settle(store, failed)
            assert await store.deliveries(webhook.id, 9) == [second, ended]
        await settle(store, first.given_up(TOO_MANY_PENDING, LATER))
        assert await store.deliveries(webhook.id, 9) == [second, first.succeeded(200, NOON)]


async def test_a_deleted_webhook_takes_its_deliveries_along(stores: StoreFactory) -> None:
    """An attempt that ends later records nothing, and no number is given twice."""
    webhook, other = hook("a1"), hook("b2", SELECTED)
    async with stores.opened() as store:
        await put(store, webhook, other, events=(event(),))
        running = await due(store, webhook)
        assert running is not None
        async with store.unit_of_work() as work:
            await work.webhooks.delete(webhook.id)
            await work.commit()
        await settle(store, running.succeeded(200, NOON))
        assert (await store.deliveries(webhook.id, 9), list(await store.webhooks())) == ([], [other])
        await put(store, events=(event("openai/chat", kind=SELECTED),))
        assert (await store.deliveries(other.id, 9))[0].number > running.number


async def test_old_deliveries_are_forgotten(stores: StoreFactory) -> None:
    """Those that ended before the moment; pending ones stay however old they are. Another webhook's stay, too."""
    webhook, other = hook("a1"), hook("b2", SELECTED)
    async with stores.opened() as store:
        await put(store, webhook, other, events=(event("use:a"), event("use:b"), event("use:c"), event("openai/chat", kind=SELECTED)))
        await settle(store, (await store.deliveries(other.id, 1))[0].succeeded(200, NOON))
        assert [await store.untrimmed(until) for until in (NOON, LATER)] == [[], [other.id]]
        for at in (NOON, LATER):
            found = await due(store, webhook)
            assert found is not None
            await settle(store, found.succeeded(200, at))
        async with store.unit_of_work() as work:
            await work.outbox.trim(webhook.id, LATER, LATER)
            await work.commit()
        assert [entry.event.subject for entry in await store.deliveries(webhook.id, 9)] == ["openai/chat", "use:c", "use:b"]
        assert len(await store.deliveries(other.id, 9)) == 1
        assert await store.untrimmed(LATER) == [other.id]


async def test_the_backlog_is_counted(stores: StoreFactory) -> None:
    """For each webhook: what is pending with the time of its oldest event, and what was given up; also while it is disabled."""
    busy, off, idle = hook("a1"), hook("b2"), hook("c3")
    later = new_event(USE, "use:b", LATER, {})
    async with stores.opened() as store:
        assert list(await store.backlog()) == []
        await put(store, busy, off, events=(event(), later))
        await put(store, evolve(off, is_active=False), idle)
        await settle(store, evolve(await due(store, busy), state=DeliveryState.GIVEN_UP, next_at=None, last_at=LATER))
        assert list(await store.backlog()) == [
            Backlog(busy.id, 1, LATER, 1),
            Backlog(off.id, 2, NOON, 0),
            Backlog(idle.id, 0, None, 0),
        ]


async def test_the_outbox_of_a_webhook_is_bounded(stores: StoreFactory) -> None:
    """The earliest pending deliveries are given up with a reason, and the earliest that ended are dropped; the latest of both stay in order."""
    webhook, many = hook("a1"), MOST_PENDING + 3
    async with stores.opened() as store:
        await put(store, webhook, events=tuple(event(f"use:{number}") for number in range(many)))
        assert await store.untrimmed(NOON) == [webhook.id]
        async with store.unit_of_work() as work:
            await work.outbox.trim(webhook.id, NOON, LATER)
            await work.commit()
        found = list(reversed(await store.deliveries(webhook.id, many)))
        assert [entry.state for entry in found[:4]] == [DeliveryState.GIVEN_UP] * 3 + [DeliveryState.PENDING]
        assert [(entry.reason, entry.next_at, entry.last_at) for entry in found[:3]] == [(TOO_MANY_PENDING, None, LATER)] * 3
        assert {entry.state for entry in found[3:]} == {DeliveryState.PENDING}
        assert (await store.untrimmed(NOON), len(found)) == ([], many)
        await put(store, events=tuple(event(f"use:{number}", 2) for number in range(MOST_ENDED)))
        for _ in range(2):
            async with store.unit_of_work() as work:
                await work.outbox.trim(webhook.id, NOON, LATER)
                await work.commit()
        ended = [entry for entry in await store.deliveries(webhook.id, 2 * many) if entry.state is not DeliveryState.PENDING]
        assert [entry.event.subject for entry in (ended[0], ended[-1])] == [f"use:{MOST_ENDED + 2}", "use:3"]
        assert (len(ended), await store.untrimmed(NOON)) == (MOST_ENDED, [])


async def test_many_deliveries_that_ended_are_a_reason_to_trim(stores: StoreFactory) -> None:
    """Where nothing is pending, and nothing is old: a receiver that takes everything fills the table, too."""
    webhook = hook("a1")
    async with stores.opened() as store:
        await put(store, webhook, events=tuple(event(f"use:{number}") for number in range(MOST_ENDED + 1)))
        latest, *earlier = await store.deliveries(webhook.id, MOST_ENDED + 1)
        async with store.unit_of_work() as work:
            for delivery in earlier:
                await work.outbox.record_attempt(delivery.succeeded(200, NOON))
            await work.commit()
        assert await store.untrimmed(NOON) == []
        await settle(store, latest.succeeded(200, NOON))
        assert await store.untrimmed(NOON) == [webhook.id]


async def test_those_who_share_a_commit_find_the_webhook_that_was_added_among_them(stores: StoreFactory) -> None:
    """Whether an event is wanted is asked once for those that share a transaction, and again after a change of webhooks."""
    wanting = hook("a1", SELECTED)

    async def add(version: int) -> None:
        async with store.unit_of_work() as work:
            await work.choices.slot(CHAT)
            await asyncio.sleep(0)  # others come, and wait for the commit
            await work.outbox.add_if_wanted(SELECTED, lambda: event(f"slot:{version}", kind=SELECTED))
            await work.commit()

    async with stores.opened() as store:
        await asyncio.gather(add(1), add(2), put_after_reading(store, wanting), add(3), add(4))
        found = [delivery.event.subject for delivery in await store.deliveries(wanting.id, 10)]
    assert sorted(found) == ["slot:3", "slot:4"]


async def put_after_reading(store: AnyStore, webhook: Webhook) -> None:
    """As a member of the group: its first call is short."""
    async with store.unit_of_work() as work:
        await work.choices.slot(CHAT)
        await work.webhooks.put(webhook)
        await work.commit()
