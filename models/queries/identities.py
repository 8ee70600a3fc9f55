"""By what a contact is recognised: its ids, its addresses and its visitors (contract §5)."""

from sqlalchemy import ColumnElement, Connection, Select, select

from models.queries import references
from models.queries.statement import Statement
from models.store.columns import table_of
from models.tables import ContactEmailTable, VisitorTable

_EMAILS = table_of(ContactEmailTable).c
_VISITORS = table_of(VisitorTable).c
_MERGED_INTO = Statement(
    "SELECT survivor_id, merged_id FROM contact_merges"
    f" WHERE project_id = :project_id AND survivor_id = {references.CONTACT}"
)


def ids_of(connection: Connection, project_id: str, contact_id: str) -> tuple[str, ...]:
    """Every id under which the contact was ever known: what was merged into it kept writing (§5.3).

    `contact_id` may itself be the id of one that was merged away.
    """
    merges = _MERGED_INTO.rows(connection, {"project_id": project_id, "contact_id": contact_id})
    if not merges:
        return (contact_id,)
    return (merges[0][0], *(merged_id for _, merged_id in merges))


def addresses_of(connection: Connection, project_id: str, contact_id: str, limit: int) -> list[str]:
    """Every email address that matches the contact, older ones too."""
    wanted = select(_EMAILS.email).where(
        _EMAILS.project_id == project_id, _EMAILS.contact_id == contact_id
    )
    return list(connection.scalars(_in_order(wanted, _EMAILS.email).limit(limit)))


def visitors_of(connection: Connection, project_id: str, contact_id: str, limit: int) -> list[str]:
    """The ids of the visitors that are linked to the contact."""
    wanted = select(_VISITORS.visitor_id).where(
        _VISITORS.project_id == project_id, _VISITORS.contact_id == contact_id
    )
    return list(connection.scalars(_in_order(wanted, _VISITORS.visitor_id).limit(limit)))


def _in_order(wanted: Select[tuple[str]], name: ColumnElement[str]) -> Select[tuple[str]]:
    """Not by the column itself: its index has the order, and all others of the project too."""
    return wanted.order_by(name + "")
