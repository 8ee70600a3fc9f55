"""Contacts that account routes delete (contract §7, §11)."""

from models.operations import Identify, SetDeal, SetProperties, SetStage, Track
from models.operations.contacts import CreateContact, DeleteContact, UpdateContact
from models.tables import (
    CompanyTable,
    ContactEmailTable,
    ContactMergeTable,
    ContactTable,
    LinkTable,
    VisitorTable,
)
from tests.integration.account.deleting import (
    ADA,
    BATCHES,
    BOB,
    OLD,
    identified,
    ids,
    told,
    visitor,
)
from tests.integration.desk import Desk, problem
from workers.drain_terms import DrainLimits


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
