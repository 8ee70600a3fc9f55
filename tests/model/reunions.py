"""Requests by which two contacts turn out to be one: by chance that is rare."""

from tests.model.state import Contact, Json, State


def reunions(state: State) -> list[Json]:
    """Bodies of an identify that names one contact by its user_id and another by its email."""
    contacts = list(state.contacts.values())
    visitor_ids = [visitor.visitor_id for visitor in state.visitors.values()] or ["v1"]
    return [
        {"visitor_id": visitor_id, "user_id": one.user_id, "email": other.addresses[0]}
        for one in contacts
        for other in contacts
        if one is not other and one.user_id and other.addresses and _may_be_one(one, other)
        for visitor_id in visitor_ids[:2]
    ]


def _may_be_one(one: Contact, other: Contact) -> bool:
    has_two_user_ids = None not in {one.user_id, other.user_id}
    has_two_emails = None not in {one.email, other.email}
    return not has_two_user_ids and not has_two_emails
