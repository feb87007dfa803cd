"""The table of requests that were done with a key."""

from sqlalchemy import Boolean, Column, Integer, String, Table

from modeldesk.adapters.persistence.columns import Moment, metadata

completed_requests = Table(
    "completed_requests",
    metadata,
    Column("key_digest", String(64), primary_key=True),
    Column("request_digest", String(64), nullable=False),
    Column("provider", String(64), nullable=False),
    Column("capability", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("is_change", Boolean, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)
