"""Visitors: made on first sight, linked to a contact, their active company (contract §5-§8)."""

from models.records import Contact, Json, Visitor
from models.rules.merge_patch import merge_patch
from models.working_set import activity
from models.working_set.state import WorkingSet


def find_or_create(state: WorkingSet, visitor_id: str) -> Visitor:
    visitor = state.visitors.get(visitor_id)
    if visitor is None:
        now_ms = state.occasion.accepted_at_ms
        visitor = Visitor(visitor_id, created_at_ms=now_ms, updated_at_ms=now_ms)
        state.journal.put(state.visitors, visitor_id, visitor)
    return visitor


def gather(state: WorkingSet, visitor: Visitor, properties: Json) -> None:
    """Merges properties into the visitor's own."""
    state.journal.set(visitor, "properties", merge_patch(visitor.properties, properties))


def link_to_contact(state: WorkingSet, visitor: Visitor, contact: Contact) -> None:
    """Links or relinks a visitor; one that had no contact brings along what it gathered (§5.4)."""
    before_id = visitor.contact_id
    if before_id == contact.id:
        return
    if before_id is None:
        activity.claim(state, visitor.visitor_id, contact.id)
        if visitor.properties:
            under = merge_patch(visitor.properties, contact.metadata)
            state.journal.set(contact, "metadata", under)
    else:
        state.journal.drop(state.visitors_of_contact[before_id], visitor.visitor_id)
    state.journal.set(visitor, "contact_id", contact.id)
    state.journal.put(state.visitors_of_contact[contact.id], visitor.visitor_id, True)


def unlink_from_contact(state: WorkingSet, visitor: Visitor) -> None:
    """A visitor whose contact goes keeps its properties for the next one that it joins (§7)."""
    if visitor.contact_id is not None:
        state.journal.drop(state.visitors_of_contact[visitor.contact_id], visitor.visitor_id)
        state.journal.set(visitor, "contact_id", None)


def leave_company(state: WorkingSet, company_id: str) -> None:
    """A company that goes is nobody's active one any more."""
    state.sweep("active_company_gone", company_id)
    for visitor_id in list(state.visitors_of_active[company_id]):
        activate(state, state.visitors[visitor_id], None)


def activate(state: WorkingSet, visitor: Visitor, company_id: str | None) -> None:
    before_id = visitor.active_company_id
    if before_id == company_id:
        return
    if before_id is not None:
        state.journal.drop(state.visitors_of_active[before_id], visitor.visitor_id)
    if company_id is not None:
        state.journal.put(state.visitors_of_active[company_id], visitor.visitor_id, True)
    state.journal.set(visitor, "active_company_id", company_id)
