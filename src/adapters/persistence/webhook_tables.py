"""The tables of webhooks: who wants which events, and the outbox."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from modeldesk.adapters.persistence.columns import Moment, metadata

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("url", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("previous", LargeBinary),
    Column("previous_until", Moment),
)

webhook_events = Table(
    "webhook_events",
    metadata,
    Column("webhook", ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True),
    Column("event", String(64), primary_key=True),
)
"""The events that each webhook wants."""

outbox = Table(
    "outbox",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("webhook", ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("event_id", String(64), nullable=False),
    Column("type", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    # NULL after the end of the delivery.
    Column("next_at", Moment),
    Column("attempts", Integer, nullable=False),
    Column("last_at", Moment),
    Column("status", Integer),
    Column("reason", Text),
    Index("outbox_next_at", "next_at"),
    Index("outbox_in_order", "webhook", "subject", "state", "number"),
    sqlite_autoincrement=True,  # numbers are never reused, so that the order of deliveries holds
)
"""One row for each event and each webhook that wanted it at the moment of the change."""
