"""Events are delivered: in order, again after a failure, by one instance at a time, and no receiver is held up by another."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Receiver

from modeldesk.domain.errors import StorageBusy
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.values.texts import HttpUrl
from modeldesk.domain.model.webhooks.delivery import KEPT_FOR, MOST_ATTEMPTS, TOO_MANY_PENDING, DeliveryState
from modeldesk.domain.model.webhooks.event import EventType, new_event
from modeldesk.domain.services.webhook_delivery import LEASE_FOR
from modeldesk.domain.services.webhooks import NewSecret
from tests.support.samples import Desk, settled
from tests.support.webhooks import FakeReceivers, delivery_of, webhooks_of

A, B = HttpUrl("https://a.example/in"), HttpUrl("https://b.example/in")
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.clock.now = datetime.now(UTC)  # receivers refuse what was signed long ago
    return desk


@pytest.fixture
def receivers() -> FakeReceivers:
    return FakeReceivers()


async def register(desk: Desk, receivers: FakeReceivers, url: HttpUrl = A) -> NewSecret:
    return await webhooks_of(desk, receivers).add(url, [EventType.USE_CHANGED], CLI_ACTOR)


async def change(desk: Desk, *names: str) -> None:
    """Events of these subjects, each with its number."""
    async with desk.store.unit_of_work() as work:
        number = len(desk.store.contents.deliveries)
        for name in names:
            number += 1
            await work.outbox.add([new_event(EventType.USE_CHANGED, name, desk.clock(), {"number": number})])
        await work.commit()


def numbers(receivers: FakeReceivers) -> list[int]:
    return [data["number"] for data in receivers.data]


async def test_a_receiver_verifies_what_it_gets(desk: Desk, receivers: FakeReceivers) -> None:
    """With the published package of Standard Webhooks and the secret that was shown; after a rotation with either secret."""
    made = await register(desk, receivers)
    await change(desk, "a")
    assert await delivery_of(desk, receivers).deliver(made.webhook.id) == 1
    [(url, headers, body)] = receivers.sent
    assert (url, Receiver(made.secret.reveal()).verify(body, dict(headers))["type"]) == (A, "use.changed")
    rotated = await webhooks_of(desk, receivers).rotate(made.webhook.id, CLI_ACTOR)
    await change(desk, "a")
    await delivery_of(desk, receivers).deliver(made.webhook.id)
    for secret in (made.secret, rotated.secret):
        assert Receiver(secret.reveal()).verify(receivers.sent[1][2], dict(receivers.sent[1][1]))


async def test_one_subject_waits_for_its_failure_and_others_do_not(desk: Desk, receivers: FakeReceivers) -> None:
    """The id stays the same at each attempt, so that a receiver recognises what it has had."""
    made = await register(desk, receivers)
    await change(desk, "a", "a", "b")
    receivers.answers = [500]
    delivery = delivery_of(desk, receivers)
    assert await delivery.deliver(made.webhook.id) == 2
    assert numbers(receivers) == [1, 3]
    desk.clock.forward(4 * SECOND)
    assert await delivery.deliver(made.webhook.id) == 0
    desk.clock.forward(SECOND)
    assert await delivery.deliver(made.webhook.id) == 2
    assert numbers(receivers) == [1, 3, 1, 2]
    ids = [headers["webhook-id"] for _, headers, _ in receivers.sent]
    assert (ids[0] == ids[2], len(set(ids))) == (True, 3)


async def test_what_keeps_failing_is_given_up_and_shown(desk: Desk, receivers: FakeReceivers) -> None:
    """With the reason of the last attempt; the next event of its subject then goes out."""
    made = await register(desk, receivers)
    await change(desk, "a", "a")
    receivers.answers = [*([503] * (MOST_ATTEMPTS - 1)), 0]
    delivery = delivery_of(desk, receivers)
    for _ in range(MOST_ATTEMPTS):
        await delivery.deliver(made.webhook.id)
        desk.clock.forward(timedelta(hours=1))
    last, first = await webhooks_of(desk, receivers).deliveries(made.webhook.id, CLI_ACTOR, 9)
    assert (first.state, first.attempts, first.status) == (DeliveryState.GIVEN_UP, MOST_ATTEMPTS, None)
    assert first.reason is not None
    assert first.reason.code == "no-answer-in-time"
    assert last.state is DeliveryState.DELIVERED


async def test_a_slow_receiver_holds_nobody_up(desk: Desk, receivers: FakeReceivers) -> None:
    """While one has not answered, everything goes out to the other, also what comes later; nobody is sent the same twice meanwhile."""
    slow, quick = await register(desk, receivers, A), await register(desk, receivers, B)
    receivers.held.add(A)
    delivery = delivery_of(desk, receivers)
    for _ in range(3):
        await change(desk, "a", "b")
        await delivery.start_due()
        await settled()
    assert [url for url, _, _ in receivers.sent].count(B) == 6
    assert [url for url, _, _ in receivers.sent].count(A) == 1
    receivers.free.set()
    await desk.background.close()
    assert [url for url, _, _ in receivers.sent].count(A) == 6
    assert slow.webhook.id != quick.webhook.id


async def test_one_instance_delivers_at_a_time(desk: Desk, receivers: FakeReceivers) -> None:
    """Another one waits until the first has nothing to do for some seconds, or was killed: within thirty seconds it takes over."""
    made = await register(desk, receivers)
    await change(desk, "a")
    receivers.held.add(A)
    dying = asyncio.create_task(delivery_of(desk, receivers, "a").deliver(made.webhook.id))
    await settled()
    dying.cancel()
    receivers.held.clear()
    other = delivery_of(desk, receivers, "b")
    assert await other.deliver(made.webhook.id) == 0
    desk.clock.forward(LEASE_FOR)
    assert await other.deliver(made.webhook.id) == 1
    assert numbers(receivers) == [1, 1], "at least once: whether the first attempt arrived is unknown"
    assert timedelta(seconds=10) < LEASE_FOR <= timedelta(seconds=28)


async def test_once_a_database_that_was_away_is_back_everything_goes_out(desk: Desk, receivers: FakeReceivers) -> None:
    """Until then each look fails; the server logs the first of them."""
    made = await register(desk, receivers)
    await change(desk, "a")
    delivery, pause = delivery_of(desk, receivers), desk.store.pause

    async def away() -> None:
        raise StorageBusy

    desk.store.pause = away
    for _ in range(3):
        with pytest.raises(StorageBusy):
            await delivery.start_due()
    desk.store.pause = pause
    await delivery.start_due()
    await desk.background.close()
    assert numbers(receivers) == [1]
    assert made.webhook.is_active


async def test_what_was_given_up_during_an_attempt_stays_so(desk: Desk, receivers: FakeReceivers) -> None:
    """The attempt fails afterwards, and records nothing."""
    made = await register(desk, receivers)
    await change(desk, "a")
    receivers.held.add(A)
    receivers.answers = [500]
    sending = asyncio.create_task(delivery_of(desk, receivers).deliver(made.webhook.id))
    await settled()
    (pending,) = await desk.store.deliveries(made.webhook.id, 9)
    given_up = pending.given_up(TOO_MANY_PENDING, desk.clock())
    async with desk.store.unit_of_work() as work:
        await work.outbox.record_attempt(given_up)
        await work.commit()
    receivers.free.set()
    await sending
    assert await desk.store.deliveries(made.webhook.id, 9) == [given_up]


async def test_old_deliveries_are_not_kept(desk: Desk, receivers: FakeReceivers) -> None:
    """They are listed for a week."""
    made = await register(desk, receivers)
    for _ in range(2):
        await change(desk, "a")
        await delivery_of(desk, receivers).deliver(made.webhook.id)
        desk.clock.forward(KEPT_FOR + SECOND)
        await delivery_of(desk, receivers).trim()
    assert desk.store.contents.deliveries == ()


async def test_a_secret_that_cannot_be_decrypted_is_a_failure(desk: Desk, receivers: FakeReceivers) -> None:
    """Nothing is sent unsigned; the delivery says why, and is tried again."""
    made = await register(desk, receivers)
    await change(desk, "a")
    async with desk.store.unit_of_work() as work:
        await work.webhooks.put(made.webhook.resealed([b"damaged"]))
        await work.commit()
    await delivery_of(desk, receivers).deliver(made.webhook.id)
    [delivery] = desk.store.contents.deliveries
    assert (receivers.sent, delivery.state, delivery.reason and delivery.reason.code) == (
        [],
        DeliveryState.PENDING,
        "webhook-secret-unreadable",
    )


async def test_a_secret_that_cannot_be_decrypted_is_replaced_at_once(desk: Desk, receivers: FakeReceivers) -> None:
    """It could sign nothing for the next 24 hours; the new one signs alone."""
    made = await register(desk, receivers)
    await change(desk, "a")
    async with desk.store.unit_of_work() as work:
        await work.webhooks.put(made.webhook.resealed([b"damaged"]))
        await work.commit()
    rotated = await webhooks_of(desk, receivers).rotate(made.webhook.id, CLI_ACTOR)
    await delivery_of(desk, receivers).deliver(made.webhook.id)
    [(_, headers, body)] = receivers.sent
    assert Receiver(rotated.secret.reveal()).verify(body, dict(headers))
    assert len(headers["webhook-signature"].split()) == 1


async def test_secrets_follow_the_master_key(desk: Desk, receivers: FakeReceivers) -> None:
    """A rotation counts them, and what is sealed anew still signs."""
    made = await register(desk, receivers)
    assert sum(entry.count for entry in (await desk.rotation.rotate()).under) == 1
    await change(desk, "a")
    await delivery_of(desk, receivers).deliver(made.webhook.id)
    [(_, headers, body)] = receivers.sent
    assert Receiver(made.secret.reveal()).verify(body, dict(headers))
