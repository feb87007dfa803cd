"""Fixtures for tests of the command line: an empty folder, one with an empty database, one with providers, one where sara may sign in.

All but the first are created once by commands, and copied for each test: migrations and password hashes take longer than most tests.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from shutil import copytree

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.metadata.models_dev import shipped_catalogue
from modeldesk.entrypoints.container import Container
from tests.support.app import cheap_hasher
from tests.support.cli_folder import CLAUDE, COHERE, PASSWORD, Folder, stand_in
from tests.support.fake_vendors import FakeVendors


@pytest.fixture(scope="session", autouse=True)
def quick_commands() -> Iterator[None]:
    """Commands of this process hash passwords at a low cost, and read the catalogue that ships once for all of them."""
    Container.metadata.add_kwargs(shipped=cache(shipped_catalogue))
    with Container.hasher.override(cheap_hasher()):
        yield
    Container.metadata.clear_kwargs()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder, in which the test stands, with no setting in the environment."""
    return stand_in(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an empty database, to be copied."""
    path = tmp_path_factory.mktemp("upgraded")
    with pytest.MonkeyPatch.context() as patch:
        stand_in(path, patch).type("db", "upgrade")
    return path


@pytest.fixture
def empty_desk(folder: Folder, upgraded: Path) -> Folder:
    """A folder with an empty database, for tests that are not about creating it."""
    copytree(upgraded, folder.path, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def signed_up(tmp_path_factory: pytest.TempPathFactory, upgraded: Path) -> Path:
    """A folder where sara may sign in, to be copied."""
    path = copytree(upgraded, tmp_path_factory.mktemp("signed-up"), dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        stand_in(path, patch).type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    return path


@pytest.fixture
def desk(folder: Folder, declare_and_import: Callable[..., None]) -> Folder:
    """A folder whose declaration of two providers was imported."""
    declare_and_import(folder, CLAUDE, COHERE)
    return folder


@pytest.fixture(scope="session")
def declare_and_import(tmp_path_factory: pytest.TempPathFactory, upgraded: Path) -> Callable[..., None]:
    """A folder into which `import-providers` imported the declaration that `Folder.declare` is given; imported once for each declaration."""
    made = dict[str, Path]()

    def fill(folder: Folder, *providers: object, uses: Sequence[object] | None = None) -> None:
        declaration = json.dumps([providers, uses])
        if declaration not in made:
            path = copytree(upgraded, tmp_path_factory.mktemp("declared"), dirs_exist_ok=True)
            with pytest.MonkeyPatch.context() as patch:
                empty = stand_in(path, patch)
                empty.declare(*providers, uses=uses)
                empty.type("import-providers")
            made[declaration] = path
        copytree(made[declaration], folder.path, dirs_exist_ok=True)

    return fill


@pytest.fixture
def sara(folder: Folder, signed_up: Path) -> Folder:
    """A folder with an empty desk where sara may sign in."""
    copytree(signed_up, folder.path, dirs_exist_ok=True)
    return folder


@pytest.fixture
def vendors() -> Iterator[FakeVendors]:
    """Vendors that every command of this process meets in place of the real ones."""
    written = FakeVendors()
    with Container.vendors.override(injection.Object(written)):
        yield written
