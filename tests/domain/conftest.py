"""The desk that every test of the domain works at."""

import pytest

from tests.support.samples import Desk, peopled


@pytest.fixture
def desk() -> Desk:
    return Desk(store=peopled())
