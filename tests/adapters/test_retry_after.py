"""The Retry-After header of vendors, in seconds or as a date."""

from datetime import UTC, datetime

import pytest

from modeldesk.adapters.retry_after import retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None), ("", None), ("0", 0), (" 7 ", 7), ("-1", None), ("1.5", None), ("soon", None), ("9" * 30, None), ("٣", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 30), ("Wed, 21 Oct 2026 07:27:00 GMT", 0), ("Wed, 21 Oct 2026 09:28:00 +0200", 30),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
    ],
)  # fmt: skip
def test_how_retry_after_is_read(value: str | None, seconds: float | None) -> None:
    """RFC 9110, 10.2.3; what is neither of its forms is none."""
    assert retry_after(value, datetime(2026, 10, 21, 7, 27, 30, tzinfo=UTC)) == seconds
