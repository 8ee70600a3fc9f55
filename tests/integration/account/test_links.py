"""Links as account routes make and take them (contract §11, §5.5)."""

from dataclasses import replace

import pytest

from models.operations import CompanyPart, Identify, Operation, SetDeal, Track
from models.operations.companies import CreateCompany, UpdateCompany
from models.operations.contacts import CreateContact, LinkCompany, UnlinkCompany
from models.tables import ActivityTable, CompanyTable, LinkTable, VisitorTable
from tests.integration.desk import ONE_BATCH, Desk, problem
from tests.model.state import Json

ADA = "ada@example.com"
BOB = "bob@example.com"


def links(desk: Desk) -> set[tuple[str, str]]:
    return {(row["contact_id"], row["company_id"]) for row in desk.rows(LinkTable)}


def company(desk: Desk, company_id: str) -> Json | None:
    return next((row for row in desk.rows(CompanyTable) if row["id"] == company_id), None)


def told(desk: Desk, *kinds: str) -> list[tuple[str, str | None, str | None]]:
    """Kind, contact and company of the timelines' rows."""
    rows = sorted(desk.rows(ActivityTable), key=lambda row: row["rank"])
    return [
        (row["kind"], row["contact_id"], row["company_id"]) for row in rows if row["kind"] in kinds
    ]


@pytest.fixture
def contact(desk: Desk) -> str:
    """The id of a contact without a company."""
    made: str = desk.record(CreateContact(email=ADA))["id"]
    return made


def test_a_contact_is_linked_with_a_company(desk: Desk, contact: str, acme: str) -> None:
    (receipt,) = desk.write(LinkCompany(contact, acme))
    assert links(desk) == {(contact, acme)}
    assert told(desk, "linked") == [("linked", contact, acme)]
    assert receipt["outcome"]["contact_id"] == contact
    assert receipt["outcome"]["company_id"] == acme
    assert "record" not in receipt["outcome"]
    (change,) = receipt["changes"]
    assert (change["record"], change["before"]) == ("link", None)
    linked_at = change["after"].pop("linked_at")
    assert linked_at.endswith("Z")
    assert change["after"] == {"contact_id": contact, "company_id": acme}


def test_a_company_is_named_by_id_first_and_then_by_external_id(
    desk: Desk, contact: str, acme: str
) -> None:
    other = desk.record(CreateCompany(external_id=acme))["id"]
    desk.write(LinkCompany(contact, acme))
    assert links(desk) == {(contact, acme)}
    desk.write(UnlinkCompany(contact, "acme"))
    assert links(desk) == set()
    assert company(desk, other) is not None


def test_linking_again_changes_nothing(desk: Desk, contact: str, acme: str) -> None:
    _, again = desk.write(LinkCompany(contact, acme), LinkCompany(contact, "acme"))
    assert (again["status"], again["problem"]) == ("unchanged", None)
    assert len(told(desk, "linked")) == 1


def test_a_link_is_taken_away(desk: Desk, contact: str, acme: str) -> None:
    desk.write(LinkCompany(contact, acme))
    (receipt,) = desk.write(UnlinkCompany(contact, acme))
    assert receipt["status"] == "applied"
    assert links(desk) == set()
    assert told(desk, "linked", "unlinked") == [
        ("linked", contact, acme),
        ("unlinked", contact, acme),
    ]


def test_what_is_not_linked_is_unlinked_already(desk: Desk, contact: str, acme: str) -> None:
    (receipt,) = desk.write(UnlinkCompany(contact, acme))
    assert (receipt["status"], receipt["problem"]) == ("unchanged", None)
    assert told(desk, "unlinked") == []


@pytest.mark.parametrize("operation", [LinkCompany, UnlinkCompany])
def test_a_contact_or_a_company_that_does_not_exist_is_not_found(
    desk: Desk,
    contact: str,
    operation: type[LinkCompany | UnlinkCompany],
    acme: str,
) -> None:
    asked: list[Operation] = [operation("con_none", acme), operation(contact, "com_none")]
    assert [problem(receipt) for receipt in desk.write(*asked)] == [(404, "not_found")] * 2
    assert links(desk) == set()


def test_a_merged_contacts_id_links_the_one_that_it_is_now(
    desk: Desk, contact: str, acme: str
) -> None:
    (survivor, _) = desk.write(
        Identify("v1", user_id="u1"), Identify("v1", user_id="u1", email=ADA)
    )
    desk.write(LinkCompany(contact, acme))
    assert links(desk) == {(survivor["outcome"]["contact_id"], acme)}


def test_linking_a_real_company_folds_the_contacts_placeholder(desk: Desk, acme: str) -> None:
    first, _, _ = desk.write(
        Identify("v1", email=ADA),
        SetDeal("v1", deal_value_e4=70_000),
        Track("v1", "clicked", entity="company"),
    )
    contact, placeholder = first["outcome"]["contact_id"], first["outcome"]["company_id"]
    (receipt,) = desk.write(LinkCompany(contact, acme))
    assert receipt["status"] == "applied"
    assert links(desk) == {(contact, acme)}
    assert company(desk, placeholder) is None
    found = company(desk, acme)
    assert found is not None
    assert found["deal_value_e4"] == 70_000
    assert told(desk, "event") == [("event", contact, acme)]


def test_so_it_does_in_the_batch_that_makes_the_placeholder(
    desk: Desk, contact: str, acme: str
) -> None:
    desk.write(
        Identify("v1", email=ADA),
        SetDeal("v1", deal_value_e4=70_000),
        LinkCompany(contact, acme),
    )
    assert links(desk) == {(contact, acme)}
    found = company(desk, acme)
    assert found is not None
    assert found["deal_value_e4"] == 70_000


def test_linking_another_contacts_placeholder_folds_nothing(desk: Desk) -> None:
    ada, bob = desk.write(Identify("v1", email=ADA), Identify("v2", email=BOB))
    contact, own = ada["outcome"]["contact_id"], ada["outcome"]["company_id"]
    others = bob["outcome"]["company_id"]
    desk.write(LinkCompany(contact, others))
    assert {pair for pair in links(desk) if pair[0] == contact} == {
        (contact, own),
        (contact, others),
    }
    assert told(desk, "linked") == []


def test_a_placeholder_that_came_back_beside_its_successor_folds_with_it(
    desk: Desk, acme: str
) -> None:
    (made,) = desk.write(Identify("v1", email=ADA))
    contact, placeholder = made["outcome"]["contact_id"], made["outcome"]["company_id"]
    desk.write(
        UnlinkCompany(contact, placeholder),
        Identify("v1", email=ADA),
        LinkCompany(contact, placeholder),
    )
    assert len(links(desk)) == 2
    desk.write(LinkCompany(contact, acme))
    assert links(desk) == {(contact, acme)}


def test_unlinking_a_placeholder_leaves_it_and_is_no_news(desk: Desk) -> None:
    (made,) = desk.write(Identify("v1", email=ADA))
    contact, placeholder = made["outcome"]["contact_id"], made["outcome"]["company_id"]
    desk.write(UnlinkCompany(contact, placeholder))
    assert links(desk) == set()
    assert company(desk, placeholder) is not None
    assert told(desk, "unlinked") == []


def test_an_active_company_that_is_unlinked_is_no_target_until_it_is_linked_again(
    desk: Desk,
    acme: str,
    globex: str,
) -> None:
    made, _ = desk.write(Identify("v1", email=ADA), Identify("v1", company=CompanyPart("acme")))
    desk.write(LinkCompany(made["outcome"]["contact_id"], globex))
    contact = made["outcome"]["contact_id"]
    (visitor,) = desk.rows(VisitorTable)
    assert visitor["active_company_id"] == acme
    _, elsewhere, _, back = desk.write(
        UnlinkCompany(contact, acme),
        SetDeal("v1", deal_value_e4=1),
        LinkCompany(contact, acme),
        SetDeal("v1", deal_value_e4=2),
    )
    assert elsewhere["outcome"]["company_id"] == globex
    assert back["outcome"]["company_id"] == acme


def test_a_placeholder_that_was_named_by_an_edit_is_linked_as_a_real_company(
    desk: Desk, globex: str
) -> None:
    (made,) = desk.write(Identify("v1", email=ADA))
    contact, placeholder = made["outcome"]["contact_id"], made["outcome"]["company_id"]
    desk.write(
        UpdateCompany(name="Umbrella", company_id=placeholder), LinkCompany(contact, "globex")
    )
    assert links(desk) == {(contact, placeholder), (contact, globex)}


@pytest.mark.parametrize("batch_size", [500, 1], ids=["one batch", "one by one"])
def test_a_visitor_that_comes_back_to_a_shared_placeholder_has_it_active(
    desk: Desk, acme: str, batch_size: int
) -> None:
    ada, bob = desk.write(Identify("v1", email=ADA), Identify("v2", email=BOB))
    contact, placeholder = ada["outcome"]["contact_id"], ada["outcome"]["company_id"]
    desk.write(
        LinkCompany(bob["outcome"]["contact_id"], placeholder),
        Identify("v1", company=CompanyPart(placeholder)),
    )
    desk.write(
        LinkCompany(contact, acme),
        UnlinkCompany(contact, acme),
        Identify("v1", company=CompanyPart(placeholder)),
        limits=replace(ONE_BATCH, batch_size=batch_size),
    )
    active = {row["visitor_id"]: row["active_company_id"] for row in desk.rows(VisitorTable)}
    assert active == {"v1": placeholder, "v2": None}
