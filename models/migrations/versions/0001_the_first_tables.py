"""The first tables

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON(none_as_null=True)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("contact_id", TEXT, nullable=True),
        sa.Column("company_id", TEXT, nullable=True),
        sa.Column("visitor_id", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("operation_id", TEXT, nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id"),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(
            "company_activity",
            ["project_id", "company_id", "occurred_at_ms", "rank"],
            unique=False,
            postgresql_where=sa.text("company_id IS NOT NULL"),
            sqlite_where=sa.text("company_id IS NOT NULL"),
        )
        batch_op.create_index(
            "timeline",
            ["project_id", "contact_id", "occurred_at_ms", "rank"],
            unique=False,
            postgresql_where=sa.text("contact_id IS NOT NULL"),
            sqlite_where=sa.text("contact_id IS NOT NULL"),
        )
        batch_op.create_index(
            "unclaimed_activity",
            ["project_id", "visitor_id"],
            unique=False,
            postgresql_where=sa.text("contact_id IS NULL"),
            sqlite_where=sa.text("contact_id IS NULL"),
        )

    op.create_table(
        "contact_merges",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("merged_id", TEXT, nullable=False),
        sa.Column("survivor_id", TEXT, nullable=False),
        sa.Column("prior", JSON, nullable=False),
        sa.Column("operation_id", TEXT, nullable=False),
        sa.Column("merged_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "merged_id"),
    )
    with op.batch_alter_table("contact_merges", schema=None) as batch_op:
        batch_op.create_index(
            "merges_into_contact",
            ["project_id", "survivor_id"],
            unique=False,
            postgresql_where=sa.text("survivor_id IS NOT NULL"),
            sqlite_where=None,
        )

    op.create_table(
        "contacts",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("user_id", TEXT, nullable=True),
        sa.Column("email", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("phone", TEXT, nullable=True),
        sa.Column("notes", TEXT, nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id"),
    )
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.create_index(
            "contacts_by_user_id",
            ["project_id", "user_id"],
            unique=True,
            postgresql_where=sa.text("user_id IS NOT NULL"),
            sqlite_where=sa.text("user_id IS NOT NULL"),
        )

    op.create_table(
        "dead_letters",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("operation_id", TEXT, nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("envelope", JSON, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("failed_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "operation_id"),
    )
    op.create_table(
        "operations",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("caller", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("visitor_id", TEXT, nullable=True),
        sa.Column("contact_id", TEXT, nullable=True),
        sa.Column("company_id", TEXT, nullable=True),
        sa.Column("outcome", JSON, nullable=True),
        sa.Column("problem", JSON, nullable=True),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("idempotency_key", TEXT, nullable=True),
        sa.Column("fingerprint", TEXT, nullable=True),
        sa.Column("replay_of", TEXT, nullable=True),
        sa.Column("accepted_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("applied_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id"),
    )
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.create_index(
            "operations_by_key",
            ["project_id", "idempotency_key", "type"],
            unique=True,
            postgresql_where=sa.text("idempotency_key IS NOT NULL"),
            sqlite_where=sa.text("idempotency_key IS NOT NULL"),
        )
        batch_op.create_index(
            "operations_in_sequence",
            ["project_id", "sequence"],
            unique=True,
            postgresql_where=sa.text("sequence IS NOT NULL"),
            sqlite_where=None,
        )

    op.create_table(
        "projects",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("stage_update_mode", TEXT, nullable=False),
        sa.Column("identity_verification", TEXT, nullable=False),
        sa.Column("verify_all_writes", sa.Boolean(), nullable=False),
        sa.Column("require_token_expiry", sa.Boolean(), nullable=False),
        sa.Column("email_trust", TEXT, nullable=True),
        sa.Column("require_publishable_key", sa.Boolean(), nullable=False),
        sa.Column("allowed_origins", JSON, nullable=False),
        sa.Column("allow_widget_exact", sa.Boolean(), nullable=False),
        sa.Column("first_linked_fallback", sa.Boolean(), nullable=False),
        sa.Column("create_unknown_companies", sa.Boolean(), nullable=False),
        sa.Column("rate_limits", JSON, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "contact_emails",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("contact_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "contact_id"],
            ["contacts.project_id", "contacts.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("project_id", "email"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("contact_emails", schema=None) as batch_op:
        batch_op.create_index(
            "emails_of_contact",
            ["project_id", "contact_id"],
            unique=False,
            postgresql_where=sa.text("contact_id IS NOT NULL"),
            sqlite_where=None,
        )

    op.create_table(
        "identity_secrets",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("secret", TEXT, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_verified_at_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("slot IN (1, 2)", name="two_slots"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
        ),
        sa.PrimaryKeyConstraint("project_id", "id"),
        sa.UniqueConstraint("project_id", "slot"),
    )
    op.create_table(
        "keys",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=True),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
        ),
        sa.PrimaryKeyConstraint("project_id", "id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "mailboxes",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
        ),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "stages",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
        ),
        sa.PrimaryKeyConstraint("project_id", "id"),
        sa.UniqueConstraint("project_id", "name_key"),
        sa.UniqueConstraint("project_id", "position"),
    )
    op.create_table(
        "visitors",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("visitor_id", TEXT, nullable=False),
        sa.Column("contact_id", TEXT, nullable=True),
        sa.Column("active_company_id", TEXT, nullable=True),
        sa.Column("properties", JSON, nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "contact_id"],
            ["contacts.project_id", "contacts.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("project_id", "visitor_id"),
    )
    with op.batch_alter_table("visitors", schema=None) as batch_op:
        batch_op.create_index(
            "visitors_of_active_company",
            ["project_id", "active_company_id"],
            unique=False,
            postgresql_where=sa.text("active_company_id IS NOT NULL"),
            sqlite_where=sa.text("active_company_id IS NOT NULL"),
        )
        batch_op.create_index(
            "visitors_of_contact",
            ["project_id", "contact_id"],
            unique=False,
            postgresql_where=sa.text("contact_id IS NOT NULL"),
            sqlite_where=sa.text("contact_id IS NOT NULL"),
        )

    op.create_table(
        "companies",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=True),
        sa.Column("name", TEXT, nullable=True),
        sa.Column("domain", TEXT, nullable=True),
        sa.Column("industry", TEXT, nullable=True),
        sa.Column("stage_id", TEXT, nullable=True),
        sa.Column("deal_value_e4", sa.BigInteger(), nullable=True),
        sa.Column("notes", TEXT, nullable=True),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("placeholder", sa.Boolean(), nullable=False),
        sa.Column("owner_contact_id", TEXT, nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "deal_value_e4 >= 0 AND deal_value_e4 < 10000000000000000", name="deal_range"
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "stage_id"],
            ["stages.project_id", "stages.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("project_id", "id"),
    )
    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.create_index(
            "companies_by_external_id",
            ["project_id", "external_id"],
            unique=True,
            postgresql_where=sa.text("external_id IS NOT NULL"),
            sqlite_where=sa.text("external_id IS NOT NULL"),
        )

    op.create_table(
        "links",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("contact_id", TEXT, nullable=False),
        sa.Column("company_id", TEXT, nullable=False),
        sa.Column("age_rank", sa.BigInteger(), nullable=False),
        sa.Column("linked_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "company_id"],
            ["companies.project_id", "companies.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["project_id", "contact_id"],
            ["contacts.project_id", "contacts.id"],
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("project_id", "contact_id", "company_id"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.create_index(
            "links_of_company",
            ["project_id", "company_id"],
            unique=False,
            postgresql_where=sa.text("company_id IS NOT NULL"),
            sqlite_where=None,
        )


def downgrade() -> None:
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_index(
            "links_of_company",
            postgresql_where=sa.text("company_id IS NOT NULL"),
            sqlite_where=None,
        )

    op.drop_table("links")
    with op.batch_alter_table("companies", schema=None) as batch_op:
        batch_op.drop_index(
            "companies_by_external_id",
            postgresql_where=sa.text("external_id IS NOT NULL"),
            sqlite_where=sa.text("external_id IS NOT NULL"),
        )

    op.drop_table("companies")
    with op.batch_alter_table("visitors", schema=None) as batch_op:
        batch_op.drop_index(
            "visitors_of_contact",
            postgresql_where=sa.text("contact_id IS NOT NULL"),
            sqlite_where=sa.text("contact_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "visitors_of_active_company",
            postgresql_where=sa.text("active_company_id IS NOT NULL"),
            sqlite_where=sa.text("active_company_id IS NOT NULL"),
        )

    op.drop_table("visitors")
    op.drop_table("stages")
    op.drop_table("mailboxes")
    op.drop_table("keys")
    op.drop_table("identity_secrets")
    with op.batch_alter_table("contact_emails", schema=None) as batch_op:
        batch_op.drop_index(
            "emails_of_contact",
            postgresql_where=sa.text("contact_id IS NOT NULL"),
            sqlite_where=None,
        )

    op.drop_table("contact_emails")
    op.drop_table("projects")
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_index(
            "operations_in_sequence",
            postgresql_where=sa.text("sequence IS NOT NULL"),
            sqlite_where=None,
        )
        batch_op.drop_index(
            "operations_by_key",
            postgresql_where=sa.text("idempotency_key IS NOT NULL"),
            sqlite_where=sa.text("idempotency_key IS NOT NULL"),
        )

    op.drop_table("operations")
    op.drop_table("dead_letters")
    with op.batch_alter_table("contacts", schema=None) as batch_op:
        batch_op.drop_index(
            "contacts_by_user_id",
            postgresql_where=sa.text("user_id IS NOT NULL"),
            sqlite_where=sa.text("user_id IS NOT NULL"),
        )

    op.drop_table("contacts")
    with op.batch_alter_table("contact_merges", schema=None) as batch_op:
        batch_op.drop_index(
            "merges_into_contact",
            postgresql_where=sa.text("survivor_id IS NOT NULL"),
            sqlite_where=None,
        )

    op.drop_table("contact_merges")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_index(
            "unclaimed_activity",
            postgresql_where=sa.text("contact_id IS NULL"),
            sqlite_where=sa.text("contact_id IS NULL"),
        )
        batch_op.drop_index(
            "timeline",
            postgresql_where=sa.text("contact_id IS NOT NULL"),
            sqlite_where=sa.text("contact_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "company_activity",
            postgresql_where=sa.text("company_id IS NOT NULL"),
            sqlite_where=sa.text("company_id IS NOT NULL"),
        )

    op.drop_table("activity")
