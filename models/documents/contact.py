"""A contact as account routes show it (contract §11)."""

from collections.abc import Sequence
from typing import Any

from models.documents.times import iso_time
from models.records import Contact


def contact_document(contact: Contact, company_ids: Sequence[str]) -> dict[str, Any]:
    """The contact's fields, and its companies, oldest link first."""
    return {
        "id": contact.id,
        "email": contact.email,
        "user_id": contact.user_id,
        "name": contact.name,
        "phone": contact.phone,
        "notes": contact.notes,
        "tags": contact.tags,
        "metadata": contact.metadata,
        "company_ids": list(company_ids),
        "created_at": iso_time(contact.created_at_ms),
        "updated_at": iso_time(contact.updated_at_ms),
    }
