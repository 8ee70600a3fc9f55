"""Merging contacts, a into b (contract §5.3)."""

from tests.model.metadata import merge_patch
from tests.model.placeholder import fold, own_placeholders
from tests.model.state import Contact, State


def merge_contacts(state: State, a: Contact, b: Contact) -> None:
    """b keeps its values and gets all that was a's; a's id resolves to b."""
    placeholders_of_a = own_placeholders(state, a)
    placeholders_of_b = own_placeholders(state, b)
    _merge_fields(a, b)
    for visitor in state.visitors_of(a):
        visitor.contact_id = b.id
    _move_links(state, a, b)
    for placeholder in placeholders_of_a:
        if placeholders_of_b:
            fold(state, b, placeholder, into=placeholders_of_b[0])
        else:
            placeholder.owner = b.id
    for row in state.activity:
        if row.contact_id == a.id:
            row.contact_id = b.id
    state.record("merged", b, None, {"merged_contact_id": a.id})
    del state.contacts[a.id]
    for old, survivor in state.merged.items():
        if survivor == a.id:
            state.merged[old] = b.id
    state.merged[a.id] = b.id


def _merge_fields(a: Contact, b: Contact) -> None:
    b.user_id = b.user_id or a.user_id
    b.email = b.email or a.email
    b.addresses = b.addresses + a.addresses
    b.name = b.name or a.name
    b.phone = b.phone or a.phone
    # The same notes on both are said once.
    both = dict.fromkeys(notes for notes in (b.notes, a.notes) if notes)
    b.notes = "\n\n".join(both) or None
    b.tags = b.tags + [tag for tag in a.tags if tag not in b.tags]
    b.metadata = merge_patch(a.metadata, b.metadata)


def _move_links(state: State, a: Contact, b: Contact) -> None:
    moved: list[tuple[str, str]] = []
    for contact_id, company_id in state.links:
        link = (b.id if contact_id == a.id else contact_id, company_id)
        if link not in moved:
            moved.append(link)
    state.links = moved
