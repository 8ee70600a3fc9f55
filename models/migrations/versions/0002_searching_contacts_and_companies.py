"""Searching contacts and companies

`search_text` and `contact_tags` are derived: from here on the store keeps them in step. What is
stored already is read a bounded number of rows at a time.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.rules.search_text import search_text

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ROWS_AT_A_TIME = 1000

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_tags",
        sa.Column("project_id", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("contact_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "tag", "contact_id"),
        sqlite_with_rowid=False,
    )
    for table in ("contacts", "companies"):
        op.add_column(table, sa.Column("search_text", TEXT, nullable=True))
    _fill_contacts()
    _fill_companies()
    for table in ("contacts", "companies"):
        op.create_index(
            f"{table}_to_search",
            table,
            ["project_id", "id", "search_text"],
            postgresql_where=sa.text("search_text IS NOT NULL"),
            sqlite_where=sa.text("search_text IS NOT NULL"),
        )


def downgrade() -> None:
    for table in ("contacts", "companies"):
        op.drop_index(f"{table}_to_search", table)
        op.drop_column(table, "search_text")
    op.drop_table("contact_tags")


def _fill_contacts() -> None:
    contacts = _table("contacts", "name", "email", tags=sa.JSON())
    tags = sa.table("contact_tags", *map(sa.column, ("project_id", "tag", "contact_id")))
    for rows in _in_steps(contacts):
        _set_search_text(contacts, rows, "name", "email")
        tagged = [
            {"project_id": row.project_id, "tag": tag, "contact_id": row.id}
            for row in rows
            for tag in dict.fromkeys(row.tags)
        ]
        if tagged:
            op.get_bind().execute(sa.insert(tags), tagged)


def _fill_companies() -> None:
    companies = _table("companies", "name", "domain", "external_id")
    for rows in _in_steps(companies):
        _set_search_text(companies, rows, "name", "domain", "external_id")


def _table(name: str, *columns: str, **others: Any) -> sa.TableClause:
    texts: list[sa.ColumnClause[Any]] = [
        sa.column(each) for each in ("project_id", "id", "search_text", *columns)
    ]
    return sa.table(name, *texts, *(sa.column(each, kind) for each, kind in others.items()))


def _in_steps(table: sa.TableClause) -> Iterator[Sequence[sa.Row[Any]]]:
    """All rows of a table, some at a time, in the order of its primary key."""
    key = sa.tuple_(table.c.project_id, table.c.id)
    step = sa.select(table).order_by(table.c.project_id, table.c.id).limit(ROWS_AT_A_TIME)
    rows = op.get_bind().execute(step).all()
    while rows:
        yield rows
        last = (rows[-1].project_id, rows[-1].id)
        rows = op.get_bind().execute(step.where(key > last)).all()


def _set_search_text(table: sa.TableClause, rows: Sequence[sa.Row[Any]], *names: str) -> None:
    found = [
        {"of_project": row.project_id, "of": row.id, "found": text}
        for row in rows
        if (text := search_text(*(getattr(row, name) for name in names))) is not None
    ]
    if found:
        op.get_bind().execute(
            sa.update(table)
            .where(
                table.c.project_id == sa.bindparam("of_project"), table.c.id == sa.bindparam("of")
            )
            .values(search_text=sa.bindparam("found")),
            found,
        )
