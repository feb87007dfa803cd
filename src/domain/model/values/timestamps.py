"""Points in time as RFC 3339 writes them."""

from datetime import UTC, datetime

from modeldesk.domain.errors import InvalidValue


def parse_timestamp(text: str) -> datetime:
    """A moment as RFC 3339 writes it, or a day, which is its first moment; in UTC where no zone is named. Raises InvalidValue."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue("a moment is written as 2026-11-24 or 2026-11-24T12:30:00Z") from None


def format_timestamp(at: datetime) -> str:
    """As RFC 3339 writes it, in UTC and to the millisecond: the one form in which moments are told."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
