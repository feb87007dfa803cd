"""The desk that every test of the domain works at."""

import pytest

from tests.support.samples import Desk, store_with_admins


@pytest.fixture
def desk() -> Desk:
    return Desk(store=store_with_admins())
