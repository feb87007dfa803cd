"""Real servers over one database, and the token with which a super admin's programs ask them."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.values.texts import SingleLineText
from tests.support.fire_server import Server
from tests.support.stores import admin, database_of
from tests.support.writing_programs import now

TOKEN = "mdk_" + "t" * 43


async def admit(url: str) -> None:
    """A super admin, with a token that may do everything."""
    store = SqlStore(url)
    async with store.unit_of_work() as work:
        await work.accounts.put(evolve(admin("sara"), role=Role.SUPER))
        await work.tokens.add(
            ApiToken(
                credential_digest(TOKEN),
                SingleLineText("fire"),
                SingleLineText("sara"),
                frozenset(Scope),
                now(),
                now() + timedelta(days=1),
                TOKEN[-4:],
            )
        )
        await work.commit()
    await store.close()


def environment(url: str, redis_url: str = "") -> dict[str, str]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("MODELDESK_")}
    return {**own, "MODELDESK_DATABASE_URL": url, **({"MODELDESK_REDIS_URL": redis_url} if redis_url else {})}


def servers_for(kind: str, request: pytest.FixtureRequest, folder: Path, *, fresh: bool = False) -> tuple[str, list[Server]]:
    """SQLite: one server. PostgreSQL with Redis: three. Two workers each."""
    url = database_of(kind, request, folder)
    given = environment(url, request.getfixturevalue("redis_url") if kind == "postgresql" else "")
    return url, [Server(folder, given, fresh) for _ in range(1 if kind == "sqlite" else 3)]
