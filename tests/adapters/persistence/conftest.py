"""Fixtures of the tests of databases."""

from pathlib import Path

import pytest

from tests.support.stores import upgraded


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database with the present schema and nothing in it."""
    upgraded(tmp_path / "desk.db")
    return tmp_path / "desk.db"


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"
