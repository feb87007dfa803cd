"""Counting requests beside the hot path, and who depends on what."""

from asyncio import run
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import ProviderNotFound, StorageBusy, UseNotFound
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.dependents import EVERYTHING, MOST_CONSUMERS, OTHERS, Dependency
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, Slug
from modeldesk.domain.ports.unit_of_work import UnitOfWork
from modeldesk.domain.services.dependents import MOST_PENDING, Dependents, RequestCounts
from modeldesk.domain.services.import_plan import DisplacedModel, ImportPlan, Update
from modeldesk.domain.services.use_plan import UsePlan, UseUpdate
from tests.support.samples import Desk, chat, lists, provider, select_model

ACME = Slot(Slug("acme"), CapabilityName("chat"))
CHATTING = Use(UseName("support-chat"), CapabilityName("chat"), Slug("acme"))


@pytest.fixture
def desk(desk: Desk) -> Desk:
    run(desk.put(*(provider(name, capabilities=chat("large")) for name in ("acme", "other"))))
    run(desk.uses.put(CHATTING, CLI_ACTOR))
    return desk


@pytest.fixture
def counts(desk: Desk) -> RequestCounts:
    return RequestCounts(desk.store.unit_of_work, desk.clock)


def dependents(desk: Desk) -> Dependents:
    return Dependents(desk.store, desk.store, desk.clock)


async def test_requests_are_written_together(desk: Desk, counts: RequestCounts) -> None:
    """Nothing is written before, nothing twice, and nothing where nobody asked."""
    for _ in range(3):
        counts.count("nightly", "shop", "support-chat")
    counts.count("nightly", "", "acme/chat")
    assert await dependents(desk).all() == []
    await counts.write()
    kept = desk.store.contents.dependents
    await counts.write()
    assert desk.store.contents.dependents is kept
    assert [(one.consumer, one.asked, one.requests_30d) for one in await dependents(desk).all()] == [
        ("", "acme/chat", 1),
        ("shop", "support-chat", 3),
    ]


async def test_what_could_not_be_written_is_written_later(desk: Desk) -> None:
    """With what was counted meanwhile."""
    is_busy = True

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[UnitOfWork]:
        if is_busy:
            raise StorageBusy
        async with desk.store.unit_of_work() as work:
            yield work

    counts = RequestCounts(unit_of_work, desk.clock)
    counts.count("nightly", "", "acme/chat")
    with pytest.raises(StorageBusy):
        await counts.write()
    counts.count("nightly", "", "acme/chat")
    is_busy = False
    await counts.write()
    assert [one.requests_30d for one in await dependents(desk).all()] == [2]


async def test_a_hostile_caller_fills_neither_memory_nor_table(desk: Desk, counts: RequestCounts) -> None:
    """One that sends a new name with each request, over several writes."""
    for round_ in range(3):
        for number in range(MOST_PENDING + 100):
            counts.count("hostile", f"{round_}-{number}", "acme/chat")
        counts.count("good", "", "acme/chat")
        await counts.write()
    found = await dependents(desk).all()
    assert len([one for one in found if one.token == "hostile"]) == MOST_CONSUMERS + 2
    assert sum(one.requests_30d for one in found if one.token == "hostile") == 3 * (MOST_PENDING + 100)
    [others] = [one for one in found if (one.token, one.consumer, one.asked) == ("hostile", OTHERS, EVERYTHING)]
    assert others.requests_30d == 3 * 100
    assert Dependency("good", OTHERS, EVERYTHING) in desk.store.contents.dependents


async def test_old_counts_are_deleted_now_and_then(desk: Desk, counts: RequestCounts) -> None:
    """Once an hour, with the next write."""
    counts.count("nightly", "", "acme/chat")
    await counts.write()
    desk.clock.now += timedelta(days=31)
    counts.count("nightly", "", "other/chat")
    await counts.write()
    assert list(desk.store.contents.dependents) == [Dependency("nightly", "", "other/chat")]


async def test_counts_are_kept_for_thirty_days(desk: Desk, counts: RequestCounts) -> None:
    """And looked through once an hour, not with each write."""

    async def kept_after(passed: timedelta) -> list[str]:
        desk.clock.now += passed
        counts.count("nightly", "", "other/chat")
        await counts.write()
        return sorted(dependency.asked for dependency in desk.store.contents.dependents)

    counts.count("nightly", "", "acme/chat")
    await counts.write()
    assert await kept_after(timedelta(days=30)) == ["acme/chat", "other/chat"]
    assert await kept_after(timedelta(minutes=20)) == ["acme/chat", "other/chat"]
    assert await kept_after(timedelta(minutes=39)) == ["acme/chat", "other/chat"]
    assert await kept_after(timedelta(minutes=1)) == ["other/chat"]


async def test_what_is_known_is_counted_on_where_no_more_is_held(desk: Desk, counts: RequestCounts) -> None:
    """Between two writes: a caller with many names takes nobody's count away."""
    counts.count("good", "shop", "acme/chat")
    for number in range(MOST_PENDING):
        counts.count("hostile", f"{number}", "acme/chat")
    counts.count("good", "shop", "acme/chat")
    await counts.write()
    [good] = [one for one in await dependents(desk).all() if one.token == "good"]
    assert (good.consumer, good.asked, good.requests_30d) == ("shop", "acme/chat", 2)


async def test_a_model_that_stayed_active_without_its_capability_has_dependents(desk: Desk, counts: RequestCounts) -> None:
    """Of its provider, which does not offer the capability any more."""
    image = Slot(Slug("acme"), CapabilityName("image"))
    await desk.put(provider("acme", capabilities={**chat("large"), "image": lists()}))
    await desk.selection.select(select_model("painter", of=image), CLI_ACTOR)
    await desk.put(provider("acme", capabilities=chat("large")))
    counts.count("painting", "", image.path)
    await counts.write()
    assert [one.token for one in await dependents(desk).of_provider(Slug("acme"))] == ["painting"]


@pytest.mark.parametrize(
    ("plan", "named"),
    [
        (ImportPlan(), set()),
        (ImportPlan(uses=UsePlan(updated=[UseUpdate(CHATTING, evolve(CHATTING, provider=Slug("other")))])), {"use", "all"}),
        (ImportPlan(uses=UsePlan(updated=[UseUpdate(CHATTING, evolve(CHATTING, version=2))])), set()),
        (ImportPlan(lost=[DisplacedModel(ACME, ModelId("large"))]), {"use", "slot", "all"}),
        (ImportPlan(deactivated=[provider("other")]), {"elsewhere", "all"}),
        (ImportPlan(updated=[Update(provider("other"), provider("other", is_active=False), {})]), {"elsewhere", "all"}),
        (ImportPlan(updated=[Update(provider("other", is_active=False), provider("other", is_active=False), {})]), set()),
        (ImportPlan(updated=[Update(provider("other", is_active=False), provider("other"), {})]), set()),
        (ImportPlan(deactivated=[provider("idle")]), set()),
    ],
    ids=["nothing", "use moved", "use changed", "lost", "pruned", "disabled", "stays disabled", "enabled", "nothing active"],
)
async def test_a_plan_names_whom_it_affects(desk: Desk, counts: RequestCounts, plan: ImportPlan, named: set[str]) -> None:
    """Whose answer it takes away or points elsewhere, and nobody else."""
    await desk.put(provider("idle", capabilities=chat("large")))
    await desk.selection.select(select_model("large", of=Slot(Slug("other"), CapabilityName("chat"))), CLI_ACTOR)
    for token, asked in (("use", "support-chat"), ("slot", "acme/chat"), ("elsewhere", "other/chat"), ("idle", "idle/chat"), ("all", "*")):
        counts.count(token, "", asked)
    await counts.write()
    assert {one.token for one in await dependents(desk).of_plan(plan)} == named


async def test_who_depends_on_what(desk: Desk, counts: RequestCounts) -> None:
    """On a slot also who asks for a use that points at it; on everything who reads all answers."""
    for token, asked in (("use", "support-chat"), ("slot", "acme/chat"), ("elsewhere", "other/chat"), ("all", EVERYTHING)):
        counts.count(token, "", asked)
    await counts.write()
    service = dependents(desk)
    assert {one.token for one in await service.of_use(UseName("support-chat"))} == {"use", "all"}
    assert {one.token for one in await service.of_slot(ACME)} == {"use", "slot", "all"}
    assert {one.token for one in await service.of_provider(Slug("acme"))} == {"use", "slot", "all"}
    assert {one.token for one in await service.of_provider(Slug("other"))} == {"elsewhere", "all"}
    with pytest.raises(UseNotFound):
        await service.of_use(UseName("nobody"))
    for missing in (service.of_slot(Slot(Slug("nobody"), CapabilityName("chat"))), service.of_provider(Slug("nobody"))):
        with pytest.raises(ProviderNotFound):
            await missing
