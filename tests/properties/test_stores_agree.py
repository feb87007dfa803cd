"""Memory, SQLite and PostgreSQL agree step by step: the same answers or the same refusals, the same snapshot, the same history.

Each store has services of its own; their clocks tick alike. A store may be closed and opened again between any two steps.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.admin import Admin, Role
from modeldesk.domain.model.access.login_attempts import FailureCount
from modeldesk.domain.model.access.session import Session
from modeldesk.domain.model.access.setup_token import SetupToken
from modeldesk.domain.model.catalogue.list_state import ListState
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.ports.unit_of_work import UnitOfWork
from tests.support import strategies
from tests.support.counts import count
from tests.support.desk_operations import Import, ListModels, Select, ShowOverview
from tests.support.desk_services import TickingClock
from tests.support.opened_stores import Opened, Places
from tests.support.operation import Operation
from tests.support.operation_strategies import FIRST_DECLARATIONS, OPERATIONS
from tests.support.use_operations import ResolveAll

Write = Callable[[UnitOfWork], Awaitable[object]]


class NeverMind(Exception):
    """Somebody leaves a unit of work in the middle."""


def _moment(minutes: int) -> Any:
    return TickingClock().now + timedelta(minutes=minutes, microseconds=1)


ADMINS = st.sampled_from(["ann", "سارا"])
DIGESTS = st.sampled_from(["d1", "d2", "d3"])
COUNTS = st.builds(FailureCount, DIGESTS, st.integers(0, 9), st.integers(-5, 5).map(_moment))


class StoresMachine(RuleBasedStateMachine):
    places: ClassVar[Places]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.ending = ExitStack()
        self.stores = self.places.opened(self.ending)

    def all_of(self, deed: Callable[[Opened], Awaitable[Any]]) -> Any:
        """What every store answers; that it is the same is what this is about."""
        answers = {name: self.loop.get_loop().run_until_complete(deed(store)) for name, store in self.stores.items()}
        for name, answer in answers.items():
            assert answer == answers["memory"], f"{name} answers {answer}, memory {answers['memory']}"
        return answers["memory"]

    @initialize(declared=FIRST_DECLARATIONS)
    def providers_are_imported(self, declared: Any) -> None:
        self.done(Import(declared, "ann"))

    @rule(operation=OPERATIONS)
    def done(self, operation: Operation) -> None:
        self.all_of(lambda store: store.reported(operation))

    @rule(providers=st.lists(strategies.providers(), max_size=3, unique_by=lambda provider: provider.slug))
    def stored(self, providers: Sequence[Provider]) -> None:
        """Whatever the rules of a provider let pass."""
        self.written(lambda work: work.providers.put(providers))

    @rule(which=st.integers(0), capability=strategies.capability_names(), model=strategies.model_ids(), name=st.none() | strategies.lines())
    def selected(self, which: int, capability: str, model: str, name: str | None) -> None:
        """Whatever the rules of an id and a name let pass, at any provider that there is."""
        there = self.all_of(_slugs)
        self.done(Select((there[which % len(there)], capability), model, "ann", name))

    @rule(name=ADMINS, role=st.sampled_from(Role), is_active=st.booleans(), password_hash=st.sampled_from(["h1", "h2"]))
    def an_admin_is_put(self, name: str, role: Role, is_active: bool, password_hash: str) -> None:
        self.written(lambda work: work.accounts.put(Admin(name, role, password_hash, is_active, _moment(0))))

    @rule(digest=DIGESTS, which=st.integers(0), minutes=st.integers(-5, 5))
    def a_session_begins(self, digest: str, which: int, minutes: int) -> None:
        snapshot = self.all_of(lambda store: store.store.current())
        names, taken = sorted(snapshot.access.admins), digest in snapshot.access.sessions
        if names and not taken:
            session = Session(digest, names[which % len(names)], f"token of {digest}", _moment(0), _moment(minutes))
            self.written(lambda work: work.sessions.begin(session))

    @rule(digest=DIGESTS)
    def a_session_ends(self, digest: str) -> None:
        self.written(lambda work: work.sessions.end(digest))

    @rule(name=ADMINS)
    def sessions_of_an_admin_end(self, name: str) -> None:
        self.written(lambda work: work.sessions.end_all(name))

    @rule(minutes=st.integers(-5, 5), unused=st.integers(-5, 5))
    def what_ended_is_forgotten(self, minutes: int, unused: int) -> None:
        self.written(lambda work: work.sessions.forget_ended(_moment(minutes), _moment(unused)))

    @rule(digest=DIGESTS, minutes=st.integers(-5, 5))
    def a_session_is_used(self, digest: str, minutes: int) -> None:
        self.written(lambda work: work.sessions.record_use(digest, _moment(minutes)))

    @rule(counts=st.lists(COUNTS, max_size=3, unique_by=lambda count: count.digest))
    def attempts_are_counted(self, counts: Sequence[FailureCount]) -> None:
        self.written(lambda work: work.attempts.put(counts))

    @rule(minutes=st.integers(-5, 5), most=st.integers(0, 3))
    def attempts_are_forgotten(self, minutes: int, most: int) -> None:
        self.written(lambda work: work.attempts.forget(_moment(minutes), most))

    @rule(token=st.none() | st.builds(SetupToken, DIGESTS, st.integers(-5, 5).map(_moment)))
    def a_setup_token_is_put(self, token: SetupToken | None) -> None:
        self.written(lambda work: work.setup.put(token))

    @rule(which=st.integers(0), state=strategies.list_states(), models=st.none() | strategies.vendor_lists())
    def a_list_is_put(self, which: int, state: ListState, models: VendorList | None) -> None:
        """With the list or without; what is found by any revision afterwards is the same, or nothing."""
        there = self.all_of(_slugs)
        # A state tells the truth of its list, or tells of none: `check` would find it out. Stamp 0 is no list's.
        reported = {"revision": max(state.revision, 1), "count": len(models.models)} if models is not None else {"revision": 0, "count": 0}
        state = evolve(state, provider=there[which % len(there)], **reported)

        async def put(store: Any) -> None:
            packed = await store.store.serialized(models) if models is not None else None
            async with store.store.unit_of_work() as work:
                await work.lists.put(state, packed)
                await work.commit()

        self.all_of(put)
        found = [self.all_of(lambda store, at=revision: store.store.models(evolve(state, revision=at))) for revision in range(6)]
        if models is not None:
            assert found[state.revision] == models
        assert sum(entry is not None for entry in found) <= 1

    @rule(which=st.integers(0), data=st.data())
    def a_key_is_put(self, which: int, data: st.DataObject) -> None:
        there = self.all_of(_slugs)
        key = data.draw(strategies.stored_keys(there[which % len(there)]))
        self.written(lambda work: work.keys.put(key))

    @rule(which=st.integers(0), owner=st.none() | ADMINS)
    def a_key_is_deleted(self, which: int, owner: str | None) -> None:
        there = self.all_of(_slugs)
        self.written(lambda work: work.keys.delete(there[which % len(there)], owner))

    @rule(which=st.integers(0))
    def keys_are_set_aside(self, which: int) -> None:
        there = self.all_of(_slugs)
        self.written(lambda work: work.keys.suspend(there[which % len(there)]))

    @rule(provider=strategies.providers(), raising=st.booleans())
    def somebody_leaves_without_commit(self, provider: Provider, raising: bool) -> None:
        """By an error or without one: nothing that was written in the unit of work stands afterwards."""

        async def left(store: Opened) -> tuple[bool, bool]:
            before = await store.store.current()
            try:
                async with store.store.unit_of_work() as work:
                    await work.providers.put(
                        [provider, *(evolve(each, is_active=not each.is_active) for each in await work.providers.all())]
                    )
                    await work.accounts.put(Admin("nobody", Role.NORMAL, "h", True, _moment(0)))
                    seen_within = await work.providers.get(provider.slug) == provider
                    if raising:
                        raise NeverMind
            except NeverMind:
                pass
            return seen_within, await store.store.current() == before

        assert self.all_of(left) == (True, True)

    @rule(which=st.sampled_from(["memory", "sqlite", "postgresql"]))
    def a_store_is_opened_again(self, which: str) -> None:
        if which in self.stores:
            self.loop.run(self.stores[which].reopen())

    def written(self, write: Write) -> None:
        async def deed(store: Opened) -> None:
            async with store.store.unit_of_work() as work:
                await write(work)
                await work.commit()

        self.all_of(deed)

    @invariant()
    def they_hold_the_same(self) -> None:
        self.all_of(lambda store: store.looked_through())
        self.all_of(lambda store: store.at_the_door())

    @invariant()
    def they_show_the_same(self) -> None:
        for look in (ListModels(), ShowOverview(), ResolveAll()):
            self.done(look)

    def teardown(self) -> None:
        for store in self.stores.values():
            if isinstance(store.store, SqlStore):
                assert self.loop.run(store.store.operations.check()) == []
            self.loop.run(store.close())
        self.loop.close()
        self.ending.close()


async def _slugs(store: Opened) -> list[str]:
    return list((await store.store.current()).providers)


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with the present schema, closed, to be copied."""
    file = tmp_path_factory.mktemp("template") / "desk.db"

    async def make() -> None:
        store = SqlStore(f"sqlite:///{file}")
        await store.operations.upgrade()
        await store.close()

    asyncio.run(make())
    return file


def agreed(places: Places, examples: int) -> None:
    class Machine(StoresMachine):
        pass

    Machine.places = places
    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, deadline=None))


def test_memory_and_sqlite_agree(sqlite_template: Path, tmp_path: Path) -> None:
    """On every machine. An example takes a hundred times as long as one in memory."""
    agreed(Places(sqlite_template, tmp_path, None), count(2, 200))


def test_memory_sqlite_and_postgresql_agree(sqlite_template: Path, tmp_path: Path, postgres_server: str, postgres_template: str) -> None:
    """Where there is a PostgreSQL."""
    agreed(Places(sqlite_template, tmp_path, (postgres_server, postgres_template)), count(2, 200))
