"""Placeholders: made, upgraded in place, folded into another company (contract §5.5)."""

from tests.model.metadata import merge_patch
from tests.model.stage_and_deal import write_deal_value, write_notes, write_stage
from tests.model.state import Company, Contact, State


def make_placeholder(state: State, contact: Contact, company_id: str) -> Company:
    """A new company that keeps company fields for a contact that has none."""
    company = Company(company_id, placeholder=True, owner=contact.id)
    state.companies[company_id] = company
    state.link(contact, company)
    return company


def make_real(company: Company) -> None:
    """What a name or an external id makes of a placeholder."""
    company.placeholder = False
    company.owner = None


def own_placeholders(state: State, contact: Contact) -> list[Company]:
    """The linked placeholders that were made for this contact, oldest link first."""
    linked = state.companies_of(contact)
    return [c for c in linked if c.placeholder and c.owner == contact.id]


def fold_own_placeholders(state: State, contact: Contact, meant: Company | None) -> Company | None:
    """Fold them once the contact has a real company: `meant`, else its oldest real link.

    Returns `meant`, or what it was folded into.
    """
    real = [company for company in state.companies_of(contact) if not company.placeholder]
    if not real:
        return meant
    into = meant if meant in real else real[0]
    for placeholder in own_placeholders(state, contact):
        fold(state, contact, placeholder, into)
        if meant is placeholder:
            meant = into
    return meant


def fold(state: State, contact: Contact, placeholder: Company, into: Company) -> None:
    """Put a placeholder's fields under another company's and unlink the contact from it.

    It is deleted, and its events go along, if no other contact is linked to it.
    """
    _fill(state, contact, placeholder, into)
    for visitor in state.visitors_of(contact):
        if visitor.active_company_id == placeholder.id:
            visitor.active_company_id = into.id
    state.links.remove((contact.id, placeholder.id))
    if not any(company_id == placeholder.id for _, company_id in state.links):
        _delete(state, placeholder, into)


def _fill(state: State, contact: Contact, source: Company, target: Company) -> None:
    write_stage(state, target, target.stage or source.stage, contact)
    if target.deal_value is None:
        write_deal_value(state, target, source.deal_value, contact)
    write_notes(state, target, target.notes or source.notes, contact)
    target.metadata = merge_patch(source.metadata, target.metadata)


def _delete(state: State, company: Company, successor: Company) -> None:
    for event in state.events:
        if event.company_id == company.id:
            event.company_id = successor.id
    for visitor in state.visitors.values():
        if visitor.active_company_id == company.id:
            visitor.active_company_id = None
    del state.companies[company.id]
