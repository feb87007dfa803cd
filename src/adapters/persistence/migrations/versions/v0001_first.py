"""The first schema: providers, stored and active models, their history, admins, sessions, and the numbers of the generations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _providers()
    _models()
    _admins()
    _generations()


def _providers() -> None:
    op.create_table(
        "providers",
        sa.Column("slug", sa.String(64), primary_key=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in (
                "name",
                "display_name",
                "description",
                "provider_class",
                "api_base_url",
                "website",
                "logo_url",
                "documentation_url",
                "capabilities",
                "config",
                "pricing_info",
            )
        ),
        sa.Column("sort_order", sa.Integer, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("is_recommended", sa.Boolean, nullable=False),
        sa.Column("allow_personal_keys", sa.Boolean, nullable=False),
        sa.Column("allow_shared_for_normal_admins", sa.Boolean, nullable=False),
    )


def _models() -> None:
    op.create_table(
        "stored_models",
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
        sa.Column("capability", sa.String(64), primary_key=True),
        sa.Column("model_id", sa.String(200), primary_key=True),
        sa.Column("model_name", sa.Text, nullable=False),
        sa.Column("is_free", sa.Boolean),
        sa.Column("selected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("selected_by", sa.Text, nullable=False),
    )
    op.create_table(
        "active_models",
        sa.Column("provider", sa.String(64), primary_key=True),
        sa.Column("capability", sa.String(64), primary_key=True),
        sa.Column("model_id", sa.String(200)),
        sa.Column("slot_version", sa.Integer, nullable=False),
        sa.CheckConstraint("slot_version >= 1", name="counted_from_one"),
        sa.ForeignKeyConstraint(
            ["provider", "capability", "model_id"],
            ["stored_models.provider", "stored_models.capability", "stored_models.model_id"],
            ondelete="RESTRICT",
        ),
    )
    op.create_table(
        "slot_history",
        sa.Column("provider", sa.String(64), sa.ForeignKey("providers.slug", ondelete="RESTRICT"), primary_key=True),
        sa.Column("capability", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model_id", sa.String(200)),
        sa.Column("model_name", sa.Text),
        sa.Column("is_free", sa.Boolean),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.Text, nullable=False),
        sa.CheckConstraint("version >= 1", name="counted_from_one"),
        sa.CheckConstraint("(model_id IS NULL) = (model_name IS NULL)", name="model_whole_or_none"),
    )


def _admins() -> None:
    op.create_table(
        "admins",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('super', 'normal')", name="known_role"),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("admin", sa.Text, sa.ForeignKey("admins.name", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("csrf_token", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )


def _generations() -> None:
    generations = op.create_table(
        "generations",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("catalogue", sa.Integer, nullable=False),
        sa.Column("choices", sa.Integer, nullable=False),
        sa.Column("access", sa.Integer, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.bulk_insert(generations, [{"id": 1, "catalogue": 0, "choices": 0, "access": 0}])
