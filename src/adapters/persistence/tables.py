"""The tables. Their keys make invalid states impossible to store:

- `active_models` has one row for each slot (its primary key), so there are never two active models;
- its composite foreign key points at a stored model, so an active one is never dangling.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from modeldesk.adapters.persistence import completed_request_tables, dependent_tables, federation_tables, list_tables, webhook_tables
from modeldesk.adapters.persistence.columns import Moment, metadata

SCHEMA_VERSION = "0027"
"""The migration that this code was written for: alembic's head."""

EARLIER_VERSIONS = tuple(f"{number:04}" for number in range(1, int(SCHEMA_VERSION)))

DECLARED_ELSEWHERE = (completed_request_tables, dependent_tables, federation_tables, list_tables, webhook_tables)
"""Whoever imports this file has the tables of those in the metadata, too."""

providers = Table(
    "providers",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("provider_class", Text, nullable=False),
    Column("api_base_url", Text, nullable=False),
    Column("website", Text, nullable=False),
    Column("logo_url", Text, nullable=False),
    Column("documentation_url", Text, nullable=False),
    # JSON in one column: a provider is always read and written as a whole.
    Column("capabilities", Text, nullable=False),
    Column("config", Text, nullable=False),
    Column("pricing_info", Text, nullable=False),
    Column("translations", Text, nullable=False),
    Column("sort_order", Integer, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("is_recommended", Boolean, nullable=False),
    Column("allow_personal_keys", Boolean, nullable=False),
    Column("allow_shared_for_normal_admins", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("imported_values", Text, nullable=False),
    # Of the entry of a declaration that the row was written from; NULL where anything else wrote it last.
    Column("entry_digest", String(64)),
    # The generation of the catalogue that the row was last written in: who knows an earlier one reads only what is above it.
    Column("changed_in", Integer, nullable=False, index=True, server_default="0"),
)

# Covers what a repeated import reads of the providers, in a hundredth of their pages. PostgreSQL stores long values outside of the row, and needs no index.
Index(
    "ix_providers_imported",
    providers.c.slug,
    providers.c.display_name,
    providers.c.entry_digest,
    sqlite_where=providers.c.entry_digest.is_not(None),
).ddl_if(dialect="sqlite")

stored_models = Table(
    "stored_models",
    metadata,
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
    Column("capability", String(64), primary_key=True),
    Column("model_id", String(200), primary_key=True),
    Column("model_name", Text, nullable=False),
    Column("is_free", Boolean),
    Column("selected_at", Moment, nullable=False),
    Column("selected_by", Text, nullable=False),
)

active_models = Table(
    "active_models",
    metadata,
    Column("provider", String(64), primary_key=True),
    Column("capability", String(64), primary_key=True),
    # NULL where no model is active; the row stays, since it holds the slot's version.
    Column("model_id", String(200)),
    Column("slot_version", Integer, nullable=False),
    # The generation of choices that the row was last written in, so that readers read what is newer than what they have.
    Column("changed_in", Integer, nullable=False, index=True, server_default="0"),
    CheckConstraint("slot_version >= 1", name="counted_from_one"),
    ForeignKeyConstraint(
        ["provider", "capability", "model_id"],
        ["stored_models.provider", "stored_models.capability", "stored_models.model_id"],
        ondelete="RESTRICT",
    ),
)

slot_history = Table(
    "slot_history",
    metadata,
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
    Column("capability", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("model_id", String(200)),
    Column("model_name", Text),
    Column("is_free", Boolean),
    Column("chosen_at", Moment, nullable=False),
    Column("chosen_by", Text, nullable=False),
    Column("restores", Integer),
    CheckConstraint("version >= 1", name="counted_from_one"),
    CheckConstraint("(model_id IS NULL) = (model_name IS NULL)", name="model_whole_or_none"),
)

uses = Table(
    "uses",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("description", Text, nullable=False),
    # One provider and one capability: a use can no more have two models than a slot.
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), nullable=False),
    Column("capability", String(64), nullable=False),
    # JSON: fallbacks are always read and written as a whole.
    Column("fallbacks", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("imported_values", Text, nullable=False),
    CheckConstraint("version >= 1", name="counted_from_one"),
)

use_history = Table(
    "use_history",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("description", Text),
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT")),
    Column("capability", String(64)),
    Column("fallbacks", Text),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("restores", Integer),
    CheckConstraint("version >= 1", name="counted_from_one"),
    CheckConstraint("(provider IS NULL) = (capability IS NULL)", name="use_whole_or_none"),
)

admins = Table(
    "admins",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", String(16), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    # What makes names equal. NULL for an admin of an older version whose name looks like that of an earlier one.
    Column("name_key", Text),
    CheckConstraint("role IN ('super', 'normal')", name="known_role"),
    Index("admins_name_key", "name_key", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("admin", ForeignKey("admins.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf_token", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("address", Text, nullable=False),
    # Not a part of the session's value: it changes every minute, and leaves the generation as it is.
    Column("used_at", Moment, nullable=False),
    Column("device", Text, nullable=False, server_default=""),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    # The name without letter case, which is unique.
    Column("name_key", Text, nullable=False, unique=True),
    Column("owner", ForeignKey("admins.name", ondelete="CASCADE"), nullable=False, index=True),
    # Separated by blanks.
    Column("scopes", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("hint", String(4), nullable=False),
    # NULL for never. Not a part of the token's value, as with sessions.
    Column("used_at", Moment),
    Column("ended_at", Moment),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False, index=True),
)
"""Counts of failed sign-in attempts by the digest of an account's name or of an address."""

setup_token = Table(
    "set_up_token",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("expires_at", Moment, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

provider_keys = Table(
    "provider_keys",
    metadata,
    Column("provider", ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
    # Empty for the shared key: a part of a primary key cannot be null.
    Column("owner", Text, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("hint", String(4), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("is_suspended", Boolean, nullable=False),
    Column("rejected_at", Moment),
    Column("rejection_reason", Text),
    Column("rejection_digest", String(32)),
)

audit_trail = Table(
    "audit_trail",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("done_by", Text, nullable=False, index=True),
    Column("address", Text, nullable=False),
    Column("token", Text),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("before", Text),
    Column("after", Text),
    sqlite_autoincrement=True,  # ids are never reused, so that pages of the audit log stay stable
)

generations = Table(
    "generations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("catalogue", Integer, nullable=False),
    Column("choices", Integer, nullable=False),
    Column("access", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

restores = Table(
    "restores",
    metadata,
    # The versions of everything that existed then are one higher, and of everything that is created since at least that.
    Column("versions_above", Integer, primary_key=True, autoincrement=False),
    Column("restored_at", Moment, nullable=False),
)
"""One row for each restore that this database comes from."""

schema = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""Alembic's own table, read without alembic, which is slow to import."""
