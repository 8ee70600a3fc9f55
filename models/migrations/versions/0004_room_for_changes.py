"""Room for changes

PostgreSQL writes a changed row anew. Where its page has room, and no indexed column changed, the
indexes stay as they are; else each of them gets an entry more, and each page of it that a
checkpoint has not seen yet goes into the log as a whole. Rows that are already there stay where
they are.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("contacts", "companies", "visitors")
FILL_PERCENT = 90


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {FILL_PERCENT})")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
