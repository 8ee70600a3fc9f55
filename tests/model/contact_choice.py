"""Which contact an identify speaks of (contract §5.2; email_trust: §2)."""

from dataclasses import dataclass

from tests.model.merging import merge_contacts
from tests.model.outcome import Result
from tests.model.project import effective_email_trust
from tests.model.state import Contact, State, Visitor


@dataclass(frozen=True)
class Identity:
    """What the request says of the person; an untrusted email is None."""

    user_id: str | None
    email: str | None


def is_trusted(state: State, visitor: Visitor, identity: Identity, *, email_signed: bool) -> bool:
    """Whether the email may lead to the contact that holds it."""
    holder = state.contact_by_address(identity.email)
    known = (state.contact_by_user_id(identity.user_id), state.contact_of(visitor))
    if holder is None or holder in known or email_signed:
        return True
    trust = effective_email_trust(state.settings)
    if trust == "unclaimed":
        is_nobody_elses = holder.user_id is None or holder.user_id == identity.user_id
        return not state.visitors_of(holder) and is_nobody_elses
    return trust == "any"


def choose_contact(
    state: State, visitor: Visitor, identity: Identity, new_contact_id: str, result: Result
) -> Contact | None:
    """The contact of this identify, with all that belongs to it merged, and the visitor on it."""
    chosen = _find_or_create(state, visitor, identity, new_contact_id, result)
    if chosen is None:
        return None
    linked = state.contact_of(visitor)
    if linked is not None and linked is not chosen:
        if _compatible(linked, chosen, identity):
            merge_contacts(state, linked, chosen)
        else:
            result.warn("identity_conflict", "/visitor_id")
    visitor.contact_id = chosen.id
    chosen.user_id = chosen.user_id or identity.user_id
    if identity.email and state.contact_by_address(identity.email) is None:
        chosen.email = identity.email
        chosen.addresses.append(identity.email)
    return chosen


def _find_or_create(
    state: State, visitor: Visitor, identity: Identity, new_contact_id: str, result: Result
) -> Contact | None:
    by_user_id = state.contact_by_user_id(identity.user_id)
    by_email = state.contact_by_address(identity.email)
    linked = state.contact_of(visitor)
    if by_user_id is not None:
        if by_email is not None and by_email is not by_user_id:
            if _compatible(by_email, by_user_id, identity):
                merge_contacts(state, by_email, by_user_id)
            else:
                result.warn("email_conflict", "/email")
        return by_user_id
    if by_email is not None:
        if not _differ(by_email.user_id, identity.user_id):
            return by_email
        result.warn("email_conflict", "/email")
    if linked is not None and not _differ(linked.user_id, identity.user_id):
        return linked
    if identity.user_id or identity.email:
        return state.contacts.setdefault(new_contact_id, Contact(new_contact_id))
    return None


def _compatible(one: Contact, other: Contact, identity: Identity) -> bool:
    user_ids = {one.user_id, other.user_id, identity.user_id} - {None}
    emails = {one.email, other.email, identity.email} - {None}
    return len(user_ids) <= 1 and len(emails) <= 1


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other
