"""By what a contact is recognised: its addresses and its visitors (contract §5)."""

from sqlalchemy import Connection, select

from models.store.columns import table_of
from models.tables import ContactEmailTable, VisitorTable

_EMAILS = table_of(ContactEmailTable).c
_VISITORS = table_of(VisitorTable).c


def addresses_of(connection: Connection, project_id: str, contact_id: str, limit: int) -> list[str]:
    """Every email address that matches the contact, older ones too."""
    wanted = select(_EMAILS.email).where(
        _EMAILS.project_id == project_id, _EMAILS.contact_id == contact_id
    )
    return list(connection.scalars(wanted.order_by(_EMAILS.email).limit(limit)))


def visitors_of(connection: Connection, project_id: str, contact_id: str, limit: int) -> list[str]:
    """The ids of the visitors that are linked to the contact."""
    wanted = select(_VISITORS.visitor_id).where(
        _VISITORS.project_id == project_id, _VISITORS.contact_id == contact_id
    )
    return list(connection.scalars(wanted.order_by(_VISITORS.visitor_id).limit(limit)))
