"""Accounts and their links to people (contract §1, §5)."""

from typing import Any

from sqlalchemy import CheckConstraint
from sqlmodel import SQLModel

from models.tables.columns import belongs_to, derived_text, integer, json, look_up, searched, text


class CompanyTable(SQLModel, table=True):
    """An account. `owner_contact_id` names the contact that a placeholder was made for."""

    __tablename__ = "companies"
    __table_args__ = (
        look_up("companies_by_external_id", "external_id", unique=True),
        look_up("companies_by_stage", "stage_id", "id"),
        look_up("companies_by_domain", "domain", "id"),
        look_up("companies_by_placeholder", "placeholder", "id", never_null=True),
        searched("companies_to_search"),
        belongs_to("stages", "stage_id", "id"),
        CheckConstraint("deal_value_e4 >= 0 AND deal_value_e4 < 10000000000000000", "deal_range"),
    )

    project_id: str = text(key=True)
    id: str = text(key=True)
    external_id: str | None = text(null=True)
    name: str | None = text(null=True)
    domain: str | None = text(null=True)
    industry: str | None = text(null=True)
    stage_id: str | None = text(null=True)
    deal_value_e4: int | None = integer(null=True)
    notes: str | None = text(null=True)
    metadata_: dict[str, Any] = json("metadata")
    placeholder: bool
    owner_contact_id: str | None = text(null=True)
    created_at_ms: int = integer()
    updated_at_ms: int = integer()
    search_text: str | None = derived_text()


class LinkTable(SQLModel, table=True):
    """A contact joined with a company; a smaller `age_rank` is an older link (§8)."""

    __tablename__ = "links"
    __table_args__ = (
        belongs_to("contacts", "contact_id", "id"),
        belongs_to("companies", "company_id", "id"),
        look_up("links_of_company", "company_id", "contact_id", never_null=True),
        {"sqlite_with_rowid": False},
    )

    project_id: str = text(key=True)
    contact_id: str = text(key=True)
    company_id: str = text(key=True)
    age_rank: int = integer()
    linked_at_ms: int = integer()
