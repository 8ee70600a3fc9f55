"""Companies that account routes delete (contract §7, §11)."""

import pytest

from models.operations import CompanyPart, Identify, Operation, SetDeal, Track
from models.operations.companies import CreateCompany, DeleteCompany, UpdateCompany
from models.operations.contacts import CreateContact, DeleteContact, LinkCompany
from models.tables import ActivityTable, CompanyTable, ContactTable, LinkTable, VisitorTable
from tests.integration.account.deleting import ADA, BATCHES, BOB, identified, ids, told, visitor
from tests.integration.desk import ONE_BATCH, Desk, problem
from workers.drain_terms import DrainLimits


def test_a_deleted_company_is_gone_with_its_links_and_contacts_stay(desk: Desk, acme: str) -> None:
    first = identified(desk, Identify("v1", email=ADA, company=CompanyPart("acme")))
    second = desk.record(CreateContact(email=BOB))["id"]
    desk.write(LinkCompany(second, acme))
    (receipt,) = desk.write(DeleteCompany("acme"))
    assert (receipt["status"], receipt["outcome"]["company_id"]) == ("applied", acme)
    assert "record" not in receipt["outcome"]
    assert ids(desk, CompanyTable) == set()
    assert desk.rows(LinkTable) == []
    assert ids(desk, ContactTable) == {first, second}
    assert visitor(desk, "v1")["active_company_id"] is None


@BATCHES
def test_its_contacts_timelines_keep_what_they_did_and_tell_of_the_end(
    desk: Desk, acme: str, limits: DrainLimits
) -> None:
    first, *_ = desk.write(
        UpdateCompany(stage="Lead", company_id=acme),
        Identify("v1", email=ADA, company_ids=("acme",)),
        Track("v1", "of-acme", entity="company"),
        DeleteCompany(acme),
        limits=limits,
    )
    (contact,) = ids(desk, ContactTable)
    assert told(desk) == [
        ("linked", contact, acme),
        ("of-acme", contact, acme),
        ("unlinked", contact, acme),
    ]
    assert first["status"] == "applied"


def test_no_placeholder_is_made_in_its_place_until_the_next_identify(desk: Desk, acme: str) -> None:
    contact = identified(desk, Identify("v1", email=ADA, company_ids=("acme",)))
    desk.write(DeleteCompany(acme))
    assert ids(desk, CompanyTable) == set()
    identified(desk, Identify("v1", email=ADA))
    (company,) = desk.rows(CompanyTable)
    assert (company["placeholder"], company["owner_contact_id"]) == (True, contact)


@BATCHES
def test_its_external_id_is_free_again(desk: Desk, acme: str, limits: DrainLimits) -> None:
    _, again, made = desk.write(
        DeleteCompany(acme),
        DeleteCompany("acme"),
        CreateCompany(external_id="acme"),
        limits=limits,
    )
    assert problem(again) == (404, "not_found")
    (company,) = desk.rows(CompanyTable)
    assert company["id"] == made["outcome"]["record"]["id"] != acme


@BATCHES
def test_a_company_is_found_by_an_external_id_that_it_got_just_before(
    desk: Desk, acme: str, limits: DrainLimits
) -> None:
    contact = desk.record(CreateContact(email=ADA))["id"]
    desk.write(LinkCompany(contact, acme))
    renamed, deleted = desk.write(
        UpdateCompany(external_id="renamed", company_id=acme),
        DeleteCompany("renamed"),
        limits=limits,
    )
    assert (renamed["status"], deleted["status"]) == ("applied", "applied")
    # A batch that a missed link had broken would have been taken apart.
    if limits is ONE_BATCH:
        assert renamed["applied_at_ms"] == deleted["applied_at_ms"]
    assert ids(desk, CompanyTable) == set()
    assert desk.rows(LinkTable) == []


def test_a_deleted_placeholder_is_no_news(desk: Desk) -> None:
    identified(desk, Identify("v1", email=ADA))
    (placeholder,) = ids(desk, CompanyTable)
    desk.write(DeleteCompany(placeholder))
    assert (ids(desk, CompanyTable), told(desk)) == (set(), [])


@BATCHES
def test_an_active_company_that_came_with_a_fold_is_cleared_for_all_visitors(
    desk: Desk, acme: str, limits: DrainLimits
) -> None:
    contact = identified(desk, Identify("v1", email=ADA), Identify("v2", email=ADA))
    (placeholder,) = ids(desk, CompanyTable) - {acme}
    desk.write(
        Identify("v1", company=CompanyPart(placeholder)),
        Identify("v2", company=CompanyPart(placeholder)),
    )
    desk.write(LinkCompany(contact, acme), DeleteCompany(acme), limits=limits)
    assert [row["active_company_id"] for row in desk.rows(VisitorTable)] == [None, None]


@pytest.mark.parametrize("contact_first", [True, False])
@pytest.mark.usefixtures("globex")
@BATCHES
def test_when_both_are_deleted_nothing_is_left_of_what_they_shared(
    desk: Desk, acme: str, limits: DrainLimits, contact_first: bool
) -> None:
    contact = identified(desk, Identify("v1", email=ADA, company_ids=("acme",)))
    desk.write(Track("v1", "of-acme", entity="company"), SetDeal("v1", deal_value_e4=1))
    desk.record(CreateContact(email=BOB))
    deletes: list[Operation] = [DeleteContact(contact), DeleteCompany(acme)]
    desk.write(*(deletes if contact_first else deletes[::-1]), limits=limits)
    assert told(desk) == []


def test_links_of_a_company_and_companies_of_a_contact_may_be_more_than_an_operation_has_places(
    desk: Desk, acme: str
) -> None:
    many = 1_100
    made = desk.write(*(CreateContact() for _ in range(many)))
    contacts = [receipt["outcome"]["contact_id"] for receipt in made]
    desk.write(*(LinkCompany(contact, acme) for contact in contacts))
    receipt, after = desk.write(DeleteCompany(acme), CreateCompany(stage="Lead"))
    assert receipt["status"] == "applied"
    rows = desk.rows(ActivityTable)
    unlinked = [row["rank"] for row in rows if row["kind"] == "unlinked"]
    later = [row["rank"] for row in rows if row["operation_id"] == after["operation_id"]]
    assert len(unlinked) == many
    assert max(unlinked) < min(later)
