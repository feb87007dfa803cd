"""What tests of the command line ask for: an empty folder, one with two providers in its database, one where sara may sign in.

The last two are made once by commands, and copied for each test: changing a schema and hashing a password take longer than most tests.
"""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from dependency_injector import providers as injection

from modeldesk.entrypoints.container import Container
from tests.support.cli_folder import CLAUDE, COHERE, PASSWORD, Folder, stand_in
from tests.support.fake_vendors import FakeVendors


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder, in which the test stands, with no setting in the environment."""
    return stand_in(tmp_path, monkeypatch)


@pytest.fixture(scope="session")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose declaration of two providers was imported, to be copied."""
    path = tmp_path_factory.mktemp("imported")
    with pytest.MonkeyPatch.context() as patch:
        made = stand_in(path, patch)
        made.declare(CLAUDE, COHERE)
        made.type("import-providers")
    return path


@pytest.fixture(scope="session")
def signed_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where sara may sign in, to be copied."""
    path = tmp_path_factory.mktemp("signed-up")
    with pytest.MonkeyPatch.context() as patch:
        stand_in(path, patch).type("admin", "create", "sara", "--password-stdin", typed=PASSWORD + "\n")
    return path


@pytest.fixture
def desk(folder: Folder, imported: Path) -> Folder:
    """A folder whose declaration of two providers was imported."""
    copytree(imported, folder.path, dirs_exist_ok=True)
    return folder


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
