"""The model's state as plain data, to be compared with what the pipeline stored."""

import json
from collections.abc import Container, Iterable
from decimal import Decimal

from tests.model.documents import project_document
from tests.model.state import Company, Contact, Event, Json, Row, State


def snapshot_of(state: State) -> Json:
    """Dictionaries and lists only, in a form that the database can be read into as well."""
    return {
        "visitors": {
            visitor.visitor_id: {
                "contact_id": visitor.contact_id,
                "active_company_id": visitor.active_company_id,
                "properties": visitor.properties,
            }
            for visitor in state.visitors.values()
        },
        "contacts": {c.id: _contact(state, c) for c in state.contacts.values()},
        "companies": {company.id: _company(company) for company in state.companies.values()},
        "events": [_event(state, event) for event in state.events],
        "stage_changes": [
            {"company_id": row.company_id, **row.detail}
            for row in state.activity
            if row.kind == "stage_changed"
        ],
        "deal_changes": [
            {
                "company_id": row.company_id,
                "from": deal_text(row.detail["from"]),
                "to": deal_text(row.detail["to"]),
            }
            for row in state.activity
            if row.kind == "deal_changed"
        ],
        "activity": in_order(_row(state, row) for row in state.activity),
        "stages": [[stage.id, stage.name] for stage in state.stages],
        "project": project_document(state),
        "merged": dict(state.merged),
    }


def _contact(state: State, contact: Contact) -> Json:
    return {
        "user_id": contact.user_id,
        "email": contact.email,
        "emails": sorted(contact.addresses),
        "name": contact.name,
        "phone": contact.phone,
        "notes": contact.notes,
        "tags": list(contact.tags),
        "metadata": contact.metadata,
        "companies": [company.id for company in state.companies_of(contact)],
        "created_at_ms": contact.created_at_ms,
        "updated_at_ms": contact.updated_at_ms,
    }


def _company(company: Company) -> Json:
    return {
        "external_id": company.external_id,
        "name": company.name,
        "domain": company.domain,
        "industry": company.industry,
        "stage": company.stage,
        "deal_value": deal_text(company.deal_value),
        "notes": company.notes,
        "metadata": company.metadata,
        "placeholder": company.placeholder,
        "created_at_ms": company.created_at_ms,
        "updated_at_ms": company.updated_at_ms,
    }


def _event(state: State, event: Event) -> Json:
    return {
        "name": event.name,
        "value": event.value,
        "entity": event.entity,
        "visitor_id": event.visitor_id,
        "contact_id": living(event.contact_id, state.contacts),
        "company_id": event.company_id,
        "occurred_at_ms": event.occurred_at_ms,
    }


def _row(state: State, row: Row) -> Json:
    detail = {key: _plain(value) for key, value in row.detail.items()}
    return {
        "kind": row.kind,
        "operation_id": row.operation_id,
        "contact_id": living(row.contact_id, state.contacts),
        "company_id": row.company_id,
        "occurred_at_ms": row.occurred_at_ms,
        "detail": _event(state, row) if isinstance(row, Event) else detail,
    }


def _plain(value: object) -> object:
    return deal_text(value) if isinstance(value, Decimal) else value


def living(contact_id: str | None, contacts: Container[str]) -> str | None:
    """None for a contact that was deleted."""
    return contact_id if contact_id in contacts else None


def in_order(rows: Iterable[Json]) -> list[Json]:
    """By operation; among the rows of one operation there is no order."""
    return sorted(rows, key=lambda row: (row["operation_id"], json.dumps(row, sort_keys=True)))


def deal_text(value: Decimal | None) -> str | None:
    """Plain decimal digits without trailing zeros: "12000", "0.5"."""
    if value is None:
        return None
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def canonical_text(snapshot: Json) -> str:
    """A snapshot as JSON text that differs where JSON differs (1 and true are not equal)."""
    return json.dumps(snapshot, sort_keys=True, indent=1, ensure_ascii=False)
