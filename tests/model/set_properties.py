"""set-properties (contract §6)."""

from tests.model.metadata import merge_patch
from tests.model.outcome import Result
from tests.model.request import identifier
from tests.model.state import Json, State


def set_properties(state: State, body: Json, result: Result) -> None:
    """Merge into the visitor's properties and, where linked, the contact's metadata."""
    visitor = state.visitor_or_new(identifier(body["visitor_id"]))
    visitor.properties = merge_patch(visitor.properties, body["properties"])
    contact = state.contact_of(visitor)
    if contact is not None:
        contact.metadata = merge_patch(contact.metadata, body["properties"])
        result.contact_id = contact.id
