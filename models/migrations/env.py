"""What Alembic runs around each migration."""

from alembic import context
from sqlalchemy import text
from sqlmodel import SQLModel

from models import tables

assert tables.__all__, "importing the tables is what fills the metadata"

database = context.config.attributes["database"]
MIGRATION_LOCK = 4_862_731

with database.transaction() as connection:
    if database.is_postgresql:
        # Several releases may start at once; one of them migrates, the others wait for it.
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
