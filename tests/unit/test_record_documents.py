"""Contacts and companies as they are shown (contract §11)."""

from models.documents.company import company_document
from models.documents.contact import contact_document
from models.records import Company, Contact


def test_an_empty_contact_shows_every_field() -> None:
    assert contact_document(Contact("con_1", 0, 1_500), []) == {
        "id": "con_1",
        "email": None,
        "user_id": None,
        "name": None,
        "phone": None,
        "notes": None,
        "tags": [],
        "metadata": {},
        "company_ids": [],
        "created_at": "1970-01-01T00:00:00.000Z",
        "updated_at": "1970-01-01T00:00:01.500Z",
    }


def test_a_company_shows_its_stage_by_name_and_its_deal_as_it_is_counted() -> None:
    company = Company("com_1", 0, 0, stage_id="stg_1", deal_value_e4=5, owner_contact_id="con_1")
    shown = company_document(company, "Lead")
    assert (shown["stage"], shown["deal_value_e4"]) == ("Lead", 5)
    assert shown.keys() == {
        "id",
        "external_id",
        "name",
        "domain",
        "industry",
        "stage",
        "deal_value_e4",
        "notes",
        "metadata",
        "placeholder",
        "created_at",
        "updated_at",
    }
