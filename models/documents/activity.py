"""A row of a contact's timeline or a company's activity (contract §11)."""

from typing import Any

from models.documents.exact import in_contract_units
from models.documents.times import iso_time
from models.records import Activity


def activity_document(row: Activity) -> dict[str, Any]:
    """What happened, when, to whom and by which operation; then the fields of its kind."""
    document = {
        "id": row.id,
        "kind": row.kind,
        "occurred_at": iso_time(row.occurred_at_ms),
        "recorded_at": iso_time(row.recorded_at_ms),
        "operation_id": row.operation_id,
        "contact_id": row.contact_id,
        "company_id": row.company_id,
    }
    if row.kind == "event":
        document |= {"visitor_id": row.visitor_id, "name": row.name}
    return document | in_contract_units(row.detail)
