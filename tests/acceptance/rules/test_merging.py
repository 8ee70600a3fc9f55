"""Merging contacts, a into b (contract §5.3)."""

from typing import Any

from models.tables import ContactMergeTable, ContactTable
from tests.acceptance.project import Answer, Project


def _two_people(project: Project) -> None:
    """a is known by its email (visitor `mail`), b by its user_id (visitor `user`)."""
    project.identify("mail", email="ann@example.com")
    project.identify("user", user_id="u1")


def _merge(project: Project, **fields: Any) -> Answer:
    """Whoever is both brings a and b together."""
    return project.identify("both", user_id="u1", email="ann@example.com", **fields)


def test_b_keeps_its_values_and_empty_ones_are_filled_from_a(project: Project) -> None:
    _two_people(project)
    project.identify("mail", name="A", phone="1")
    project.identify("user", name="B")
    _merge(project)
    contact = project.contact("user")
    assert (contact["name"], contact["phone"]) == ("B", "1")
    assert (contact["user_id"], contact["email"]) == ("u1", "ann@example.com")


def test_an_empty_user_id_of_b_is_filled_from_a(project: Project) -> None:
    project.identify("user", user_id="u1", name="A")
    kept = project.identify("mail", email="ann@example.com")
    answer = project.identify("user", email="ann@example.com")
    assert (answer.body["contact_id"], answer.warnings) == (kept.body["contact_id"], [])
    assert project.contact("user")["user_id"] == "u1"
    later = project.identify("later", user_id="u1")
    assert later.body["contact_id"] == kept.body["contact_id"]


def test_metadata_of_b_lies_over_that_of_a_as_a_merge_patch(project: Project) -> None:
    _two_people(project)
    project.identify("mail", metadata={"a": 1, "both": {"x": 1, "y": 1}, "kind": {"k": 1}})
    project.identify("user", metadata={"b": 1, "both": {"y": 2}, "kind": [1]})
    _merge(project)
    assert project.contact("user")["metadata"] == {
        "a": 1,
        "b": 1,
        "both": {"x": 1, "y": 2},
        "kind": [1],
    }


def test_tags_are_united_and_notes_are_joined(project: Project) -> None:
    project.import_contact("con_a", "ann@example.com", tags=["x", "y"], notes="of a")
    project.import_contact("con_b", user_id="u1", tags=["y", "z"], notes="of b")
    answer = _merge(project)
    assert answer.body["contact_id"] == "con_b"
    contact = project.contact("both")
    assert sorted(contact["tags"]) == ["x", "y", "z"]
    assert contact["notes"] == "of b\n\nof a"


def test_visitors_and_matching_addresses_move_to_b(project: Project) -> None:
    project.identify("mail", email="old@example.com")
    project.identify("mail", email="ann@example.com")
    project.identify("user", user_id="u1")
    answer = _merge(project)
    survivor = answer.body["contact_id"]
    assert {v["contact_id"] for v in project.stored()["visitors"].values()} == {survivor}
    assert project.contact("user")["emails"] == ["ann@example.com", "old@example.com"]
    later = project.identify("later", email="old@example.com")
    assert later.body["contact_id"] == survivor


def test_events_move_to_b(project: Project) -> None:
    _two_people(project)
    project.track("mail")
    project.track("mail", entity="company")
    answer = _merge(project)
    events = project.stored()["events"]
    assert {event["contact_id"] for event in events} == {answer.body["contact_id"]}


def test_links_move_with_their_age(project: Project) -> None:
    project.identify("mail", email="ann@example.com", company_ids=["acme"])
    project.identify("user", user_id="u1", company_ids=["globex"])
    _merge(project)
    assert project.names_of_companies("user") == ["acme", "globex"]


def test_of_a_link_that_both_had_the_older_one_stays(project: Project) -> None:
    project.identify("mail", email="ann@example.com", company_ids=["acme"])
    project.identify("user", user_id="u1", company_ids=["globex"])
    project.identify("user", company_ids=["acme"])
    _merge(project)
    assert project.names_of_companies("user") == ["acme", "globex"]


def test_bs_placeholder_stays_and_absorbs_as(project: Project) -> None:
    _two_people(project)
    kept = project.companies("user")[0]["id"]
    project.set_deal("mail", 5, stage_name="Lead", notes="of a")
    project.set_deal("user", 7)
    project.track("mail", entity="company")
    _merge(project)
    (company,) = project.companies("user")
    assert (company["id"], company["placeholder"]) == (kept, True)
    assert (company["stage"], company["deal_value"], company["notes"]) == ("Lead", "7", "of a")
    assert len([c for c in project.stored()["companies"].values() if c["placeholder"]]) == 1
    assert project.stored()["events"][0]["company_id"] == kept


def test_as_placeholder_is_absorbed_also_where_b_was_linked_to_it(project: Project) -> None:
    _two_people(project)
    kept = project.companies("user")[0]["id"]
    absorbed = project.companies("mail")[0]["id"]
    project.set_deal("mail", 5)
    project.identify("user", company={"id": absorbed})
    _merge(project)
    assert [company["id"] for company in project.companies("user")] == [kept]
    assert project.companies("user")[0]["deal_value"] == "5"
    assert project.visitor("user")["active_company_id"] == kept
    assert absorbed not in project.stored()["companies"]


def test_as_placeholder_stays_while_a_third_one_is_linked_to_it(project: Project) -> None:
    _two_people(project)
    shared = project.companies("mail")[0]["id"]
    project.track("mail", entity="company")
    project.identify("third", user_id="u3", company={"id": shared})
    _merge(project)
    assert len(project.companies("user")) == 1
    assert shared in [company["id"] for company in project.companies("third")]
    assert project.stored()["events"][0]["company_id"] == shared


def test_a_placeholder_of_one_folds_into_the_real_company_of_the_other(project: Project) -> None:
    project.identify("mail", email="ann@example.com")
    project.set_deal("mail", 5)
    project.identify("user", user_id="u1", company={"id": "acme"})
    _merge(project)
    assert project.names_of_companies("user") == ["acme"]
    assert project.company("acme")["deal_value"] == "5"


def test_as_id_resolves_to_b_also_over_a_chain(project: Project) -> None:
    first = project.identify("one", email="one@example.com").body["contact_id"]
    second = project.identify("two", user_id="u2").body["contact_id"]
    project.identify("two", user_id="u2", email="one@example.com")
    assert project.stored()["merged"] == {first: second}
    project.import_contact("con_last", user_id="u3")
    project.change(ContactTable, {"user_id": None}, user_id="u2")
    project.identify("one", user_id="u3")
    assert project.stored()["merged"] == {first: "con_last", second: "con_last"}


def test_a_record_of_the_merge_with_as_prior_values_is_kept(project: Project) -> None:
    _two_people(project)
    project.identify("mail", name="A", metadata={"a": 1}, company_ids=["acme"])
    merged = project.contact("mail")["id"]
    answer = _merge(project)
    (row,) = project.rows(ContactMergeTable)
    assert (row["merged_id"], row["survivor_id"]) == (merged, answer.body["contact_id"])
    assert row["operation_id"] == answer.operation_id
    prior = row["prior"]
    assert (prior["name"], prior["email"], prior["user_id"]) == ("A", "ann@example.com", None)
    assert (prior["metadata"], prior["emails"]) == ({"a": 1}, ["ann@example.com"])
    assert prior["company_ids"] == [project.ids["acme"]]
    (shown,) = project.activity("merged")
    assert (shown["contact_id"], shown["operation_id"]) == (row["survivor_id"], answer.operation_id)


def test_the_record_names_the_visitors_that_a_had(project: Project) -> None:
    _two_people(project)
    project.identify("mail2", email="ann@example.com")
    _merge(project)
    (row,) = project.rows(ContactMergeTable)
    assert row["prior"]["visitor_ids"] == ["mail", "mail2"]


def test_the_fields_of_the_request_are_written_after_the_merge(project: Project) -> None:
    _two_people(project)
    project.identify("mail", name="A")
    _merge(project, name="Both", metadata={"n": 1})
    assert project.contact("user")["name"] == "Both"
    assert project.contact("user")["metadata"] == {"n": 1}
