"""Lists by their filters

An index behind each filter of the lists of account routes, its rows in the order of the list. Most
operations are applied: the primary key finds those.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXES = (
    ("companies_by_stage", "companies", "stage_id", "id", "stage_id IS NOT NULL", False),
    ("companies_by_domain", "companies", "domain", "id", "domain IS NOT NULL", False),
    ("companies_by_placeholder", "companies", "placeholder", "id", "placeholder IS NOT NULL", True),
    ("links_of_company", "links", "company_id", "contact_id", "company_id IS NOT NULL", True),
    ("operations_of_visitor", "operations", "visitor_id", "id", "visitor_id IS NOT NULL", False),
    ("operations_of_contact", "operations", "contact_id", "id", "contact_id IS NOT NULL", False),
    ("operations_by_type", "operations", "type", "id", "type IS NOT NULL", True),
    ("operations_not_applied", "operations", "status", "id", "status != 'applied'", False),
)
"""Name, table, columns after the project, which rows, and whether SQLite takes all of them."""


def upgrade() -> None:
    op.drop_index("links_of_company", "links")
    for name, table, first, second, where, whole_on_sqlite in INDEXES:
        op.create_index(
            name,
            table,
            ["project_id", first, second],
            postgresql_where=sa.text(where),
            sqlite_where=None if whole_on_sqlite else sa.text(where),
        )


def downgrade() -> None:
    for name, table, *_ in INDEXES:
        op.drop_index(name, table)
    op.create_index(
        "links_of_company",
        "links",
        ["project_id", "company_id"],
        postgresql_where=sa.text("company_id IS NOT NULL"),
    )
