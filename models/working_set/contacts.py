"""Contacts: created, given addresses, merged (contract §5.2, §5.3)."""

from models.records import Contact, ContactEmail, ContactMerge, Json
from models.rules.merge import filled, joined_notes, united_tags
from models.rules.merge_patch import merge_patch
from models.working_set import activity, links, placeholders
from models.working_set.state import WorkingSet


def create(state: WorkingSet, user_id: str | None) -> Contact:
    now_ms = state.occasion.accepted_at_ms
    contact = Contact(f"con_{state.occasion.stem}", created_at_ms=now_ms, updated_at_ms=now_ms)
    state.journal.put(state.contacts, contact.id, contact)
    state.complete.add(contact.id)
    take_user_id(state, contact, user_id)
    return contact


def take_user_id(state: WorkingSet, contact: Contact, user_id: str | None) -> None:
    """Fills an empty user_id; nobody else holds it when this is called."""
    if user_id is not None and contact.user_id is None:
        state.journal.set(contact, "user_id", user_id)
        state.journal.put(state.contact_id_by_user_id, user_id, contact.id)


def take_email(state: WorkingSet, contact: Contact, email: str | None) -> None:
    """Makes an address that nobody holds the contact's; an older one keeps matching (§5.2)."""
    if email is not None and email not in state.emails:
        state.journal.put(state.emails, email, ContactEmail(email, contact.id))
        state.journal.put(state.emails_of_contact[contact.id], email, True)
        state.journal.set(contact, "email", email)


def replace_email(state: WorkingSet, contact: Contact, email: str | None) -> None:
    """Makes an address that nobody else holds the contact's; the one before matches no more.

    An older address of its own becomes the primary one again (§11).
    """
    if email is None or email == contact.email:
        return
    if contact.email is not None:
        state.journal.drop(state.emails, contact.email)
        state.journal.drop(state.emails_of_contact[contact.id], contact.email)
    take_email(state, contact, email)
    state.journal.set(contact, "email", email)


def replace_user_id(state: WorkingSet, contact: Contact, user_id: str | None) -> None:
    """Gives the contact a user_id that nobody else holds."""
    if user_id is None or user_id == contact.user_id:
        return
    if contact.user_id is not None:
        state.journal.drop(state.contact_id_by_user_id, contact.user_id)
    state.journal.set(contact, "user_id", user_id)
    state.journal.put(state.contact_id_by_user_id, user_id, contact.id)


def merge(state: WorkingSet, loser: Contact, winner: Contact) -> None:
    """Merges `loser` into `winner`, keeping a record of all that `loser` was (§5.3)."""
    if loser.id not in state.complete:
        state.incomplete.add(loser.id)
    prior = _prior(state, loser)
    _remove(state, loser, winner, prior)
    _unite_fields(state, loser, winner)
    placeholders.unite(state, loser, winner)
    _move_visitors(state, loser, winner)
    _move_emails(state, loser, winner)
    _move_links(state, loser, winner)
    activity.move_to_contact(state, loser.id, winner.id)
    activity.record(state, "merged", {"merged_contact_id": loser.id}, contact_id=winner.id)


def _prior(state: WorkingSet, loser: Contact) -> Json:
    return {
        "user_id": loser.user_id,
        "email": loser.email,
        "emails": sorted(state.emails_of_contact[loser.id]),
        "name": loser.name,
        "phone": loser.phone,
        "notes": loser.notes,
        "tags": loser.tags,
        "metadata": loser.metadata,
        "visitor_ids": sorted(state.visitors_of_contact[loser.id]),
        "company_ids": [company.id for company in state.companies_of(loser)],
        "created_at_ms": loser.created_at_ms,
    }


def _remove(state: WorkingSet, loser: Contact, winner: Contact, prior: Json) -> None:
    occasion = state.occasion
    for earlier in state.merges.values():
        if earlier.survivor_id == loser.id:
            state.journal.set(earlier, "survivor_id", winner.id)
    state.sweep("merges_to_contact", loser.id, winner.id)
    record = ContactMerge(
        loser.id, winner.id, prior, occasion.operation_id, occasion.accepted_at_ms
    )
    state.journal.put(state.merges, loser.id, record)
    state.journal.drop(state.contacts, loser.id)
    if loser.user_id is not None:
        state.journal.drop(state.contact_id_by_user_id, loser.user_id)


def _unite_fields(state: WorkingSet, loser: Contact, winner: Contact) -> None:
    take_user_id(state, winner, loser.user_id)
    change = state.journal.set
    change(winner, "email", winner.email or loser.email)
    change(winner, "name", filled(winner.name, loser.name))
    change(winner, "phone", filled(winner.phone, loser.phone))
    change(winner, "notes", joined_notes(winner.notes, loser.notes))
    change(winner, "tags", united_tags(winner.tags, loser.tags))
    change(winner, "metadata", merge_patch(loser.metadata, winner.metadata))


def _move_visitors(state: WorkingSet, loser: Contact, winner: Contact) -> None:
    for visitor_id in list(state.visitors_of_contact[loser.id]):
        state.journal.set(state.visitors[visitor_id], "contact_id", winner.id)
        state.journal.put(state.visitors_of_contact[winner.id], visitor_id, True)
        state.journal.drop(state.visitors_of_contact[loser.id], visitor_id)


def _move_emails(state: WorkingSet, loser: Contact, winner: Contact) -> None:
    for email in list(state.emails_of_contact[loser.id]):
        state.journal.set(state.emails[email], "contact_id", winner.id)
        state.journal.put(state.emails_of_contact[winner.id], email, True)
        state.journal.drop(state.emails_of_contact[loser.id], email)


def _move_links(state: WorkingSet, loser: Contact, winner: Contact) -> None:
    """Links keep their age; of one that both had, the older stays."""
    for company_id, link in list(state.links_of_contact[loser.id].items()):
        kept = state.links_of_contact[winner.id].get(company_id)
        age_rank = link.age_rank if kept is None else min(link.age_rank, kept.age_rank)
        linked_at_ms = (
            link.linked_at_ms if kept is None else min(link.linked_at_ms, kept.linked_at_ms)
        )
        links.drop_row(state, loser.id, company_id)
        links.put_row(state, winner.id, company_id, age_rank, linked_at_ms)
