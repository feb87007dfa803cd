"""What every test may ask for. Importing this imports next to nothing: the domain's tests stay quick."""

import asyncio
import atexit
import functools
import gc
import inspect
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.support.emptied_databases import EmptiedDatabases

ROOT = Path(__file__).resolve().parent.parent
HANGS_AFTER = 120.0
"""Seconds."""
ROOM_FOR_FOLDERS = 4 * 2**30
"""Bytes; a whole run takes a tenth of it."""

LONGEST = frozenset(
    ROOT / "tests" / name
    for name in (
        "test_deploy.py", "test_guide.py", "test_installed.py", "test_start.py", "adapters/persistence/test_snapshot_steps.py", "cli/test_bash_quotes.py",
        "cli/test_cli_processes.py", "faults/test_canaries.py", "faults/test_stalls.py", "panel/test_panel_accessibility.py",
        "panel/test_panel_keyboard.py", "panel/test_panel_long_names.py", "panel/test_panel_story.py", "properties/test_breaking_the_rule.py",
        "properties/test_reused_answers_on_postgresql.py", "properties/test_stores_agree.py", "server/test_allocation.py",
    )
)  # fmt: skip
"""Files with tests of several seconds."""

settings.register_profile("dev", max_examples=20, stateful_step_count=20, deadline=None)
settings.register_profile(
    "ci", max_examples=20, stateful_step_count=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "nightly", max_examples=2_000, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def keep_folders_in_memory() -> None:
    """Databases of tests need not outlive a power cut: where there is room in memory, their commits wait for no disk. TMPDIR overrules it."""
    memory = Path("/dev/shm")
    if "TMPDIR" not in os.environ and memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_FOR_FOLDERS:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


def pytest_configure(config: pytest.Config) -> None:
    """A run that is told to end ends as at Ctrl-C: its servers and folders go with it."""
    keep_folders_in_memory()
    if hasattr(config, "workerinput"):
        # A worker has reported everything by then, and Python's own clean-up would take a second.
        atexit.register(os._exit, 0)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # What tests make lives long or goes by itself: looking for cycles as often as usual takes an eighth of the whole run.
    gc.set_threshold(100_000, 50, 50)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of a run is waiting, for processes, servers and a browser. Each worker starts servers of its own."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores + 1, 4)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests come first: at the end of a run, a worker that has nothing left would wait for one of another worker."""
    items.sort(key=lambda item: item.path not in LONGEST)


def pytest_collection_finish() -> None:
    """All that was imported lives to the end: no later search for cycles looks at it."""
    gc.freeze()


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A worker reports the result of a test, and set-up and teardown only if they fail: each message takes a third of the time of a small test."""
    if not hasattr(item.config, "workerinput"):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """An `async def` test runs in an event loop of its own; a property, in one for each example."""
    test = pyfuncitem.obj
    if hasattr(test, "hypothesis"):
        if inspect.iscoroutinefunction(test.hypothesis.inner_test):
            test.hypothesis.inner_test = in_own_loop(test.hypothesis.inner_test)
        return None
    if not inspect.iscoroutinefunction(test):
        return None
    in_own_loop(test)(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
    return True


def in_own_loop(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Calls it to its end. A test that waits for what never comes fails, and says where it waited."""

    @functools.wraps(test)
    def called(*args: Any, **given: Any) -> None:
        async def ended() -> None:
            async with asyncio.timeout(HANGS_AFTER):
                await test(*args, **given)

        asyncio.run(ended())

    return called


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recorded answers of real vendors, which stand beside the checkout on some machines."""
    folder = Path(os.environ.get("MODELDESK_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no recorded data at {folder}; MODELDESK_SHARED_DATA names another place")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server that lives as long as the tests."""
    from tests.support.servers import postgres

    with postgres() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    from tests.support.servers import fresh_database

    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database with the present schema, to be copied: quicker than migrating anew."""
    from modeldesk.adapters.persistence.store import SqlStore
    from tests.support.servers import fresh_database

    async def upgrade(url: str) -> None:
        store = SqlStore(url)
        await store.operations.upgrade()
        await store.close()

    with fresh_database(postgres_server) as url:
        asyncio.run(upgrade(url))
        yield url


@pytest.fixture
def postgres_desk_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of a fresh database with the present schema."""
    from tests.support.servers import fresh_database

    with fresh_database(postgres_server, template=postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def emptied_databases(postgres_server: str, postgres_template: str) -> "Iterator[EmptiedDatabases]":
    from tests.support.emptied_databases import EmptiedDatabases

    with EmptiedDatabases(postgres_server, postgres_template) as databases:
        yield databases


@pytest.fixture
def postgres_emptied_url(emptied_databases: "EmptiedDatabases") -> Iterator[str]:
    """The URL of an empty database with the current schema, for tests that do not change the schema. Earlier tests may have used it."""
    with emptied_databases.database() as url:
        yield url


@pytest.fixture(scope="session")
def redis_server_url() -> Iterator[str]:
    """The URL of a real Redis that lives as long as the tests."""
    from tests.support.servers import redis

    with redis() as url:
        yield url


@pytest.fixture
def redis_url(redis_server_url: str) -> str:
    """The same, with nothing of ours in it."""
    from redis import Redis

    with Redis.from_url(redis_server_url) as client:
        if names := list(client.scan_iter("modeldesk:*")):
            client.delete(*names)
    return redis_server_url


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, as `pip install modeldesk` gets it."""
    from tests.support.installed import build_wheel

    return build_wheel(tmp_path_factory.mktemp("wheel"))
