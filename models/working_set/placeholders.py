"""Placeholders: made, upgraded in place, folded into a real company (contract §5.3, §5.5)."""

from models.records import Company, Contact
from models.rules.placeholder import folded
from models.working_set import activity, companies, links, visitors
from models.working_set.state import WorkingSet


def own(state: WorkingSet, contact: Contact) -> list[Company]:
    """The linked placeholders that were made for this contact, oldest link first.

    There is more than one if an account route took one away and it came back beside its successor.
    """
    return [
        company
        for company in state.companies_of(contact)
        if company.placeholder and company.owner_contact_id == contact.id
    ]


def give(state: WorkingSet, contact: Contact) -> Company:
    """Makes and links a placeholder."""
    company = companies.create(state, owner=contact)
    links.link(state, contact, company)
    return company


def make_way(state: WorkingSet, contact: Contact, established: Company | None) -> Company | None:
    """Folds the contact's own placeholders once it has a real company; returns that company.

    That is the one made active by this call, else the oldest real link.
    """
    mine = own(state, contact)
    if not mine:
        return None
    real = [company for company in state.companies_of(contact) if not company.placeholder]
    if not real:
        return None
    target = established if established in real else real[0]
    for placeholder in mine:
        fold(state, contact, placeholder, target)
    return target


def unite(state: WorkingSet, loser: Contact, winner: Contact) -> None:
    """Of two merged contacts' placeholders the survivor's stays and absorbs the other (§5.3)."""
    kept = own(state, winner)
    for losing in own(state, loser):
        if not kept:
            state.journal.set(losing, "owner_contact_id", winner.id)
        else:
            links.drop_row(state, winner.id, losing.id)
            _hand_over(state, winner, losing, kept[0])
            fold(state, loser, losing, kept[0])


def fold(state: WorkingSet, contact: Contact, placeholder: Company, target: Company) -> None:
    """Moves what the placeholder gathered under the target and unlinks the contact from it.

    It is deleted if no other contact is linked to it; while one is, its events stay with it.
    """
    _fill(state, contact, placeholder, target)
    links.drop_row(state, contact.id, placeholder.id)
    shared = bool(state.contacts_of_company[placeholder.id])
    _hand_over(state, contact, placeholder, target)
    if not shared:
        _delete(state, placeholder, target)


def _hand_over(state: WorkingSet, contact: Contact, placeholder: Company, target: Company) -> None:
    """Where the placeholder was the active company of the contact's visitors, the target is."""
    state.sweep("active_company_of_contact", contact.id, target.id, placeholder.id)
    for visitor_id in list(state.visitors_of_contact[contact.id]):
        visitor = state.visitors[visitor_id]
        if visitor.active_company_id == placeholder.id:
            visitors.activate(state, visitor, target.id)


def _fill(state: WorkingSet, contact: Contact, placeholder: Company, target: Company) -> None:
    values = folded(target, placeholder)
    companies.put_in_stage(state, target, values["stage_id"], contact)
    companies.put_deal_value(state, target, values["deal_value_e4"], contact)
    companies.put_notes(state, target, values["notes"], contact)
    state.journal.set(target, "metadata", values["metadata"])


def _delete(state: WorkingSet, placeholder: Company, target: Company) -> None:
    activity.move_events_to_company(state, placeholder.id, target.id)
    visitors.leave_company(state, placeholder.id)
    companies.remove(state, placeholder)
