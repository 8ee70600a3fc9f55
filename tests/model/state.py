"""Everything that the model remembers of one project, and how it is looked up (contract §1)."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


@dataclass
class Visitor:
    visitor_id: str
    contact_id: str | None = None
    active_company_id: str | None = None
    properties: Json = field(default_factory=dict)


@dataclass
class Contact:
    """`addresses` are all matching addresses: the primary `email` and the older ones."""

    id: str
    user_id: str | None = None
    email: str | None = None
    addresses: list[str] = field(default_factory=list)
    name: str | None = None
    phone: str | None = None
    notes: str | None = None
    tags: list[str] = field(default_factory=list)
    metadata: Json = field(default_factory=dict)


@dataclass
class Company:
    """`owner` is the contact that a placeholder was made for; None for a real company."""

    id: str
    external_id: str | None = None
    name: str | None = None
    stage: str | None = None
    deal_value: Decimal | None = None
    notes: str | None = None
    metadata: Json = field(default_factory=dict)
    placeholder: bool = False
    owner: str | None = None


@dataclass
class Event:
    id: str
    name: str
    value: str | int | float | bool | None
    entity: str
    visitor_id: str
    contact_id: str | None
    company_id: str | None
    occurred_at_ms: int


@dataclass
class StageChange:
    company_id: str
    before: str | None
    after: str | None


@dataclass
class DealChange:
    company_id: str
    before: Decimal | None
    after: Decimal | None


@dataclass
class State:
    """`links` are (contact id, company id), the oldest first: a place in the list is an age."""

    settings: dict[str, object]
    stages: list[str]
    visitors: dict[str, Visitor] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    stage_changes: list[StageChange] = field(default_factory=list)
    deal_changes: list[DealChange] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)

    def visitor_or_new(self, visitor_id: str) -> Visitor:
        """The visitor of this id, created if unknown (§5.1)."""
        return self.visitors.setdefault(visitor_id, Visitor(visitor_id))

    def contact_of(self, visitor: Visitor | None) -> Contact | None:
        """The contact that a visitor is linked to."""
        if visitor is None or visitor.contact_id is None:
            return None
        return self.contacts[visitor.contact_id]

    def visitors_of(self, contact: Contact) -> list[Visitor]:
        """The visitors that are linked to a contact."""
        return [v for v in self.visitors.values() if v.contact_id == contact.id]

    def contact_by_user_id(self, user_id: str | None) -> Contact | None:
        """The contact holding a user_id; none for None."""
        found = [c for c in self.contacts.values() if user_id and c.user_id == user_id]
        return found[0] if found else None

    def contact_by_address(self, email: str | None) -> Contact | None:
        """The contact holding an email, as its primary or as an older one; none for None."""
        found = [c for c in self.contacts.values() if email in c.addresses]
        return found[0] if found else None

    def company_by_reference(self, reference: str) -> Company | None:
        """A value that names a company is looked up as id first, then as external_id (§1)."""
        if reference in self.companies:
            return self.companies[reference]
        found = [c for c in self.companies.values() if c.external_id == reference]
        return found[0] if found else None

    def companies_of(self, contact: Contact) -> list[Company]:
        """The companies linked to a contact, oldest link first."""
        return [self.companies[com] for con, com in self.links if con == contact.id]

    def is_linked(self, contact: Contact, company: Company) -> bool:
        """Whether a link joins the two."""
        return (contact.id, company.id) in self.links

    def link(self, contact: Contact, company: Company) -> None:
        """Join the two; a link that exists keeps its age."""
        if not self.is_linked(contact, company):
            self.links.append((contact.id, company.id))
