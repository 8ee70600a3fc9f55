"""Links between contacts and companies (contract §1, §5.5)."""

from models.records import Company, Contact, Link
from models.working_set import activity
from models.working_set.state import WorkingSet


def link(state: WorkingSet, contact: Contact, company: Company) -> None:
    """Links a company to the contact; one that is linked already keeps its age.

    A placeholder is the system's own doing and no news for a timeline.
    """
    if company.id in state.links_of_contact[contact.id]:
        return
    put_row(state, contact.id, company.id, state.next_rank(), state.occasion.accepted_at_ms)
    if not company.placeholder:
        activity.record(state, "linked", {}, contact_id=contact.id, company_id=company.id)


def unlink(state: WorkingSet, contact: Contact, company: Company) -> None:
    """Takes the link away; one to a placeholder is no news either."""
    if company.id not in state.links_of_contact[contact.id]:
        return
    drop_row(state, contact.id, company.id)
    if not company.placeholder:
        activity.record(state, "unlinked", {}, contact_id=contact.id, company_id=company.id)


def put_row(
    state: WorkingSet, contact_id: str, company_id: str, age_rank: int, linked_at_ms: int
) -> None:
    row = Link(contact_id, company_id, age_rank, linked_at_ms)
    state.journal.put(state.links, (contact_id, company_id), row)
    state.journal.put(state.links_of_contact[contact_id], company_id, row)
    state.journal.put(state.contacts_of_company[company_id], contact_id, True)


def drop_row(state: WorkingSet, contact_id: str, company_id: str) -> None:
    state.journal.drop(state.links, (contact_id, company_id))
    state.journal.drop(state.links_of_contact[contact_id], company_id)
    state.journal.drop(state.contacts_of_company[company_id], contact_id)
