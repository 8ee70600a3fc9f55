"""The model writes contacts, companies, links and the pipeline (contract §11)."""

import pytest

from tests.model.outcome import Result
from tests.model.state import Json
from tests.unit.model.story import Story

NOT_FOUND = (404, "not_found")


def refusal(result: Result) -> tuple[int | None, str | None]:
    assert result.status == "rejected"
    return result.http_status, result.code


def made(story: Story, operation_type: str, **fields: object) -> Json:
    """The record of something that is made."""
    record = story.apply(operation_type, fields).record
    assert record is not None
    return record


def test_a_made_contact_has_no_company() -> None:
    story = Story()
    contact = made(story, "create_contact", email=" Ann@Example.com ", tags=["vip", " vip "])
    assert (contact["email"], contact["tags"]) == ("ann@example.com", ["vip"])
    assert contact["company_ids"] == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"email": "old@example.com"}, "email_taken"), ({"user_id": "u1"}, "user_id_taken")],
)
def test_what_another_contact_has_is_taken_and_the_holder_named(fields: Json, code: str) -> None:
    story = Story()
    holder = story.identify("ann", user_id="u1", email="old@example.com").contact_id
    story.identify("ann", email="new@example.com")
    result = story.apply("create_contact", fields)
    assert refusal(result) == (409, code)
    assert result.holder_id == holder


def test_a_changed_email_no_longer_matches_and_an_older_one_still_does() -> None:
    story = Story()
    contact_id = story.identify("ann", email="first@example.com").contact_id
    story.identify("ann", email="second@example.com")
    story.apply("update_contact", {"contact_id": contact_id, "email": "third@example.com"})
    assert story.contact("ann").addresses == ["first@example.com", "third@example.com"]


def test_a_merged_id_names_the_one_that_it_became_until_that_is_deleted() -> None:
    story = Story()
    old = story.identify("a", email="ann@example.com").contact_id
    story.identify("b", user_id="u1")
    now = story.identify("b", user_id="u1", email="ann@example.com").contact_id
    result = story.apply("update_contact", {"contact_id": old, "name": "Ann"})
    assert result.contact_id == now
    story.apply("delete_contact", {"contact_id": old})
    assert refusal(story.apply("update_contact", {"contact_id": old})) == NOT_FOUND


def test_a_deleted_contacts_visitor_brings_its_properties_but_none_of_its_events_along() -> None:
    story = Story()
    contact_id = story.identify("ann", user_id="u1", company={"id": "acme"}).contact_id
    story.set_properties("ann", plan="pro")
    story.track("ann")
    story.track("ann", entity="company")
    story.apply("delete_contact", {"contact_id": contact_id})
    assert [event.entity for event in story.model.state.events] == ["company"]
    story.identify("ann", user_id="u2")
    assert story.contact("ann").metadata == {"plan": "pro"}
    assert story.model.snapshot()["events"][0]["contact_id"] is None


def test_linking_a_real_company_folds_the_placeholder_and_unlinking_makes_none() -> None:
    story = Story()
    contact_id = story.identify("ann", user_id="u1").contact_id
    story.set_deal("ann", 5)
    link = {"contact_id": contact_id, "company_id": "acme"}
    story.apply("link_company", link)
    assert story.company_ids("ann") == ["com_acme"]
    assert story.company("com_acme").deal_value == 5
    story.apply("unlink_company", link)
    assert story.company_ids("ann") == []
    assert story.apply("unlink_company", link).status == "unchanged"


def test_a_name_makes_a_placeholder_a_real_company_and_an_external_id_does_not() -> None:
    story = Story()
    placeholder = story.identify("ann", user_id="u1").company_id
    edit = {"company_id": placeholder, "external_id": "hooli"}
    assert story.apply("update_company", edit).status == "applied"
    assert story.company(str(placeholder)).placeholder
    story.apply("update_company", {"company_id": "hooli", "name": "Hooli"})
    assert not story.company(str(placeholder)).placeholder


def test_a_stage_set_by_an_edit_is_exact_and_null_clears_it() -> None:
    story = Story()
    for stage, stands in (("Customer", "Customer"), (" lead ", "Lead"), (None, None)):
        story.apply("update_company", {"company_id": "acme", "stage": stage})
        assert story.company("com_acme").stage == stands
    unknown = story.apply("update_company", {"company_id": "acme", "stage": "Churned"})
    assert refusal(unknown) == (400, "stage_not_found")


def test_a_deleted_company_leaves_its_contacts_without_one() -> None:
    story = Story()
    story.identify("ann", user_id="u1", company={"id": "acme"})
    story.apply("delete_company", {"company_id": "acme"})
    assert (story.company_ids("ann"), story.active("ann")) == ([], None)
    assert [row.kind for row in story.model.state.activity] == ["linked", "unlinked"]


def test_a_stage_in_use_goes_only_with_a_replacement() -> None:
    story = Story()
    story.apply("update_company", {"company_id": "acme", "stage": "Lead"})
    assert refusal(story.apply("delete_stage", {"stage_id": "stg_lead"})) == (409, "stage_in_use")
    story.apply("delete_stage", {"stage_id": "stg_lead", "replacement_id": "stg_customer"})
    assert story.company("com_acme").stage == "Customer"


def test_stages_of_a_whole_pipeline_are_known_by_id_then_by_name() -> None:
    story = Story()
    story.apply("update_company", {"company_id": "acme", "stage": "Lead"})
    places = [{"id": "stg_lead", "name": "Customer"}, {"name": "Lead"}, {"name": " qualified "}]
    record = made(story, "replace_stages", stages=places)
    assert [(stage["id"], stage["name"]) for stage in record["items"]] == [
        ("stg_lead", "Customer"),
        ("stg_2_1", "Lead"),
        ("stg_qualified", "qualified"),
    ]
    assert story.company("com_acme").stage == "Customer"


def test_renaming_a_stage_does_not_move_a_companys_updated_at() -> None:
    story = Story()
    story.apply("update_company", {"company_id": "acme", "stage": "Lead"})
    before = story.company("com_acme").updated_at_ms
    story.apply("update_stage", {"stage_id": "stg_lead", "name": "New"})
    assert story.company("com_acme").stage == "New"
    assert story.company("com_acme").updated_at_ms == before


def test_a_project_that_verifies_trusts_unclaimed_emails_unless_told_otherwise() -> None:
    story = Story()
    record = made(story, "update_project", identity_verification="required")
    assert record["email_trust"] == "unclaimed"
    assert made(story, "update_project", email_trust="any")["email_trust"] == "any"


def test_a_key_answers_once_and_refuses_other_content() -> None:
    story = Story()
    first, again, other = (
        story.model.apply(
            "create_contact", {"name": name}, operation_id=f"op_{n}", accepted_at_ms=n, key="k"
        )
        for n, name in enumerate(("A", "A", "B"), start=1)
    )
    assert again == first
    assert refusal(other) == (422, "idempotency_key_reused")
    assert story.model.state.contacts.keys() == {"con_1"}
