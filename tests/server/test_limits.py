"""The limits of the server fit those of the system."""

import resource

import pytest

from modeldesk.entrypoints.server.limits import KEPT_FILES, ConnectionLimits, connection_limits, within


@pytest.mark.parametrize("files", [128, 300, 1_024, 4_096, 1_000_000])
def test_connections_stay_below_the_limit_of_open_files(files: int) -> None:
    """With room for databases, vendors and logs; the bounds inside stay in proportion."""
    limits = within(files)
    assert limits.most <= max(16, files - KEPT_FILES)
    assert limits.each < limits.crowded < limits.most <= ConnectionLimits().most


def test_a_low_limit_is_raised() -> None:
    """As far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        limits = connection_limits()
        raised = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert raised > 512 or hard <= 512
        assert limits == within(raised)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
