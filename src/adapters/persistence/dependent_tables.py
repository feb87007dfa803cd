"""The tables of dependents, and of their requests in each hour."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from modeldesk.adapters.persistence.columns import Moment, metadata

dependents = Table(
    "dependents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token", Text, nullable=False),
    Column("consumer", Text, nullable=False),
    Column("asked", String(130), nullable=False, index=True),
    Column("last_seen_at", Moment, nullable=False, index=True),
    UniqueConstraint("token", "consumer", "asked", name="one_dependency"),
)
"""Tokens by name: what a revoked one asked for is still worth knowing."""

dependent_hours = Table(
    "dependent_hours",
    metadata,
    Column("dependent", ForeignKey("dependents.id", ondelete="CASCADE"), primary_key=True),
    Column("hour", Moment, primary_key=True),
    Column("requests", Integer, nullable=False),
)
