"""Contacts and companies that account routes delete (contract §7, §11)."""

from dataclasses import replace

import pytest

from models.operations import (
    CompanyPart,
    Identify,
    Operation,
    SetDeal,
    SetProperties,
    SetStage,
    Track,
)
from models.operations.companies import CreateCompany, DeleteCompany, UpdateCompany
from models.operations.contacts import (
    CreateContact,
    DeleteContact,
    LinkCompany,
    UpdateContact,
)
from models.tables import (
    ActivityTable,
    CompanyTable,
    ContactEmailTable,
    ContactMergeTable,
    ContactTable,
    LinkTable,
    VisitorTable,
)
from tests.integration.desk import ONE_BATCH, Desk, problem
from tests.model.state import Json
from workers.drain import DrainLimits

ADA = "ada@example.com"
OLD = "ada@old.example"
BOB = "bob@example.com"
ONE_BY_ONE = replace(ONE_BATCH, batch_size=1)
BATCHES = pytest.mark.parametrize(
    "limits", [ONE_BATCH, ONE_BY_ONE], ids=["one batch", "one by one"]
)


def told(desk: Desk) -> list[tuple[str, str | None, str | None]]:
    """Kind (an event: its name), contact and company of the timelines' rows."""
    rows = sorted(desk.rows(ActivityTable), key=lambda row: row["rank"])
    return [(row["name"] or row["kind"], row["contact_id"], row["company_id"]) for row in rows]


def visitor(desk: Desk, visitor_id: str) -> Json:
    return next(row for row in desk.rows(VisitorTable) if row["visitor_id"] == visitor_id)


def ids(desk: Desk, model: type) -> set[str]:
    return {row["id"] for row in desk.rows(model)}


def identified(desk: Desk, *operations: Identify) -> str:
    """The id of the contact that the last one speaks of."""
    contact_id: str = desk.write(*operations)[-1]["outcome"]["contact_id"]
    return contact_id


# -- a contact --------------------------------------------------------------------------------


def test_a_deleted_contact_is_gone_with_its_addresses_and_links(desk: Desk, acme: str) -> None:
    contact = identified(
        desk,
        Identify("v1", user_id="u1", email=OLD),
        Identify("v1", email=ADA, company_ids=("acme",)),
    )
    (receipt,) = desk.write(DeleteContact(contact))
    assert (receipt["status"], receipt["outcome"]["contact_id"]) == ("applied", contact)
    assert "record" not in receipt["outcome"]
    assert [desk.rows(each) for each in (ContactTable, ContactEmailTable, LinkTable)] == [[]] * 3
    assert ids(desk, CompanyTable) == {acme}
    assert {
        (each["record"], each["pointer"]) for each in receipt["changes"] if each["after"] is None
    } == {("contact", ""), ("contact_email", ""), ("link", ""), ("visitor", "/contact_id")}


def test_deleting_again_is_not_found(desk: Desk) -> None:
    contact = desk.record(CreateContact(email=ADA))["id"]
    _, again = desk.write(DeleteContact(contact), DeleteContact(contact))
    assert problem(again) == (404, "not_found")


def test_all_its_visitors_are_unlinked_and_keep_their_properties(desk: Desk) -> None:
    contact = identified(desk, Identify("v1", email=ADA), Identify("v2", email=ADA))
    desk.write(SetProperties("v1", {"n": 1}))
    desk.write(DeleteContact(contact))
    assert (visitor(desk, "v1")["contact_id"], visitor(desk, "v2")["contact_id"]) == (None, None)
    assert visitor(desk, "v1")["properties"] == {"n": 1}


def test_the_properties_go_under_the_next_contact_that_a_visitor_joins(desk: Desk) -> None:
    contact = identified(desk, Identify("v1", email=ADA))
    desk.write(SetProperties("v1", {"n": 1}), DeleteContact(contact))
    identified(desk, Identify("v1", email=ADA))
    (again,) = desk.rows(ContactTable)
    assert again["id"] != contact
    assert again["metadata"] == {"n": 1}


@BATCHES
def test_its_events_go_and_what_belongs_to_a_company_stays_there(
    desk: Desk, acme: str, limits: DrainLimits
) -> None:
    first, *_ = desk.write(
        Identify("v1", email=ADA, company_ids=("acme",)),
        Track("v1", "own"),
        Track("v1", "own-at-acme", company_id="acme"),
        Track("v1", "of-acme", entity="company"),
        SetStage("v1", stage_name="Lead"),
        limits=limits,
    )
    contact = first["outcome"]["contact_id"]
    desk.write(DeleteContact(contact))
    assert told(desk) == [
        ("linked", contact, acme),
        ("of-acme", contact, acme),
        ("stage_changed", contact, acme),
        ("unlinked", contact, acme),
    ]


@BATCHES
def test_the_same_holds_for_what_is_done_and_deleted_at_once(
    desk: Desk, acme: str, limits: DrainLimits
) -> None:
    contact = desk.record(CreateContact(email=ADA))["id"]
    desk.write(
        Track("v1", "before"),
        Identify("v1", email=ADA, company_ids=("acme",)),
        Track("v1", "own"),
        Track("v1", "of-acme", entity="company"),
        DeleteContact(contact),
        Track("v1", "after"),
        limits=limits,
    )
    assert told(desk) == [
        ("linked", contact, acme),
        ("of-acme", contact, acme),
        ("unlinked", contact, acme),
        ("after", None, None),
    ]


@BATCHES
def test_what_went_with_a_contact_does_not_come_back_with_its_visitor(
    desk: Desk, acme: str, limits: DrainLimits
) -> None:
    contact = identified(desk, Identify("v1", email=ADA, company_ids=("acme",)))
    desk.write(Track("v1", "own"), Track("v1", "of-acme", entity="company"))
    *_, later = desk.write(
        DeleteContact(contact),
        Track("v1", "between"),
        Identify("v1", email=BOB),
        Track("v1", "later"),
        limits=limits,
    )
    next_contact = later["outcome"]["contact_id"]
    assert [row for row in told(desk) if row[1] == next_contact] == [
        ("between", next_contact, None),
        ("later", next_contact, None),
    ]
    assert ("own", contact, None) not in told(desk)


@BATCHES
def test_events_that_a_visitor_brought_along_go_too(desk: Desk, limits: DrainLimits) -> None:
    desk.write(Track("v1", "anonymous"))
    contact = desk.record(CreateContact(email=ADA))["id"]
    desk.write(Identify("v1", email=ADA), DeleteContact(contact), limits=limits)
    assert told(desk) == []


def test_so_do_those_that_came_to_a_contact_of_the_same_batch(desk: Desk) -> None:
    desk.write(Track("v1", "anonymous"))
    (made,) = desk.put(Identify("v1", email=ADA))
    (receipt,) = desk.write(DeleteContact(f"con_{made.removeprefix('op_')}"))
    assert receipt["status"] == "applied"
    assert (ids(desk, ContactTable), told(desk)) == (set(), [])


@BATCHES
def test_a_visitor_that_went_to_another_contact_before_is_left_alone(
    desk: Desk, limits: DrainLimits
) -> None:
    ada = desk.record(CreateContact(email=ADA, user_id="u1"))["id"]
    bob = desk.record(CreateContact(email=BOB, user_id="u2"))["id"]
    desk.write(
        Identify("v1", user_id="u1"),
        Identify("v1", user_id="u2"),
        DeleteContact(ada),
        limits=limits,
    )
    assert visitor(desk, "v1")["contact_id"] == bob


@BATCHES
def test_what_identified_it_is_free_again(desk: Desk, limits: DrainLimits) -> None:
    contact = identified(desk, Identify("v1", user_id="u1", email=OLD), Identify("v1", email=ADA))
    *receipts, last = desk.write(
        DeleteContact(contact),
        CreateContact(user_id="u1", email=OLD),
        CreateContact(email=ADA),
        UpdateContact(name="Ada", contact_id=contact),
        limits=limits,
    )
    assert [receipt["problem"] for receipt in receipts] == [None] * 3
    assert problem(last) == (404, "not_found")
    assert {row["email"] for row in desk.rows(ContactEmailTable)} == {ADA, OLD}


@BATCHES
def test_contacts_that_were_merged_into_it_go_with_it(desk: Desk, limits: DrainLimits) -> None:
    desk.write(Track("v0", "anonymous"), Identify("v1", email=ADA, name="Ada"), Track("v1", "own"))
    (loser,) = ids(desk, ContactTable)
    survivor = desk.record(CreateContact(user_id="u1"))["id"]
    *_, deleted, again = desk.write(
        Identify("v1", user_id="u1", email=ADA),
        Identify("v0", user_id="u1"),
        DeleteContact(loser),
        DeleteContact(survivor),
        limits=limits,
    )
    assert deleted["outcome"]["contact_id"] == survivor
    assert problem(again) == (404, "not_found")
    assert desk.rows(ContactMergeTable) == []
    assert ids(desk, ContactTable) == set()
    assert told(desk) == []
    assert [row["contact_id"] for row in desk.rows(VisitorTable)] == [None, None]


def test_a_contact_is_deleted_by_the_id_of_one_that_was_merged_into_it(desk: Desk) -> None:
    loser = desk.record(CreateContact(email=ADA))["id"]
    identified(desk, Identify("v1", user_id="u1"), Identify("v2", user_id="u1"))
    desk.write(Identify("v1", user_id="u1", email=ADA))
    (receipt,) = desk.write(DeleteContact(loser))
    assert receipt["status"] == "applied"
    assert ids(desk, ContactTable) == set()


def test_events_that_came_over_a_contact_of_the_same_batch_reach_the_survivor(desk: Desk) -> None:
    desk.write(Track("v1", "anonymous"))
    survivor = desk.record(CreateContact(email=ADA))["id"]
    desk.write(Identify("v1", user_id="u1"), Identify("v1", email=ADA))
    assert ids(desk, ContactTable) == {survivor}
    assert ("anonymous", survivor, None) in told(desk)


def test_its_placeholder_stays_and_is_nobodys_own(desk: Desk) -> None:
    contact = identified(desk, Identify("v1", email=ADA))
    (placeholder,) = ids(desk, CompanyTable)
    desk.write(SetDeal("v1", deal_value_e4=5))
    desk.write(DeleteContact(contact))
    (company,) = desk.rows(CompanyTable)
    assert (company["id"], company["placeholder"]) == (placeholder, True)
    assert company["owner_contact_id"] is None
    assert [row[0] for row in told(desk)] == ["deal_changed"]


# -- a company --------------------------------------------------------------------------------


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
