"""The tables of sign-in by identity providers, and of what signs in once."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from modeldesk.adapters.persistence.columns import Moment, metadata

admin_identities = Table(
    "admin_identities",
    metadata,
    # Together they identify somebody, so an identity belongs to one admin.
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("admin", ForeignKey("admins.name", ondelete="CASCADE"), nullable=False, index=True),
)

used_states = Table(
    "used_sign_in_states",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""States of flows that have signed in, until the flows expire."""

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("admin", ForeignKey("admins.name", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("expires_at", Moment, nullable=False),
)
