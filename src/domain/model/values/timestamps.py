"""Timestamps in RFC 3339."""

from datetime import UTC, datetime

from modeldesk.domain.errors import InvalidValue


def parse_timestamp(text: str) -> datetime:
    """An RFC 3339 timestamp or a date, which means midnight. Without a zone it is UTC. Raises InvalidValue."""
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue("timestamp-unreadable") from None


def format_timestamp(at: datetime) -> str:
    """The timestamp in RFC 3339, in UTC, with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
