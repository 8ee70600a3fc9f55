"""Contacts as account routes write them (contract §11)."""

import pytest

from models.operations import Identify, Operation, SetProperties, Track
from models.operations.companies import CreateCompany, UpdateCompany
from models.operations.contacts import (
    CreateContact,
    DeleteContact,
    LinkCompany,
    UpdateContact,
)
from models.tables import ActivityTable, CompanyTable, ContactEmailTable, ContactTable, LinkTable
from tests.integration.desk import Desk, problem
from tests.model.state import Json

ADA = "ada@example.com"
OLD = "ada@old.example"
BOB = "bob@example.com"


def addresses(desk: Desk) -> dict[str, str]:
    return {row["email"]: row["contact_id"] for row in desk.rows(ContactEmailTable)}


def conflict(receipt: Json) -> tuple[int, str, str, str]:
    """Status, code, pointer and holder of a refusal."""
    refused = receipt["problem"]
    pointer = refused["errors"][0]["pointer"]
    return refused["status"], refused["code"], pointer, refused["holder_id"]


def changes(receipt: Json) -> list[tuple[str, str, object, object]]:
    return [
        (each["record"], each["pointer"], each["before"], each["after"])
        for each in receipt["changes"]
    ]


def test_a_new_contact_is_answered_as_it_is_stored(desk: Desk) -> None:
    record = desk.record(
        CreateContact(
            email=ADA,
            user_id="u1",
            name="Ada",
            phone="1",
            notes="n",
            tags=("b", "a"),
            metadata={"plan": "pro", "gone": None},
        )
    )
    made_at = record.pop("created_at")
    assert record.pop("id").startswith("con_")
    assert record.pop("updated_at") == made_at
    assert record == {
        "email": ADA,
        "user_id": "u1",
        "name": "Ada",
        "phone": "1",
        "notes": "n",
        "tags": ["b", "a"],
        "metadata": {"plan": "pro"},
        "company_ids": [],
    }


def test_making_a_contact_makes_nothing_beside_it(desk: Desk) -> None:
    before = desk.rows(CompanyTable)
    desk.record(CreateContact(email=ADA))
    assert desk.rows(CompanyTable) == before
    assert desk.rows(LinkTable) == []
    assert desk.rows(ActivityTable) == []


def test_a_contact_needs_no_field_at_all(desk: Desk) -> None:
    assert desk.record(CreateContact())["email"] is None


def test_an_identify_finds_the_contact_that_an_account_route_made(desk: Desk) -> None:
    made = desk.record(CreateContact(email=ADA))
    (receipt,) = desk.write(Identify("v1", email=ADA))
    assert receipt["outcome"]["contact_id"] == made["id"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [(CreateContact(email=ADA), "email"), (CreateContact(user_id="u1"), "user_id")],
)
def test_a_taken_identity_is_refused_and_names_its_holder(
    desk: Desk, fields: CreateContact, field: str
) -> None:
    holder = desk.record(CreateContact(email=ADA, user_id="u1"))
    (receipt,) = desk.write(fields)
    assert conflict(receipt) == (409, f"{field}_taken", f"/{field}", holder["id"])
    assert len(desk.rows(ContactTable)) == 1


def test_an_older_address_of_another_contact_is_taken_too(desk: Desk) -> None:
    (first, _) = desk.write(
        Identify("v1", user_id="u1", email=OLD), Identify("v1", user_id="u1", email=ADA)
    )
    (made, other) = desk.write(CreateContact(email=OLD), CreateContact(email=BOB))
    holder_id = first["outcome"]["contact_id"]
    assert conflict(made) == (409, "email_taken", "/email", holder_id)
    (updated,) = desk.write(UpdateContact(email=OLD, contact_id=other["outcome"]["contact_id"]))
    assert conflict(updated) == (409, "email_taken", "/email", holder_id)


def test_what_is_sent_is_written_and_the_rest_stays(desk: Desk) -> None:
    made = desk.record(
        CreateContact(email=ADA, name="Ada", phone="1", tags=("a", "b"), metadata={"a": 1, "b": 2})
    )
    (receipt,) = desk.write(
        UpdateContact(contact_id=made["id"], phone=None, tags=("c",), metadata={"a": None, "c": 3})
    )
    record = receipt["outcome"]["record"]
    assert (record["email"], record["name"]) == (ADA, "Ada")
    assert (record["phone"], record["tags"]) == (None, ["c"])
    assert record["metadata"] == {"b": 2, "c": 3}
    assert record["updated_at"] > record["created_at"]
    assert changes(receipt) == [
        ("contact", "/phone", "1", None),
        ("contact", "/tags", ["a", "b"], ["c"]),
        ("contact", "/metadata/a", 1, None),
        ("contact", "/metadata/c", None, 3),
    ]


def test_an_update_that_changes_nothing_says_so_and_keeps_its_date(desk: Desk) -> None:
    made = desk.record(CreateContact(email=ADA, name="Ada", tags=("a",), metadata={"n": 1}))
    (receipt,) = desk.write(
        UpdateContact(contact_id=made["id"], email=ADA, name="Ada", tags=("a",), metadata={"n": 1})
    )
    assert (receipt["status"], receipt["changes"]) == ("unchanged", [])
    assert receipt["outcome"]["record"] == made


def test_an_identity_and_a_name_are_never_erased(desk: Desk) -> None:
    made = desk.record(CreateContact(email=ADA, user_id="u1", name="Ada"))
    (receipt,) = desk.write(UpdateContact(contact_id=made["id"]))
    assert receipt["outcome"]["record"] == made


def test_a_changed_email_replaces_the_old_one_which_matches_no_more(desk: Desk) -> None:
    made = desk.record(CreateContact(email=OLD))
    assert desk.record(UpdateContact(email=ADA, contact_id=made["id"]))["email"] == ADA
    assert addresses(desk) == {ADA: made["id"]}
    (other,) = desk.write(CreateContact(email=OLD))
    assert other["status"] == "applied"


def test_older_addresses_still_match_after_a_change_of_email(desk: Desk) -> None:
    desk.write(Identify("v1", user_id="u1", email=OLD), Identify("v1", user_id="u1", email=ADA))
    (contact,) = desk.rows(ContactTable)
    desk.record(UpdateContact(email=BOB, contact_id=contact["id"]))
    assert addresses(desk) == {OLD: contact["id"], BOB: contact["id"]}


def test_an_own_older_address_can_become_the_primary_one_again(desk: Desk) -> None:
    desk.write(Identify("v1", user_id="u1", email=OLD), Identify("v1", user_id="u1", email=ADA))
    (contact,) = desk.rows(ContactTable)
    assert desk.record(UpdateContact(email=OLD, contact_id=contact["id"]))["email"] == OLD
    assert addresses(desk) == {OLD: contact["id"]}


@pytest.mark.parametrize("one_batch", [True, False], ids=["one batch", "two batches"])
def test_an_identity_given_up_is_free_for_another_contact(desk: Desk, one_batch: bool) -> None:
    first = desk.record(CreateContact(email=ADA, user_id="u1"))
    second = desk.record(CreateContact(email=BOB, user_id="u2"))
    given_up = UpdateContact(email=OLD, user_id="u3", contact_id=first["id"])
    taken_up = UpdateContact(email=ADA, user_id="u1", contact_id=second["id"])
    if one_batch:
        receipts = desk.write(given_up, taken_up)
    else:
        receipts = [*desk.write(given_up), *desk.write(taken_up)]
    assert [receipt["status"] for receipt in receipts] == ["applied", "applied"]
    assert {row["id"]: row["user_id"] for row in desk.rows(ContactTable)} == {
        first["id"]: "u3",
        second["id"]: "u1",
    }
    assert addresses(desk) == {OLD: first["id"], ADA: second["id"]}


def test_a_user_id_that_was_replaced_finds_the_contact_no_more(desk: Desk) -> None:
    made = desk.record(CreateContact(user_id="u1"))
    (_, receipt) = desk.write(
        UpdateContact(user_id="u2", contact_id=made["id"]), Identify("v1", user_id="u1")
    )
    assert receipt["outcome"]["contact_id"] != made["id"]


def test_metadata_beyond_a_records_limit_refuses_the_whole_update(desk: Desk) -> None:
    made = desk.record(CreateContact(metadata={"a": "x" * 31_000, "b": "x" * 31_000}))
    (receipt,) = desk.write(
        UpdateContact(name="Ada", metadata={"c": "x" * 31_000}, contact_id=made["id"])
    )
    assert problem(receipt) == (400, "metadata_too_large")
    assert desk.rows(ContactTable)[0]["name"] is None


@pytest.mark.parametrize(
    "operation",
    [UpdateContact(name="Ada", contact_id="con_none"), DeleteContact("con_none")],
    ids=["update", "delete"],
)
def test_an_unknown_contact_is_not_found(desk: Desk, operation: Operation) -> None:
    (receipt,) = desk.write(operation)
    assert problem(receipt) == (404, "not_found")


def merged_contact(desk: Desk) -> tuple[str, str]:
    """The ids of a contact that was merged away, and of its survivor."""
    loser = desk.record(CreateContact(email=ADA))["id"]
    (receipt,) = desk.write(Identify("v1", user_id="u1"))
    desk.write(Identify("v1", user_id="u1", email=ADA))
    survivor: str = receipt["outcome"]["contact_id"]
    return loser, survivor


def test_a_merged_contacts_id_speaks_of_the_one_that_it_is_now(desk: Desk) -> None:
    loser, survivor = merged_contact(desk)
    assert desk.record(UpdateContact(name="Ada", contact_id=loser))["id"] == survivor


def test_so_it_does_in_the_batch_that_merges(desk: Desk) -> None:
    loser = desk.record(CreateContact(email=ADA))["id"]
    survivor, _, receipt = desk.write(
        Identify("v1", user_id="u1"),
        Identify("v1", user_id="u1", email=ADA),
        UpdateContact(name="Ada", contact_id=loser),
    )
    assert receipt["outcome"]["record"]["id"] == survivor["outcome"]["contact_id"]


def test_a_contact_lists_its_companies_oldest_link_first(desk: Desk) -> None:
    contact = desk.record(CreateContact(email=ADA))["id"]
    first = desk.record(CreateCompany(external_id="a"))["id"]
    second = desk.record(CreateCompany(external_id="b"))["id"]
    desk.write(LinkCompany(contact, second), LinkCompany(contact, first))
    record = desk.record(UpdateContact(name="Ada", contact_id=contact))
    assert record["company_ids"] == [second, first]


def test_what_was_set_over_the_widget_is_shown_in_the_record(desk: Desk) -> None:
    (receipt, _, _) = desk.write(
        Identify("v1", email=ADA, name="Ada"), SetProperties("v1", {"n": 1}), Track("v1", "login")
    )
    record = desk.record(UpdateContact(phone="1", contact_id=receipt["outcome"]["contact_id"]))
    assert (record["name"], record["metadata"]) == ("Ada", {"n": 1})
    assert len(record["company_ids"]) == 1
    desk.record(UpdateCompany(name="Acme", company_id=record["company_ids"][0]))
