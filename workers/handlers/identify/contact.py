"""Which contact an identify speaks of, and what it writes to it (contract §5.2-§5.4)."""

from models.operations import Identify
from models.outcomes import Effect, OperationWarning
from models.records import Contact, Visitor
from models.rules.identity import Identification, email_is_trusted, identify_contact
from models.rules.merge_patch import merge_patch
from models.working_set import contacts
from models.working_set.state import WorkingSet

EMAIL_UNVERIFIED = OperationWarning(
    code="email_unverified",
    detail="The email is not verified for this visitor and was not used.",
    pointer="/email",
)
EMAIL_CONFLICT = OperationWarning(
    code="email_conflict",
    detail="The email belongs to another contact and stays there.",
    pointer="/email",
)
IDENTITY_CONFLICT = OperationWarning(
    code="identity_conflict",
    detail="The visitor was linked to another person, who is left as it was.",
    pointer="/visitor_id",
)


def find_contact(
    operation: Identify, state: WorkingSet, effect: Effect, visitor: Visitor
) -> Contact | None:
    email = _trusted_email(operation, state, effect, visitor)
    by_user_id = state.contact_by_user_id(operation.user_id)
    holder = state.contact_by_email(email)
    linked = state.contact_of(visitor)
    found = identify_contact(operation.user_id, email, by_user_id, holder, linked)
    if found.choice == "anonymous":
        return None
    chosen = {"by_user_id": by_user_id, "by_email": holder, "linked": linked}.get(found.choice)
    contact = chosen or contacts.create(state, operation.user_id)
    _unite_people(state, effect, found, contact, holder, linked)
    contacts.take_user_id(state, contact, operation.user_id)
    if not found.email_conflict:
        contacts.take_email(state, contact, email)
    return contact


def _trusted_email(
    operation: Identify, state: WorkingSet, effect: Effect, visitor: Visitor
) -> str | None:
    holder = state.contact_by_email(operation.email)
    if holder is None:
        return operation.email
    if state.settings.email_trust == "unclaimed" and holder.id not in state.complete:
        # The setting changed within the batch, or a merge made this contact the holder.
        state.incomplete.add(holder.id)
    others = state.visitors_of_contact[holder.id].keys() - {visitor.visitor_id}
    trusted = email_is_trusted(
        state.settings.email_trust,
        signed=operation.email_signed,
        user_id=operation.user_id,
        holder=holder,
        by_user_id=state.contact_by_user_id(operation.user_id),
        linked=state.contact_of(visitor),
        held_by_other_visitors=bool(others),
    )
    if not trusted:
        effect.warnings.append(EMAIL_UNVERIFIED)
    return operation.email if trusted else None


def _unite_people(
    state: WorkingSet,
    effect: Effect,
    found: Identification,
    contact: Contact,
    holder: Contact | None,
    linked: Contact | None,
) -> None:
    if found.merge_holder and holder is not None:
        contacts.merge(state, holder, contact)
    if found.email_conflict:
        effect.warnings.append(EMAIL_CONFLICT)
    if found.merge_linked and linked is not None:
        contacts.merge(state, linked, contact)
    if found.identity_conflict:
        effect.warnings.append(IDENTITY_CONFLICT)


def write_fields(operation: Identify, state: WorkingSet, contact: Contact) -> None:
    if operation.name:
        state.journal.set(contact, "name", operation.name)
    if operation.phone:
        state.journal.set(contact, "phone", operation.phone)
    if operation.metadata:
        merged = merge_patch(contact.metadata, operation.metadata)
        state.journal.set(contact, "metadata", merged)
