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
    _make_activity()
    _make_contact_merges()
    _make_contacts()
    _make_dead_letters()
    _make_operations()
    _make_projects()
    _make_contact_emails()
    _make_identity_secrets()
    _make_keys()
    _make_mailboxes()
    _make_stages()
    _make_visitors()
    _make_companies()
    _make_links()


def downgrade() -> None:
    for table in (
        "links",
        "companies",
        "visitors",
        "stages",
        "mailboxes",
        "keys",
        "identity_secrets",
        "contact_emails",
        "projects",
        "operations",
        "dead_letters",
        "contacts",
        "contact_merges",
        "activity",
    ):
        op.drop_table(table)


def _index(
    name: str,
    table: str,
    columns: list[str],
    where: str,
    *,
    unique: bool = False,
    whole_on_sqlite: bool = False,
) -> None:
    """A partial index of a project's rows; SQLite ignores one on a column that is never null."""
    op.create_index(
        name,
        table,
        ["project_id", *columns],
        unique=unique,
        postgresql_where=sa.text(where),
        sqlite_where=None if whole_on_sqlite else sa.text(where),
    )


def _make_activity() -> None:
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
    _index(
        "company_activity",
        "activity",
        ["company_id", "occurred_at_ms", "rank"],
        "company_id IS NOT NULL",
    )
    _index(
        "timeline", "activity", ["contact_id", "occurred_at_ms", "rank"], "contact_id IS NOT NULL"
    )
    _index("unclaimed_activity", "activity", ["visitor_id"], "contact_id IS NULL")


def _make_contact_merges() -> None:
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
    _index(
        "merges_into_contact",
        "contact_merges",
        ["survivor_id"],
        "survivor_id IS NOT NULL",
        whole_on_sqlite=True,
    )


def _make_contacts() -> None:
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
    _index("contacts_by_user_id", "contacts", ["user_id"], "user_id IS NOT NULL", unique=True)


def _make_dead_letters() -> None:
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


def _make_operations() -> None:
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
    _index(
        "operations_by_key",
        "operations",
        ["idempotency_key", "type"],
        "idempotency_key IS NOT NULL",
        unique=True,
    )
    _index(
        "operations_in_sequence",
        "operations",
        ["sequence"],
        "sequence IS NOT NULL",
        unique=True,
        whole_on_sqlite=True,
    )


def _make_projects() -> None:
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


def _make_contact_emails() -> None:
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
    _index(
        "emails_of_contact",
        "contact_emails",
        ["contact_id"],
        "contact_id IS NOT NULL",
        whole_on_sqlite=True,
    )


def _make_identity_secrets() -> None:
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


def _make_keys() -> None:
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


def _make_mailboxes() -> None:
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


def _make_stages() -> None:
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


def _make_visitors() -> None:
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
    _index(
        "visitors_of_active_company",
        "visitors",
        ["active_company_id"],
        "active_company_id IS NOT NULL",
    )
    _index("visitors_of_contact", "visitors", ["contact_id"], "contact_id IS NOT NULL")


def _make_companies() -> None:
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
    _index(
        "companies_by_external_id",
        "companies",
        ["external_id"],
        "external_id IS NOT NULL",
        unique=True,
    )


def _make_links() -> None:
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
    _index(
        "links_of_company", "links", ["company_id"], "company_id IS NOT NULL", whole_on_sqlite=True
    )
