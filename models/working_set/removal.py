"""Contacts and companies taken away by account routes (contract §7, §11)."""

from models.records import Company, Contact
from models.working_set import activity, companies, links, visitors
from models.working_set.state import WorkingSet


def remove_contact(state: WorkingSet, contact: Contact) -> None:
    """Takes a contact away with its addresses, links and events; companies and visitors stay.

    What belongs to a company stays in that company's activity.
    """
    if contact.id not in state.complete:
        state.incomplete.add(contact.id)
    for visitor_id in list(state.visitors_of_contact[contact.id]):
        visitors.unlink_from_contact(state, state.visitors[visitor_id])
    for email in list(state.emails_of_contact[contact.id]):
        state.journal.drop(state.emails, email)
        state.journal.drop(state.emails_of_contact[contact.id], email)
    _leave_companies(state, contact)
    if contact.user_id is not None:
        state.journal.drop(state.contact_id_by_user_id, contact.user_id)
    state.journal.drop(state.contacts, contact.id)
    state.sweep("activity_of_contact_gone", contact.id)
    state.sweep("merges_of_contact_gone", contact.id)


def _leave_companies(state: WorkingSet, contact: Contact) -> None:
    linked = state.companies_of(contact)
    for company in linked:
        links.drop_row(state, contact.id, company.id)
        if company.owner_contact_id == contact.id:
            state.journal.set(company, "owner_contact_id", None)
    real = [(contact.id, company.id) for company in linked if not company.placeholder]
    activity.record_unlinked(state, real)


def remove_company(state: WorkingSet, company: Company) -> None:
    """Takes a company away with its links; its contacts stay, and what they did there."""
    if company.id not in state.complete_companies:
        state.incomplete_companies.add(company.id)
    linked = [(contact_id, company.id) for contact_id in state.contacts_of_company[company.id]]
    for contact_id, company_id in linked:
        links.drop_row(state, contact_id, company_id)
    if not company.placeholder:
        activity.record_unlinked(state, sorted(linked))
    visitors.leave_company(state, company.id)
    companies.remove(state, company)
    state.sweep("activity_of_company_gone", company.id)
