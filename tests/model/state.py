"""Everything that the model remembers of one project, and how it is looked up (contract §1)."""

import json
from dataclasses import dataclass, field, is_dataclass
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
class Stage:
    """A named step; its place in `State.stages` is its position."""

    id: str
    name: str


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
    created_at_ms: int = 0
    updated_at_ms: int = 0


@dataclass
class Company:
    """`owner` is the contact that a placeholder was made for; None for a real company.

    `stage` is the name of one of the pipeline's.
    """

    id: str
    external_id: str | None = None
    name: str | None = None
    domain: str | None = None
    industry: str | None = None
    stage: str | None = None
    deal_value: Decimal | None = None
    notes: str | None = None
    metadata: Json = field(default_factory=dict)
    placeholder: bool = False
    owner: str | None = None
    created_at_ms: int = 0
    updated_at_ms: int = 0


@dataclass
class Row:
    """A row of a contact's timeline, of a company's activity, or of both (§11).

    A row stays the one of a contact that was deleted: nobody else ever gets it.
    """

    kind: str
    operation_id: str
    contact_id: str | None
    company_id: str | None
    occurred_at_ms: int
    detail: Json = field(default_factory=dict)


@dataclass
class Event(Row):
    """A milestone: its `detail` is empty."""

    id: str = ""
    name: str = ""
    value: str | int | float | bool | None = None
    entity: str = ""
    visitor_id: str = ""


@dataclass
class State:
    """`links` are (contact id, company id), the oldest first: a place in the list is an age."""

    settings: Json
    stages: list[Stage]
    created_at_ms: int = 0
    updated_at_ms: int = 0
    visitors: dict[str, Visitor] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    companies: dict[str, Company] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)
    activity: list[Row] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    operation_id: str = ""
    accepted_at_ms: int = 0

    @property
    def events(self) -> list[Event]:
        """The milestones, in the order of acceptance."""
        return [row for row in self.activity if isinstance(row, Event)]

    def record(
        self,
        kind: str,
        contact: Contact | None,
        company: Company | None,
        detail: Json | None = None,
    ) -> None:
        """Add a row of something that the operation at hand did."""
        self.activity.append(
            Row(
                kind,
                self.operation_id,
                contact_id=None if contact is None else contact.id,
                company_id=None if company is None else company.id,
                occurred_at_ms=self.accepted_at_ms,
                detail=detail or {},
            )
        )

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

    def contact_by_id(self, contact_id: str) -> Contact | None:
        """The contact of this id, or the one that it was merged into (§5.3)."""
        return self.contacts.get(self.merged.get(contact_id, contact_id))

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
        """Join the two; a link that exists keeps its age, one to a placeholder is no news."""
        if self.is_linked(contact, company):
            return
        self.links.append((contact.id, company.id))
        if not company.placeholder:
            self.record("linked", contact, company)

    def unlink(self, contact: Contact, company: Company) -> None:
        """Part the two, if a link joins them."""
        if not self.is_linked(contact, company):
            return
        self.links.remove((contact.id, company.id))
        if not company.placeholder:
            self.record("unlinked", contact, company)


def text_of(value: object) -> str:
    """A value as JSON text: as Python values 1, 1.0 and True would be the same."""
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    return vars(value) if is_dataclass(value) else str(value)
