"""What searches and the tag filter look at follows every write (contract §11)."""

from models.operations import Identify
from models.operations.companies import CreateCompany, UpdateCompany
from models.operations.contacts import CreateContact, DeleteContact, UpdateContact
from models.tables import CompanyTable, ContactTable, ContactTagTable
from tests.integration.desk import Desk

ADA = "ada@example.com"
BOB = "bob@example.com"


def tagged(desk: Desk) -> list[tuple[str, str]]:
    return [(row["tag"], row["contact_id"]) for row in desk.rows(ContactTagTable)]


def searched(desk: Desk, model: type, record_id: str) -> str | None:
    found: str | None = next(
        row["search_text"] for row in desk.rows(model) if row["id"] == record_id
    )
    return found


def test_a_contact_is_found_by_name_and_primary_email(desk: Desk) -> None:
    contact = desk.record(CreateContact(email=ADA, name="Ada LOVELACE"))["id"]
    assert searched(desk, ContactTable, contact) == f"ada lovelace\n{ADA}"
    desk.record(UpdateContact(contact_id=contact, name="Countess", email=BOB))
    assert searched(desk, ContactTable, contact) == f"countess\n{BOB}"


def test_a_contact_that_an_identify_made_is_found_too(desk: Desk) -> None:
    (receipt,) = desk.write(Identify("v1", email=ADA, name="Ada"))
    contact = receipt["outcome"]["contact_id"]
    assert searched(desk, ContactTable, contact) == f"ada\n{ADA}"
    desk.write(Identify("v1", name="Ada L."))
    assert searched(desk, ContactTable, contact) == f"ada l.\n{ADA}"


def test_a_company_is_found_by_name_domain_and_external_id(desk: Desk) -> None:
    company = desk.record(CreateCompany(external_id="X-1", name="Umbrella", domain="u.example"))
    assert searched(desk, CompanyTable, company["id"]) == "umbrella\nu.example\nx-1"
    desk.record(UpdateCompany(company_id=company["id"], domain=None, external_id=None))
    assert searched(desk, CompanyTable, company["id"]) == "umbrella"


def test_a_placeholder_has_nothing_to_find(desk: Desk) -> None:
    (receipt,) = desk.write(Identify("v1", email=ADA))
    assert searched(desk, CompanyTable, receipt["outcome"]["company_id"]) is None


def test_names_of_any_length_and_script_can_be_stored(desk: Desk) -> None:
    record = desk.record(CreateCompany(external_id="\u20ac" * 255, name="\U0001f600" * 200))
    assert searched(desk, CompanyTable, record["id"]) is not None


def test_contacts_are_listed_under_their_tags(desk: Desk) -> None:
    first = desk.record(CreateContact(tags=("vip", "a")))["id"]
    second = desk.record(CreateContact(tags=("vip",)))["id"]
    assert tagged(desk) == [("a", first), ("vip", first), ("vip", second)]


def test_tags_that_were_replaced_are_left_and_others_joined(desk: Desk) -> None:
    contact = desk.record(CreateContact(tags=("a", "b")))["id"]
    desk.record(UpdateContact(contact_id=contact, tags=("b", "c")))
    assert tagged(desk) == [("b", contact), ("c", contact)]
    desk.record(UpdateContact(contact_id=contact, tags=()))
    assert tagged(desk) == []


def test_a_merge_brings_the_tags_together_under_the_survivor(desk: Desk) -> None:
    desk.record(CreateContact(email=ADA, tags=("a", "both")))
    survivor = desk.record(CreateContact(user_id="u1", tags=("both", "b")))["id"]
    desk.write(Identify("v1", user_id="u1", email=ADA))
    assert tagged(desk) == [("a", survivor), ("b", survivor), ("both", survivor)]


def test_a_deleted_contact_has_no_tags(desk: Desk) -> None:
    contact = desk.record(CreateContact(tags=("a",)))["id"]
    desk.write(DeleteContact(contact))
    assert tagged(desk) == []


def test_tags_of_one_batch_come_to_what_they_are_in_the_end(desk: Desk) -> None:
    kept = desk.record(CreateContact(tags=("a",)))["id"]
    desk.write(
        UpdateContact(contact_id=kept, tags=("x",)),
        CreateContact(email=ADA, tags=("brief",)),
        UpdateContact(contact_id=kept, tags=("a", "y")),
    )
    assert [tag for tag, contact in tagged(desk) if contact == kept] == ["a", "y"]
