"""The desks that the contracts are held against: every adapter of the ports `UnitOfWork` and `Snapshots`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.errors import Reason
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.api_token import ApiToken
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.catalogue.list_state import Failure, ListState, PendingShrink
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, Provider, ProviderConfig, Slot
from modeldesk.domain.model.selection import SlotChange, StoredModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, MultilineText, SingleLineText, Slug

AnyStore = InMemoryStore | SqlStore

NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
CHAT = Slot(Slug("openai"), CapabilityName("chat"))


class StoreFactory:
    """One database, and desks over it: each its own, as a process would have."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self._kept = InMemoryStore()

    def open(self) -> AnyStore:
        return self._kept if self.url is None else SqlStore(self.url)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[AnyStore]:
        desk = self.open()
        try:
            yield desk
        finally:
            await desk.close()


def upgraded(file: Path) -> str:
    """A SQLite database with the present schema, as the program makes it: copied, since it takes 50 ms to make one."""
    file.touch(mode=0o600)
    file.write_bytes(_empty_database())
    return f"sqlite:///{file}"


@cache
def _empty_database() -> bytes:
    async def upgrade(file: Path) -> None:
        store = SqlStore(f"sqlite:///{file}")
        await store.operations.upgrade()
        await store.close()

    with TemporaryDirectory() as folder:
        file = Path(folder) / "desk.db"
        asyncio.run(upgrade(file))
        assert not file.with_name("desk.db-wal").exists(), "everything stands in the file"
        return file.read_bytes()


def of_version(file: Path, version: str) -> None:
    """Makes an SQLite database with the schema of an earlier version, as its own program left it."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        migrate(connection, version)
    engine.dispose()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> StoreFactory:
    return StoreFactory(None) if request.param == "memory" else StoreFactory(emptied_database_of(request.param, request, tmp_path))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database with the current schema, of either kind."""
    return emptied_database_of(request.param, request, tmp_path)


def database_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    return upgraded(folder / "desk.db") if kind == "sqlite" else request.getfixturevalue("postgres_desk_url")


def emptied_database_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The same, for tests that do not change the schema."""
    return upgraded(folder / "desk.db") if kind == "sqlite" else request.getfixturevalue("postgres_emptied_url")


def provider(slug: str = "openai", **fields: object) -> Provider:
    capabilities = {CapabilityName("chat"): Capability(supported=True, models=(DeclaredModel(ModelId("gpt-4o")),))}
    given = {
        "capabilities": capabilities,
        "description": MultilineText("بهترین برای گفتگو\n"),
        "config": ProviderConfig(further={"a": [1, None]}),
    }
    return Provider(Slug(slug), SingleLineText(slug.title()), SingleLineText(slug.title()), **(given | fields))  # type: ignore[arg-type] # fields of a test's choice


def choice(model: str | None, version: int, slot: Slot = CHAT) -> SlotChange:
    at = NOON + timedelta(seconds=version)
    chosen = StoredModel(slot, ModelId(model), model.upper(), None, at, "sara") if model is not None else None
    return SlotChange(slot, version, chosen, at, "sara")


def admin(name: str = "sara") -> Admin:
    return Admin(SingleLineText(name), Role.NORMAL, "a hash", is_active=True, created_at=NOON)


def session(digest: str, of: str = "sara", minutes: int = 10) -> Session:
    return Session(digest, SingleLineText(of), "token", NOON, NOON + timedelta(minutes=minutes), device="Firefox on Linux")


def api_token(digest: str, name: str = "Nightly build", of: str = "sara", **fields: object) -> ApiToken:
    usual = {"scopes": frozenset({Scope.READ, Scope.SELECT}), "created_at": NOON, "expires_at": NOON + timedelta(days=90), "hint": "x4F9"}
    return ApiToken(digest, SingleLineText(name), SingleLineText(of), **(usual | fields))  # type: ignore[arg-type] # fields of a test's choice


def stored_key(slug: str = "openai", owner: str | None = None, **fields: object) -> StoredKey:
    binding = KeyBinding(Slug(slug), owner, f"https://{slug}.example")
    usual = {"sealed": b"\x00sealed\xff", "hint": "x4F9", "fingerprint": "f" * 64, "set_at": NOON, "set_by": "سارا"}
    return StoredKey(binding, **(usual | fields))  # type: ignore[arg-type] # fields of a test's choice


def list_state(slug: str = "openai", **fields: object) -> ListState:
    """One in which everything is said."""
    usual = {
        "digest": "d1",
        "revision": 3,
        "count": 2,
        "fetched_at": NOON,
        "invalidations": 4,
        "is_cleared": True,
        "failure": Failure("vendor-failed", Reason("vendor-said", said="آن‌جا کسی نیست", status=503), "d1", NOON + timedelta(minutes=5)),
        "shrunk": PendingShrink("ids", 1),
    }
    return ListState(Slug(slug), **(usual | fields))  # type: ignore[arg-type] # fields of a test's choice
