"""identify: the visitor, its contact and the contact's fields (contract §5.1, §5.2, §5.4)."""

from typing import Any

import pytest

from models.tables import ContactTable
from tests.acceptance.project import Project
from tests.acceptance.rules.conftest import MakeProject

# -- the visitor ------------------------------------------------------------------------------


def test_a_visitor_is_created_once_and_found_again(project: Project) -> None:
    project.identify("ann", user_id="u1")
    project.identify(" ann ", user_id="u1")
    assert list(project.stored()["visitors"]) == ["ann"]


def test_visitor_ids_are_exact_and_an_integer_is_its_decimal_string(project: Project) -> None:
    project.identify("v1")
    project.identify("V1")
    project.identify(7)
    project.identify("7")
    assert sorted(project.stored()["visitors"]) == ["7", "V1", "v1"]


def test_a_visitor_of_another_project_is_another_one(make_project: MakeProject) -> None:
    ours, theirs = make_project(), make_project()
    ours.identify("ann", user_id="u1", email="ann@example.com")
    theirs.identify("ann", user_id="u1", email="ann@example.com")
    assert ours.contact("ann")["id"] != theirs.contact("ann")["id"]
    assert theirs.set_stage("bob", "Lead").refusal == (404, "visitor_not_found")


# -- which contact ----------------------------------------------------------------------------


def test_a_user_id_or_an_email_makes_a_contact_and_links_the_visitor(project: Project) -> None:
    by_user_id = project.identify("ann", user_id=7)
    by_email = project.identify("bob", email=" Bob@Example.COM ")
    assert (by_user_id.status, by_user_id.result) == (200, "applied")
    assert by_user_id.body["contact_id"] == project.contact("ann")["id"]
    assert by_email.body["contact_id"] == project.contact("bob")["id"]
    assert project.contact("ann")["user_id"] == "7"
    assert project.contact("bob")["emails"] == ["bob@example.com"]


def test_the_holder_of_the_user_id_comes_before_the_holder_of_the_email(project: Project) -> None:
    first = project.identify("one", user_id="u1", email="one@example.com")
    project.identify("two", user_id="u2", email="two@example.com")
    answer = project.identify("three", user_id="u1", email="two@example.com")
    assert answer.body["contact_id"] == first.body["contact_id"]
    assert answer.warnings == [("email_conflict", "/email")]
    assert project.contact("one")["emails"] == ["one@example.com"]
    assert project.contact("two")["emails"] == ["two@example.com"]


def test_the_holder_of_the_email_is_next_and_gets_the_user_id(project: Project) -> None:
    first = project.identify("one", email="one@example.com")
    answer = project.identify("two", user_id="u1", email="ONE@example.com")
    assert answer.body["contact_id"] == first.body["contact_id"]
    assert project.contact("one")["user_id"] == "u1"


def test_an_already_linked_contact_is_reused_and_filled(project: Project) -> None:
    first = project.identify("ann", email="ann@example.com")
    assert project.identify("ann").body["contact_id"] == first.body["contact_id"]
    assert project.identify("ann", user_id="u1").body["contact_id"] == first.body["contact_id"]
    assert len(project.stored()["contacts"]) == 1
    assert project.contact("ann")["user_id"] == "u1"


def test_a_linked_contact_of_another_user_id_is_left_as_it_is(project: Project) -> None:
    first = project.identify("browser", user_id="u1", email="ann@example.com")
    answer = project.identify("browser", user_id="u2")
    assert answer.warnings == [("identity_conflict", "/visitor_id")]
    stored = project.stored()
    assert stored["visitors"]["browser"]["contact_id"] == answer.body["contact_id"]
    assert stored["contacts"][first.body["contact_id"]]["user_id"] == "u1"
    assert (len(stored["contacts"]), stored["merged"]) == (2, {})


def test_a_compatible_holder_of_the_email_is_merged_into_that_of_the_user_id(
    project: Project,
) -> None:
    by_mail = project.identify("mail", email="ann@example.com")
    by_user = project.identify("user", user_id="u1")
    answer = project.identify("third", user_id="u1", email="ann@example.com")
    assert (answer.body["contact_id"], answer.warnings) == (by_user.body["contact_id"], [])
    merged = {by_mail.body["contact_id"]: by_user.body["contact_id"]}
    assert project.stored()["merged"] == merged
    assert project.contact("mail")["email"] == "ann@example.com"


def test_a_compatible_linked_contact_is_merged_into_the_chosen_one(project: Project) -> None:
    linked = project.identify("browser", email="ann@example.com")
    chosen = project.identify("phone", user_id="u1")
    answer = project.identify("browser", user_id="u1")
    assert answer.warnings == []
    merged = {linked.body["contact_id"]: chosen.body["contact_id"]}
    assert project.stored()["merged"] == merged


def test_two_emails_make_two_people_incompatible(project: Project) -> None:
    project.identify("browser", email="ann@example.com")
    other = project.identify("phone", user_id="u1", email="eve@example.com")
    answer = project.identify("browser", user_id="u1")
    assert answer.warnings == [("identity_conflict", "/visitor_id")]
    assert answer.body["contact_id"] == other.body["contact_id"]
    assert project.stored()["merged"] == {}


def test_the_email_as_sent_makes_people_incompatible_though_it_is_not_taken(
    project: Project,
) -> None:
    project.identify("other", user_id="u9", email="nine@example.com")
    project.identify("browser", email="ann@example.com")
    project.identify("phone", user_id="u1")
    answer = project.identify("browser", user_id="u1", email="nine@example.com")
    assert answer.warnings == [
        ("email_conflict", "/email"),
        ("identity_conflict", "/visitor_id"),
    ]
    assert project.contact("browser")["emails"] == []


def test_a_new_email_becomes_the_contacts_and_the_old_one_keeps_matching(
    project: Project,
) -> None:
    first = project.identify("ann", email="old@example.com")
    project.identify("ann", email="new@example.com")
    assert project.contact("ann")["email"] == "new@example.com"
    answer = project.identify("phone", email="old@example.com")
    assert answer.body["contact_id"] == first.body["contact_id"]
    assert project.contact("ann")["email"] == "new@example.com"
    assert project.contact("ann")["emails"] == ["new@example.com", "old@example.com"]


def test_an_older_address_counts_as_taken(project: Project) -> None:
    project.identify("ann", user_id="u1", email="old@example.com")
    project.identify("ann", user_id="u1", email="new@example.com")
    answer = project.identify("bob", user_id="u2", email="old@example.com")
    assert answer.warnings == [("email_conflict", "/email")]
    assert project.contact("bob")["emails"] == []


def test_an_empty_primary_email_is_not_filled_by_an_older_address_of_its_own(
    project: Project,
) -> None:
    project.import_contact("con_import", "old@example.com", user_id="u1")
    project.change(ContactTable, {"email": None}, id="con_import")
    project.identify("ann", user_id="u1", email="old@example.com")
    assert project.contact("ann")["email"] is None
    project.identify("ann", user_id="u1", email="new@example.com")
    assert project.contact("ann")["email"] == "new@example.com"


def test_an_email_of_another_user_id_stays_where_it_is(project: Project) -> None:
    first = project.identify("one", user_id="u1", email="ann@example.com")
    answer = project.identify("two", user_id="u2", email="ann@example.com")
    assert answer.warnings == [("email_conflict", "/email")]
    assert answer.body["contact_id"] != first.body["contact_id"]
    assert project.contact("two")["emails"] == []
    assert project.contact("one")["emails"] == ["ann@example.com"]


def test_a_linked_holder_of_the_email_with_another_user_id_is_warned_about_as_both(
    project: Project,
) -> None:
    project.identify("browser", user_id="u1", email="ann@example.com")
    answer = project.identify("browser", user_id="u2", email="ann@example.com")
    assert answer.warnings == [
        ("email_conflict", "/email"),
        ("identity_conflict", "/visitor_id"),
    ]


@pytest.mark.parametrize("user_id", [None, "", "anonymous", "Anonymous", "ANONYMOUS"])
def test_an_anonymous_user_id_means_not_signed_in(project: Project, user_id: str | None) -> None:
    answer = project.identify("ann", user_id=user_id, email="ann@example.com")
    assert answer.status == 200
    assert project.contact("ann")["user_id"] is None


# -- which emails are trusted (§2) ------------------------------------------------------------


def test_any_email_is_trusted_while_verification_is_off(project: Project) -> None:
    first = project.identify("ann", email="ann@example.com")
    answer = project.identify("thief", email="ann@example.com")
    assert (answer.body["contact_id"], answer.warnings) == (first.body["contact_id"], [])


def test_an_unclaimed_contact_can_be_claimed_once(make_project: MakeProject) -> None:
    project = make_project(email_trust="unclaimed")
    project.import_contact("con_import", "ann@example.com")
    assert project.identify("first", email="ann@example.com").body["contact_id"] == "con_import"
    answer = project.identify("second", email="ann@example.com")
    assert (answer.status, answer.warnings) == (200, [("email_unverified", "/email")])
    assert answer.body["contact_id"] is None
    assert project.visitor("second")["contact_id"] is None


def test_an_unclaimed_email_is_no_way_to_another_user_ids_contact(
    make_project: MakeProject,
) -> None:
    project = make_project(email_trust="unclaimed")
    project.import_contact("con_import", "ann@example.com", user_id="u9")
    answer = project.identify("thief", user_id="u1", email="ann@example.com")
    assert answer.warnings == [("email_unverified", "/email")]
    assert answer.body["contact_id"] != "con_import"
    assert project.contact("thief")["emails"] == []


def test_where_only_signed_emails_are_trusted_the_rest_of_the_identify_is_applied(
    make_project: MakeProject,
) -> None:
    project = make_project(email_trust="signed")
    project.import_contact("con_import", "ann@example.com")
    answer = project.identify("bob", user_id="u1", email="ann@example.com", name="Bob")
    assert answer.warnings == [("email_unverified", "/email")]
    assert (project.contact("bob")["name"], project.contact("bob")["emails"]) == ("Bob", [])


def test_an_untrusted_email_leaves_a_linked_visitor_linked(make_project: MakeProject) -> None:
    project = make_project(email_trust="signed")
    project.import_contact("con_import", "ann@example.com")
    first = project.identify("bob", user_id="u1")
    answer = project.identify("bob", email="ann@example.com")
    assert answer.warnings == [("email_unverified", "/email")]
    assert answer.body["contact_id"] == first.body["contact_id"]


@pytest.mark.parametrize("email_trust", ["unclaimed", "signed"])
def test_an_email_that_nobody_or_the_own_contact_holds_is_always_taken(
    make_project: MakeProject, email_trust: str
) -> None:
    project = make_project(email_trust=email_trust)
    assert project.identify("ann", user_id="u1", email="ann@example.com").warnings == []
    assert project.identify("ann", email="ann@example.com").warnings == []
    assert project.identify("phone", user_id="u1", email="ann@example.com").warnings == []
    assert project.contact("phone")["emails"] == ["ann@example.com"]


@pytest.mark.parametrize("settings", [{"email_trust": "unclaimed"}, {"email_trust": "signed"}])
def test_an_email_that_a_token_vouches_for_is_trusted(
    make_project: MakeProject, settings: dict[str, str]
) -> None:
    project = make_project(**settings)
    first = project.identify("ann", email="ann@example.com")
    token = project.user_token(user_id="u1", email="ann@example.com")
    answer = project.identify("phone", user_id="u1", user_token=token)
    assert (answer.body["contact_id"], answer.warnings) == (first.body["contact_id"], [])


def test_a_token_without_an_email_vouches_for_none(make_project: MakeProject) -> None:
    project = make_project(email_trust="signed")
    project.import_contact("con_import", "ann@example.com")
    token = project.user_token(user_id="u1")
    answer = project.identify("bob", email="ann@example.com", user_token=token)
    assert answer.warnings == [("email_unverified", "/email")]
    assert project.contact("bob")["user_id"] == "u1"


def test_while_verification_is_required_an_email_that_no_proof_covers_claims_at_most_once(
    make_project: MakeProject,
) -> None:
    project = make_project(identity_verification="required")
    project.import_contact("con_import", "ann@example.com")
    first = project.identify("ann", email="ann@example.com", user_hash=project.user_hash("ann"))
    assert (first.body["contact_id"], first.warnings) == ("con_import", [])
    answer = project.identify(
        "thief", email="ann@example.com", user_hash=project.user_hash("thief")
    )
    assert answer.warnings == [("email_unverified", "/email")]
    assert answer.body["contact_id"] is None


# -- fields -----------------------------------------------------------------------------------


def test_name_and_phone_are_set_and_never_erased(project: Project) -> None:
    project.identify("ann", user_id="u1", name="Ann", phone="+1")
    assert project.identify("ann", name="", phone=None).result == "unchanged"
    project.identify("ann", name="Anna")
    assert (project.contact("ann")["name"], project.contact("ann")["phone"]) == ("Anna", "+1")


def test_metadata_merges_key_by_key_and_null_removes(project: Project) -> None:
    project.identify("ann", user_id="u1", metadata={"a": 1, "b": {"x": 1, "y": 1}, "c": [1, 2]})
    project.identify("ann", metadata={"a": None, "b": {"x": None, "z": [None]}, "c": 1.0})
    assert project.contact("ann")["metadata"] == {"b": {"y": 1, "z": [None]}, "c": 1.0}


def test_what_a_visitor_gathered_goes_under_and_the_request_over_the_contacts_metadata(
    project: Project,
) -> None:
    project.identify("old", user_id="u1", metadata={"b": "contact", "c": "contact"})
    project.set_properties("new", {"a": "visitor", "b": "visitor", "c": "visitor"})
    project.identify("new", user_id="u1", metadata={"c": "request"})
    assert project.contact("new")["metadata"] == {"a": "visitor", "b": "contact", "c": "request"}
    assert project.visitor("new")["properties"] == dict.fromkeys("abc", "visitor")


def test_what_a_visitor_gathered_while_linked_does_not_move_to_another_contact(
    project: Project,
) -> None:
    project.identify("browser", user_id="u1")
    project.set_properties("browser", {"a": 1})
    project.identify("browser", user_id="u2")
    assert project.contact("browser")["metadata"] == {}


def test_an_equal_identify_is_unchanged(project: Project) -> None:
    body: dict[str, Any] = {
        "user_id": "u1",
        "email": "ann@example.com",
        "name": "Ann",
        "metadata": {"n": 1},
        "company": {"id": "acme", "stage": "Lead"},
    }
    assert project.identify("ann", **body).result == "applied"
    before = project.stored()
    assert project.identify("ann", **body).result == "unchanged"
    assert project.stored() == before


def test_unchanged_leaves_updated_at_as_it_was(project: Project) -> None:
    project.identify("ann", user_id="u1", name="Ann")
    before = project.rows(ContactTable)
    assert project.identify("ann", user_id="u1", name="Ann").result == "unchanged"
    assert project.rows(ContactTable) == before
    project.identify("ann", name="Anna")
    assert project.rows(ContactTable)[0]["updated_at_ms"] > before[0]["updated_at_ms"]


def test_metadata_that_outgrows_the_contact_is_refused_and_nothing_is_written(
    project: Project,
) -> None:
    for key in ("a", "b"):
        project.identify("ann", user_id="u1", metadata={key: "x" * 30_000})
    before = project.stored()
    answer = project.identify("ann", name="Ann", metadata={"c": "x" * 30_000})
    assert answer.refusal == (400, "metadata_too_large")
    assert project.stored() == before
