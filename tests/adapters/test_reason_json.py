"""Reasons as JSON, in a column that once held plain lines."""

from datetime import UTC, datetime

import pytest

from modeldesk.adapters.reason_json import read_reason, written_reason
from modeldesk.domain.errors import Reason


@pytest.mark.parametrize(
    "reason",
    [
        Reason("no-answer-in-time"),
        Reason("vendor-said", said='نه {"code"}\n', status=500),
        Reason("no-answer-within", seconds=0.5),
        Reason("vendor-said-instead", reason=Reason("list-too-long", most=20_000), said="x"),
        Reason("vendor-status", status=429, retry_at=datetime(2026, 11, 24, 12, 30, tzinfo=UTC)),
        Reason("unknown-key", key="x", nearest=None, known=("a", "b")),
    ],
)
def test_a_reason_comes_back_as_it_was_written(reason: Reason) -> None:
    """With its numbers, its lists and the reasons inside."""
    assert read_reason(written_reason(reason)) == reason


@pytest.mark.parametrize(
    "line",
    [
        *("no answer in time", "", "[1]", "5", "null", '{"code": 5}', '{"facts": {}}', '{"code": "x", "facts": []}', "[" * 100_000),
        *('{"code": 5, "facts": {}}', '{"code": [], "facts": {}}', '{"code": "x", "facts": {"said": {"code": 5, "facts": {}}}}'),
        *(
            '{"code": "x", "facts": {"status": 1e300}}',
            '{"code": "x", "facts": {"status": NaN}}',
            '{"code": "x", "facts": {"status": true}}',
        ),
        *('{"code": "x", "facts": {"known": [{}]}}', '{"code": "x", "facts": {"retry_at": {"moment": "2026-11-24T12:30:00"}}}'),
    ],
)
def test_a_line_of_an_earlier_version_is_a_fact(line: str) -> None:
    """Whatever it looks like."""
    assert read_reason(line) == Reason("recorded-earlier", said=line)
