"""A company as account routes show it (contract §11)."""

from typing import Any

from models.documents.times import iso_time
from models.records import Company


def company_document(company: Company, stage: str | None) -> dict[str, Any]:
    """The company's fields, `stage` by its name; the amount stays in ten-thousandths
    (`models/documents/exact.py` shows it).
    """
    return {
        "id": company.id,
        "external_id": company.external_id,
        "name": company.name,
        "domain": company.domain,
        "industry": company.industry,
        "stage": stage,
        "deal_value_e4": company.deal_value_e4,
        "notes": company.notes,
        "metadata": company.metadata,
        "placeholder": company.placeholder,
        "created_at": iso_time(company.created_at_ms),
        "updated_at": iso_time(company.updated_at_ms),
    }
