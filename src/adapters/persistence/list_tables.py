"""The tables of live lists: their states, the lists themselves, and what changed in them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, String, Table, Text

from modeldesk.adapters.persistence.columns import Moment, metadata

vendor_lists = Table(
    "vendor_lists",
    metadata,
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
    # Empty for the shared list: a part of a primary key cannot be null.
    Column("owner", Text, primary_key=True),
    Column("digest", String(32), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("fetched_at", Moment),
    Column("invalidations", Integer, nullable=False),
    Column("is_cleared", Boolean, nullable=False),
    Column("failure_code", String(64)),
    Column("failure_reason", Text),
    Column("failure_digest", String(32)),
    Column("failed_at", Moment),
    Column("shrunk_digest", String(32)),
    Column("shrunk_count", Integer),
    Column("asked_at", Moment),
)
"""The states of live lists: the shared one of each provider, and those read with personal keys. The lists are in a table of their own: they are large, and seldom read."""

list_contents = Table(
    "list_contents",
    metadata,
    Column("provider", String(64), primary_key=True),
    Column("owner", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("models", LargeBinary, nullable=False),
    ForeignKeyConstraint(["provider", "owner"], ["vendor_lists.provider", "vendor_lists.owner"], ondelete="CASCADE"),
)
"""The last good lists, as compressed JSON."""

model_changes = Table(
    "model_changes",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), nullable=False, index=True),
    Column("model_id", String(200), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("before", Text),
    Column("after", Text),
    sqlite_autoincrement=True,  # ids are never reused, so that pages of the log stay stable
)
"""What changed between two accepted lists of everybody; `before` and `after` are JSON."""

missing_models = Table(
    "missing_models",
    metadata,
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
    Column("model_id", String(200), primary_key=True),
    Column("lists", Integer, nullable=False),
    Column("facts", Text, nullable=False),
)
"""Models that the last list did not have and that are not removed yet. `facts` is what was last known, as JSON."""

refresh_plans = Table(
    "refresh_plans",
    metadata,
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
    Column("next_at", Moment, nullable=False),
    Column("planned_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False),
)
"""When the shared lists are refreshed next by schedule."""

observed_health = Table(
    "observed_health",
    metadata,
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
    Column("capability", String(64), primary_key=True),
    Column("model_id", String(200), nullable=False),
    Column("state", String(32), nullable=False),
)
"""The health of active models at the last look."""

leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", Moment, nullable=False),
)
"""Which instance may do what only one may do at a time, and until when."""
