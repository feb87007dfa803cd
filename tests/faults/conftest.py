"""A database for the fault tests, and the programs that work on it."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.services.import_plan import ImportOptions
from tests.support.preloaded import module
from tests.support.stores import upgraded
from tests.support.writing_programs import declared, registration_in


@pytest.fixture
def database(tmp_path: Path) -> str:
    """The URL of an embedded database with one provider."""

    async def fill() -> None:
        store = SqlStore(url)
        await registration_in(store).register(declared(1, 0), ImportOptions(), CLI_ACTOR)
        await store.close()

    url = upgraded(tmp_path / "desk.db")
    asyncio.run(fill())
    return url


@pytest.fixture
def start() -> Callable[..., "subprocess.Popen[str]"]:
    """Starts one of the programs and waits until it is about to write."""

    def started(*words: str) -> "subprocess.Popen[str]":
        process = module("tests.support.writing_programs", *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    return started
