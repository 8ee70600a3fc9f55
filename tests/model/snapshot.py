"""The model's state as plain data, to be compared with what the pipeline stored."""

import json
from decimal import Decimal

from tests.model.state import Company, Contact, Json, State


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
        "events": [
            {key: value for key, value in vars(event).items() if key != "id"}
            for event in state.events
        ],
        "stage_changes": [
            {"company_id": change.company_id, "from": change.before, "to": change.after}
            for change in state.stage_changes
        ],
        "deal_changes": [
            {
                "company_id": change.company_id,
                "from": deal_text(change.before),
                "to": deal_text(change.after),
            }
            for change in state.deal_changes
        ],
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
    }


def _company(company: Company) -> Json:
    return {
        "external_id": company.external_id,
        "name": company.name,
        "stage": company.stage,
        "deal_value": deal_text(company.deal_value),
        "notes": company.notes,
        "metadata": company.metadata,
        "placeholder": company.placeholder,
    }


def deal_text(value: Decimal | None) -> str | None:
    """Plain decimal digits without trailing zeros: "12000", "0.5"."""
    if value is None:
        return None
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def canonical_text(snapshot: Json) -> str:
    """A snapshot as JSON text that differs where JSON differs (1 and true are not equal)."""
    return json.dumps(snapshot, sort_keys=True, indent=1, ensure_ascii=False)
