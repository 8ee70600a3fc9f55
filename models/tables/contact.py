"""People, the addresses that match them, and what became of merged ones (contract §5)."""

from typing import Any

from sqlmodel import SQLModel

from models.tables.columns import belongs_to, derived_text, integer, json, look_up, searched, text


class ContactTable(SQLModel, table=True):
    """A person; `email` is the primary one of its matching addresses."""

    __tablename__ = "contacts"
    __table_args__ = (
        look_up("contacts_by_user_id", "user_id", unique=True),
        searched("contacts_to_search"),
    )

    project_id: str = text(key=True)
    id: str = text(key=True)
    user_id: str | None = text(null=True)
    email: str | None = text(null=True)
    name: str | None = text(null=True)
    phone: str | None = text(null=True)
    notes: str | None = text(null=True)
    tags: list[str] = json()
    metadata_: dict[str, Any] = json("metadata")
    created_at_ms: int = integer()
    updated_at_ms: int = integer()
    search_text: str | None = derived_text()


class ContactTagTable(SQLModel, table=True):
    """A contact's tags once more, by tag: derived from the contact when it is saved.

    Not held to its contact by a foreign key: each merge would pay for its check.
    """

    __tablename__ = "contact_tags"
    __table_args__ = ({"sqlite_with_rowid": False},)

    project_id: str = text(key=True)
    tag: str = text(key=True)
    contact_id: str = text(key=True)


class ContactEmailTable(SQLModel, table=True):
    """An address, in its normal form, and the one contact that it matches."""

    __tablename__ = "contact_emails"
    __table_args__ = (
        belongs_to("contacts", "contact_id", "id"),
        look_up("emails_of_contact", "contact_id", never_null=True),
        {"sqlite_with_rowid": False},
    )

    project_id: str = text(key=True)
    email: str = text(key=True)
    contact_id: str = text()


class ContactMergeTable(SQLModel, table=True):
    """A contact that was merged away: who it is now, and every value it had before."""

    __tablename__ = "contact_merges"
    __table_args__ = (look_up("merges_into_contact", "survivor_id", never_null=True),)

    project_id: str = text(key=True)
    merged_id: str = text(key=True)
    survivor_id: str = text()
    prior: dict[str, Any] = json()
    operation_id: str = text()
    merged_at_ms: int = integer()
