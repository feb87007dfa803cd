"""What cannot be written down in either database, not even by hand."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import IntegrityError

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.use import Use, UseChange, UseName
from tests.support.stores import CHAT, NOON, choice, provider

SUPPORT = Use(UseName("support"), CHAT.capability, CHAT.provider)


def at_desk(url: str, story: Callable[[SqlStore], Awaitable[None]]) -> None:
    async def reported() -> None:
        store = SqlStore(url)
        try:
            await story(store)
        finally:
            await store.close()

    asyncio.run(reported())


REFUSED = {
    "unique": [
        "INSERT INTO active_models (provider, capability, model_id, slot_version) VALUES ('openai', 'chat', 'gpt-4o', 2)",
        "INSERT INTO active_models (provider, capability, model_id, slot_version) VALUES ('openai', 'chat', 'gpt-5', 2)",
        "UPDATE slot_history SET version = 1",
        "INSERT INTO uses (name, description, provider, capability, fallbacks, version, imported_values)"
        " VALUES ('support', '', 'openai', 'chat', '[]', 2, '')",
    ],
    "foreign key": [
        "INSERT INTO active_models (provider, capability, model_id, slot_version) VALUES ('openai', 'image', 'not stored', 1)",
        "UPDATE active_models SET model_id = 'not stored'",
        "UPDATE active_models SET capability = 'image'",
        "UPDATE stored_models SET model_id = 'renamed' WHERE model_id = 'gpt-5'",
        "UPDATE stored_models SET provider = 'nobody' WHERE model_id = 'gpt-4o'",
        "DELETE FROM stored_models WHERE model_id = 'gpt-5'",
        "DELETE FROM providers",
        "UPDATE slot_history SET provider = 'nobody'",
        "INSERT INTO sessions (digest, admin, csrf_token, created_at, expires_at, address, used_at)"
        " VALUES ('d', 'nobody', 't', '2026-01-01', '2026-01-02', '', '2026-01-01')",
        "INSERT INTO api_tokens (digest, name, name_key, owner, scopes, created_at, expires_at, hint)"
        " VALUES ('d', 'a', 'a', 'nobody', 'read', '2026-01-01', '2026-01-02', 'abcd')",
        "INSERT INTO vendor_lists (provider, owner, digest, revision, count, invalidations, is_cleared) VALUES ('nobody', '', '', 0, 0, 1, true)",
        "INSERT INTO list_contents (provider, owner, revision, models) VALUES ('openai', '', 1, '')",
        "INSERT INTO provider_keys (provider, owner, origin, sealed, hint, fingerprint, set_at, set_by, is_suspended)"
        " VALUES ('nobody', '', 'https://a.example', '', '', '', '2026-01-01', 'sara', false)",
        "INSERT INTO uses (name, description, provider, capability, fallbacks, version, imported_values)"
        " VALUES ('a', '', 'nobody', 'chat', '[]', 1, '')",
        "UPDATE use_history SET provider = 'nobody'",
    ],
    "check": [
        "UPDATE active_models SET slot_version = 0",
        "UPDATE slot_history SET version = 0 WHERE version = 1",
        "UPDATE slot_history SET model_id = NULL",
        "INSERT INTO admins (name, role, password_hash, is_active, created_at) VALUES ('a', 'root', 'h', true, '2026-01-01')",
        "UPDATE uses SET version = 0",
        "UPDATE use_history SET version = 0",
        "UPDATE use_history SET capability = NULL",
        "INSERT INTO generations (id, catalogue, choices, access) VALUES (2, 0, 0, 0)",
        "INSERT INTO set_up_token (id, digest, expires_at) VALUES (2, 'd', '2026-01-01')",
    ],
    "not null": ["UPDATE uses SET provider = NULL", "UPDATE uses SET capability = NULL"],
}
"""By the kind of constraint that each breaks: a row that lacks a column says nothing of the others."""


def test_refused(database: str) -> None:
    """A second active model, a dangling one, a model or provider taken from under one, a step of the history twice, a session of nobody; lists, keys and uses of nobody, and a use that points at two slots or at none."""

    async def story(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("openai")])
            for step in (choice("gpt-4o", 1), choice("gpt-5", 2)):
                await work.choices.record(step)
            await work.uses.record(UseChange(SUPPORT.name, 1, SUPPORT, NOON, "sara"))
            await work.commit()
        before = await store.current()
        otherwise = dict[str, str]()
        for kind, statement in ((kind, statement) for kind, statements in REFUSED.items() for statement in statements):
            async with store.unit_of_work() as work:
                try:
                    await work.transaction.run(lambda connection, refused=statement: connection.exec_driver_sql(refused))  # type: ignore[misc]
                    said = "written"
                except IntegrityError as refusal:
                    said = str(refusal.orig)
            if f"{kind} constraint" not in said.lower().replace("-", " "):
                otherwise[statement] = said
        assert otherwise == {}
        assert await store.current() == before

    at_desk(database, story)


def test_a_broken_key_commits_nothing(database: str) -> None:
    """What waited together with it is not written either, and trying the commit again does not leave the bad part out."""

    async def story(store: SqlStore) -> None:
        async with store.unit_of_work() as work:
            await work.providers.put([provider("cohere")])
            await work.choices.record(choice("gpt-4o", 1))  # of openai, which is not there
            for _ in range(2):
                with pytest.raises(Exception, match=r"(?i)foreign key|transaction"):
                    await work.commit()
        assert (await store.current()).providers == {}
        async with store.unit_of_work() as work:
            await work.providers.put([provider("cohere")])
            await work.commit()
        assert set((await store.current()).providers) == {"cohere"}

    at_desk(database, story)
