"""What the audit log promises, whoever keeps the desk."""

from datetime import timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from modeldesk.domain.model.audit import Action, AuditEntry, AuditQuery
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability
from modeldesk.domain.model.values.pricing import Pricing
from modeldesk.domain.model.values.texts import ModelId
from tests.support.stores import NOON, AnyStore, StoreFactory

MINUTE = timedelta(minutes=1)
FIRST = AuditEntry(NOON, "سارا", "192.0.2.7", "nightly", Action.KEY_SET, "openai", None, {"owner": None, "hint": "x4F9"})
SECOND = AuditEntry(NOON + MINUTE, "cli", "", None, Action.MODEL_SELECTED, "openai/chat", {"model_id": None}, {"model_id": "gpt-5"})
THIRD = AuditEntry(NOON + 2 * MINUTE, "nima", "::1", None, Action.MODEL_SELECTED, "openai-eu/chat", {"model_id": "a"}, {"model_id": "b"})
FOURTH = AuditEntry(NOON + 3 * MINUTE, "", "::1", None, Action.SIGN_IN_FAILED, "nima")
ALL = (FIRST, SECOND, THIRD, FOURTH)


async def add(store: AnyStore, *entries: AuditEntry) -> None:
    async with store.unit_of_work() as work:
        await work.audit.add(entries)
        await work.commit()


async def reported(store: AnyStore, **wanted: object) -> list[AuditEntry]:
    """Without their ids."""
    return [evolve(entry, id=None) for entry in await store.audit_entries(AuditQuery(**wanted))]  # type: ignore[arg-type] # a test's choice


async def test_entries_come_back_as_they_were_written(stores: StoreFactory) -> None:
    """The newest first, with ids that grow; added one by one or together, in another process too; no number is raised."""
    async with stores.opened() as store:
        before = (await store.current()).generation
        await add(store, FIRST)
        await add(store, SECOND, THIRD)
        await add(store)
        await add(store, FOURTH)
        assert (await store.current()).generation == before
    async with stores.opened() as store:
        assert await reported(store) == list(reversed(ALL))
        ids = [entry.id or 0 for entry in await store.audit_entries(AuditQuery())]
        assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"by": "cli"}, [SECOND]),
        ({"by": "CLI"}, []),
        ({"action": Action.MODEL_SELECTED}, [THIRD, SECOND]),
        ({"subject": "openai"}, [SECOND, FIRST]),
        ({"subject": "openai/chat"}, [SECOND]),
        ({"subject": "openai%"}, []),
        ({"subject": "open_i"}, []),
        ({"since": NOON + MINUTE}, [FOURTH, THIRD, SECOND]),
        ({"until": NOON + MINUTE}, [FIRST]),
        ({"since": NOON + MINUTE, "until": NOON + 3 * MINUTE, "action": Action.MODEL_SELECTED, "by": "nima"}, [THIRD]),
        ({"limit": 2}, [FOURTH, THIRD]),
    ],
)
async def test_what_is_wanted_is_found(stores: StoreFactory, wanted: dict[str, object], found: list[AuditEntry]) -> None:
    """Every member narrows; a provider stands for its slots, and not for another that begins like it."""
    async with stores.opened() as store:
        await add(store, *ALL)
        assert await reported(store, **wanted) == found


async def test_pages_follow_one_another(stores: StoreFactory) -> None:
    """By the id of the last entry that was read: what is written meanwhile moves nothing."""
    async with stores.opened() as store:
        await add(store, *ALL)
        page = await store.audit_entries(AuditQuery(limit=3))
        await add(store, FIRST)
        rest = await store.audit_entries(AuditQuery(limit=3, older_than=page[-1].id))
        assert [evolve(entry, id=None) for entry in (*page, *rest)] == list(reversed(ALL))


async def test_without_commit_nothing_was_done(stores: StoreFactory) -> None:
    """An entry goes with its change."""
    async with stores.opened() as store:
        async with store.unit_of_work() as work:
            await work.audit.add([FIRST, SECOND])
        async with store.unit_of_work() as work:
            await work.audit.add([FIRST])
        assert await reported(store) == []


async def test_values_of_the_domain_are_told_as_they_are_declared(stores: StoreFactory) -> None:
    """As JSON, prices exactly."""
    dear = DeclaredModel(ModelId("dear"), pricing=Pricing(amounts={"prompt": Decimal("2.5")}))
    chat = Capability(supported=True, models=(DeclaredModel(ModelId("plain")), dear))
    async with stores.opened() as store:
        await add(store, evolve(FIRST, before={"capabilities.chat": None}, after={"capabilities.chat": chat}))
        ((entry,),) = (await reported(store),)
        assert entry.before == {"capabilities.chat": None}
        priced = {"id": "dear", "pricing": {"currency": "USD", "unit": "1M tokens", "prompt": "2.50"}}
        assert entry.after == {
            "capabilities.chat": {"supported": True, "has_dynamic_models": False, "description": "", "models": ["plain", priced]}
        }
